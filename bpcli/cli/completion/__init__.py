"""Completion on the Tab key: what may come next on a command line, and the scripts by which shells ask for it."""
