"""Training in the background: jobs, what they publish, and what stands between them and the pages."""
