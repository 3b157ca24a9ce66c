"""Numbers to look at, as plain data: the checks that a network can be put to."""
