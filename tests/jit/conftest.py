from plain_engine import plain_engine

__all__ = ["plain_engine"]
