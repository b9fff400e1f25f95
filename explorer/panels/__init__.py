"""Parts of pages that are drawn with Streamlit: each takes what it shows and says what was chosen."""
