"""The few matrix products that training is made of, each one BLAS call that writes where it is told.

All of them go through SciPy's BLAS, so that one thread pool is at work and not two. BLAS counts by columns and NumPy by
rows, so every array is handed over transposed, which copies nothing as long as it is contiguous. Arguments go by their
place, because keywords cost more than the product of a small layer does: gemm(alpha, a, b, beta, c, trans_a, trans_b,
overwrite_c), gemv(alpha, a, x, beta, y, offx, incx, offy, incy, trans, overwrite_y), axpy(x, y, n, a).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import blas

Array = NDArray[Any]

_gemm = {"f": blas.sgemm, "d": blas.dgemm, "D": blas.zgemm}
_gemv = {"f": blas.sgemv, "d": blas.dgemv, "D": blas.zgemv}
_axpy = {"f": blas.saxpy, "d": blas.daxpy, "D": blas.zaxpy}
_dot = {"f": blas.sdot, "d": blas.ddot, "D": blas.zdotu}
_asum = {"f": blas.sasum, "d": blas.dasum}


def add_product(z: Array, a: Array, W: Array) -> None:
    """z ← z + a Wᵀ, with z (m, j), a (m, k), W (j, k); to BLAS, by columns: zᵀ ← zᵀ + W aᵀ."""
    _gemm[z.dtype.char](1.0, W.T, a.T, 1.0, z.T, 1, 0, 1)


def pull_back(below: Array, delta: Array, W: Array) -> None:
    """below ← δ W, with below (m, k), δ (m, j), W (j, k); to BLAS, by columns: belowᵀ ← Wᵀ δᵀ."""
    _gemm[below.dtype.char](1.0, W.T, delta.T, 0.0, below.T, 0, 0, 1)


def accumulate(block: Array, delta: Array, a: Array, alpha: float, beta: float) -> None:
    """block ← β block + α δᵀ a, for weights (j, k) with a (m, k), or for biases (j,) with a all ones (m,).

    To BLAS, by columns: blockᵀ ← β blockᵀ + α aᵀ δ.
    """
    kind = block.dtype.char
    if block.ndim == 2:
        _gemm[kind](alpha, a.T, delta.T, beta, block.T, 0, 1, 1)
    else:
        _gemv[kind](alpha, delta.T, a, beta, block, 0, 1, 0, 1, 0, 1)


def row_sums(x: Array, ones: Array, out: Array) -> None:
    """out ← the sum of each row, a column (m, 1), with x (m, k), ones (k,); to BLAS, by columns: out ← (xᵀ)ᵀ 1."""
    _gemv[x.dtype.char](1.0, x.T, ones, 0.0, out, 0, 1, 0, 1, 1, 1)


def take_row_sums(x: Array, ones: Array, out: Array) -> None:
    """out ← out − the sum of each row, as `row_sums` does it."""
    _gemv[x.dtype.char](-1.0, x.T, ones, 1.0, out, 0, 1, 0, 1, 1, 1)


def total(column: Array, ones: Array) -> Any:
    """The sum of a column (m, 1), with ones (m,)."""
    return _dot[column.dtype.char](column, ones)


def add_scaled(y: Array, x: Array, alpha: float) -> None:
    """y ← y + α x, for contiguous arrays of one shape."""
    _axpy[y.dtype.char](x.ravel(), y.ravel(), y.size, alpha)


def sum_of_squares(x: Array) -> Any:
    """Σ x², without conjugation, so that a complex step passes through it."""
    return _dot[x.dtype.char](x, x)


def sum_of_magnitudes(x: Array) -> Any:
    """Σ |x|, of which the real part decides the sign, so that a complex step passes through it."""
    if x.dtype.char in _asum:
        return _asum[x.dtype.char](x)
    return _dot[x.dtype.char](x, np.sign(x.real).astype(x.dtype))
