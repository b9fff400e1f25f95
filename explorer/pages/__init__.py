"""One page to a file, each with a `show()` that reads the state, calls the core and draws."""
