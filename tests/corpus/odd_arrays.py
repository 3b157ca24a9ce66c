"""Data in arrays: IDX pairs, NumPy files, and row orders and initial weights that a config may name besides."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from corpus import Case

from bpcli.runs import weights


def data(
    name: str, part: str, files: Mapping[str, bytes], *lines: str, code: int = 4, more: str = "", **around: Any
) -> Case:
    """A config with this for its data, the files, and what is said."""
    text = f"layers: [auto, 3, auto]\ndata: {part}\n{more}"
    return Case(f"data: {name}", {"c.yaml": text.encode(), **files}, lines, code, **around)


PIXELS = b"\0\0\x08\x03" + struct.pack(">3I", 2, 1, 3) + bytes([0, 1, 2, 253, 254, 255])
LABELS = b"\0\0\x08\x01" + struct.pack(">I", 2) + bytes([0, 1])
PAIR = "{train: {images: x-idx3-ubyte, labels: y-idx1-ubyte}}"


def idx(name: str, images: bytes, labels: bytes, *lines: str) -> Case:
    return data(f"IDX: {name}", PAIR, {"x-idx3-ubyte": images, "y-idx1-ubyte": labels}, *lines)


def npy(array: Any) -> bytes:
    with io.BytesIO() as file:
        np.save(file, array)
        return file.getvalue()


def npz(**arrays: Any) -> bytes:
    with io.BytesIO() as file:
        np.savez(file, **arrays)
        return file.getvalue()


def boastful() -> bytes:
    """An archive whose X says that it is larger than any memory."""
    with io.BytesIO() as file, io.BytesIO() as member:
        np.lib.format.write_array_header_1_0(member, {"descr": "<f8", "fortran_order": False, "shape": (10**13, 2)})
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("X.npy", member.getvalue())
        return file.getvalue()


CSV = b"a,b,y\n1,2,p\n3,4,q\n5,6,p\n7,8,q\n"
X, Y = np.arange(8.0).reshape(4, 2), np.array([0, 1, 0, 1])
DAMAGED = "not a NumPy file that can be read"
NPY_PAIR = "{train: {images: X.npy, labels: y.npy}}"

IDX = [
    idx("no IDX", b"\x89PNG", LABELS, "x-idx3-ubyte: not an IDX file"),
    idx("empty", b"", LABELS, "x-idx3-ubyte: not an IDX file"),
    idx("unknown type", b"\0\0\x07" + PIXELS[3:], LABELS, "x-idx3-ubyte: not an IDX file"),
    idx("cut head", PIXELS[:10], LABELS, "x-idx3-ubyte: cut short within its head"),
    idx("cut body", PIXELS[:-1], LABELS, "x-idx3-ubyte: 21 bytes where its head promises 22"),
    idx("no rows", b"\0\0\x08\x01\0\0\0\0", LABELS, "x-idx3-ubyte: holds no rows"),
    idx(
        "images twice",
        PIXELS,
        PIXELS,
        "y-idx1-ubyte: labels must have 1 dimension, and these have 3 (are they images?)",
    ),
    idx("one label", PIXELS, b"\0\0\x08\x01\0\0\0\x01\7", "y-idx1-ubyte: 1 label for the 2 images of x-idx3-ubyte"),
    data(
        "IDX: no labels",
        "x-idx3-ubyte",
        {"x-idx3-ubyte": PIXELS},
        "x-idx3-ubyte: holds inputs alone, and no labels file or target is named",
    ),
    data(
        "IDX: labels missing",
        PAIR,
        {"x-idx3-ubyte": PIXELS},
        "y-idx1-ubyte: no such file (did you mean 'x-idx3-ubyte'?)",
    ),
]

NUMPY = [
    data(
        "init: no target",
        "d.npz",
        {"d.npz": npz(X=X)},
        "d.npz: holds inputs alone (labels in a file of their own: --labels)",
        commands=(("init", "d.npz"),),
    ),
    data("npz: no X", "d.npz", {"d.npz": npz(x=X)}, "d.npz: holds no array called X"),
    data("npz: npy inside", "d.npz", {"d.npz": npy(X)}, "d.npz: holds no array called X"),
    data("npz: flat", "d.npz", {"d.npz": npz(X=X[0], y=Y)}, "d.npz: X must be (examples, features) and is (2,)"),
    data("npz: no rows", "d.npz", {"d.npz": npz(X=X[:0], y=Y[:0])}, "d.npz: X is (0, 2) and holds no rows"),
    data(
        "npz: y too short", "d.npz", {"d.npz": npz(X=X, y=Y[:3])}, "d.npz: y must be (4,) or (4, outputs) and is (3,)"
    ),
    data(
        "npz: complex",
        "d.npz",
        {"d.npz": npz(X=X * 1j, y=Y)},
        "d.npz: column 'x0' holds complex128, neither numbers nor text",
    ),
    data(
        "npz: dates",
        "d.npz",
        {"d.npz": npz(X=X, y=Y.astype("M8[D]"))},
        "d.npz: column 'y' holds datetime64[D], neither numbers nor text",
    ),
    data(
        "npz: no target",
        "d.npz",
        {"d.npz": npz(X=X)},
        "d.npz: holds inputs alone, and no labels file or target is named",
    ),
    data(
        "npz: infinite",
        "d.npz",
        {"d.npz": npz(X=np.array([[1.0, 2.0], [3.0, np.inf]]), y=Y[:2])},
        "d.npz: row 1: column 'x1': inf is not a finite number",
    ),
    data(
        "npz: no zip",
        "d.npz",
        {"d.npz": b"PK and then nothing"},
        f"d.npz: {DAMAGED} (Python objects, or no NumPy file at all)",
    ),
    data(
        "npz: objects",
        "d.npz",
        {"d.npz": npz(X=np.array([[{}]], dtype=object))},
        f"d.npz: {DAMAGED} (Python objects, or no NumPy file at all)",
    ),
    data(
        "npz: larger than memory",
        "d.npz",
        {"d.npz": boastful()},
        "d.npz: takes more memory than there is (Unable to allocate 146. TiB for an array with shape "
        "(20000000000000,) and data type float64)",
    ),
    data("npy: damaged", NPY_PAIR, {"X.npy": npy(X)[:-20], "y.npy": npy(Y)}, f"X.npy: {DAMAGED} ({{reason}})"),
    data(
        "npy: y too short",
        NPY_PAIR,
        {"X.npy": npy(X), "y.npy": npy(Y[:3])},
        "y.npy: y must be (4,) or (4, outputs) and is (3,)",
    ),
    data(
        "npy: y of dates",
        NPY_PAIR,
        {"X.npy": npy(X), "y.npy": npy(Y.astype("M8[D]"))},
        "y.npy: column 'y' holds datetime64[D], neither numbers nor text",
    ),
]


NAMED_FILES = [
    data("order: missing", "d.csv", {"d.csv": CSV}, "o.npy: no such file", more="shuffle: {order: o.npy}\n"),
    data(
        "order: no npy",
        "d.csv",
        {"d.csv": CSV, "o.npy": b"0,1,2,3"},
        "o.npy: not a readable .npy file",
        more="shuffle: {order: o.npy}\n",
    ),
    data(
        "order: npz",
        "d.csv",
        {"d.csv": CSV, "o.npy": npz(o=Y)},
        "o.npy: an order of rows is a whole-number array (epochs, examples)",
        more="shuffle: {order: o.npy}\n",
    ),
    data(
        "order: numbers",
        "d.csv",
        {"d.csv": CSV, "o.npy": npy(X)},
        "o.npy: an order of rows is a whole-number array (epochs, examples)",
        more="shuffle: {order: o.npy}\n",
    ),
    data(
        "order: too few epochs",
        "d.csv",
        {"d.csv": CSV, "o.npy": npy(np.zeros((2, 4), int))},
        "o.npy: has orders for 2 epochs of 4 examples, and training takes 3 epochs of 4",
        more="epochs: 3\nshuffle: {order: o.npy}\n",
    ),
    data(
        "order: too few rows",
        "d.csv",
        {"d.csv": CSV, "o.npy": npy(np.zeros((3, 3), int))},
        "o.npy: has orders for 3 epochs of 3 examples, and training takes 3 epochs of 4",
        more="epochs: 3\nshuffle: {order: o.npy}\n",
    ),
    data(
        "order: no such row",
        "d.csv",
        {"d.csv": CSV, "o.npy": npy(np.array([[0, 1, 2, 3], [0, 1, 4, 3]]))},
        "o.npy: names row 4 for epoch 2, and the rows are 0 to 3",
        more="epochs: 2\nshuffle: {order: o.npy}\n",
    ),
    data(
        "order: negative row",
        "d.csv",
        {"d.csv": CSV, "o.npy": npy(np.array([[0, -1, 2, 3]]))},
        "o.npy: names row -1 for epoch 1, and the rows are 0 to 3",
        more="epochs: 1\nshuffle: {order: o.npy}\n",
    ),
    data(
        "init: other shape",
        "d.csv",
        {"d.csv": CSV, "w.npz": npz(W1=np.zeros((3, 5)), b1=np.zeros(3))},
        "c.yaml:3:14: init.from: 'w.npz' has W1 (3, 5), and the layers want W1 (3, 2)",
        code=3,
        more="init: {from: w.npz}\n",
    ),
    data(
        "init: too few layers",
        "d.csv",
        {"d.csv": CSV, "w.npz": npz(W1=np.zeros((3, 2)), b1=np.zeros(3))},
        "c.yaml:3:14: init.from: 'w.npz' has no W2, and the layers want W2 (2, 3)",
        code=3,
        more="init: {from: w.npz}\n",
    ),
    data(
        "init: too large for float32",
        "d.csv",
        {
            "d.csv": CSV,
            "w.npz": npz(W1=np.full((3, 2), 1e300), b1=np.zeros(3), W2=np.zeros((2, 3)), b2=np.zeros(2)),
        },
        "c.yaml:3:14: init.from: 'w.npz' has numbers in W1 that float32 cannot hold",
        code=3,
        more="init: {from: w.npz}\n",
    ),
    data(
        "init: too many layers",
        "d.csv",
        {
            "d.csv": CSV,
            "w.npz": npz(
                W1=np.zeros((3, 2)),
                b1=np.zeros(3),
                W2=np.zeros((2, 3)),
                b2=np.zeros(2),
                W3=np.zeros((2, 2)),
                b3=np.zeros(2),
            ),
        },
        "c.yaml:3:14: init.from: 'w.npz' has more layers than the config (2)",
        code=3,
        more="init: {from: w.npz}\n",
    ),
]


def stranger(name: str, config: Mapping[str, Any], line: str) -> Case:
    """A weights file with such a config in it; JSON can hold what no config file can."""
    arrays = {"W1": np.zeros((2, 2), np.float32), "b1": np.zeros(2, np.float32)}
    meta = {
        "config": {"layers": [2, 2], "data": "d.csv", **config},
        "preparation": {},
        "metrics": {},
        "numerics": {},
        "files": {},
    }
    files = {"w.npz": weights.pack(arrays, meta)}
    line = f"w.npz: its config is not one: w.npz: {line} has half of a character in it"
    return Case(f"weights: {name}", files, (line,), 7, (("eval", "w.npz"),))


STRANGERS = [
    stranger("half a character", {"dtype": "\ud800"}, "dtype: '\\ud800'"),
    stranger("half a character in a key", {"\ud800": 1}, "the key '\\ud800'"),
]
CASES = [*IDX, *NUMPY, *NAMED_FILES, *STRANGERS]
