"""`engine: jit`: many steps in one compiled call, for networks so small that Python is what takes the time.

`engine` has the loops that are compiled; `assembly` puts into them what the activations, the output, the cost and the
optimizer of a network say of single numbers, each in its own registry entry (`entries`); `compiled` has numba compile
this, and keeps it on disk; `descent` is what takes the place of NumPy's.
"""
