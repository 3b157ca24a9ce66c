"""bpcli: train feed-forward networks by backpropagation from the command line, out of a config file."""

__version__ = "0.1.0"
