"""The weights file: W1, b1, … WL, bL and what it takes to use them, as an .npz that NumPy alone reads."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.data.source import similar_file
from bpcli.errors import CannotWriteError, WeightsError
from bpcli.runs.atomic import write_atomically
from bpcli.runs.foreign_npz import read_foreign_npz
from bpcli.runs.npz import MAGIC, Array, digest, read_npz, write_npz
from bpcli.training.state import all_finite

FORMAT = 1
SMALL = 500_000  # numbers that may be read from anywhere, whatever there is use for
MOST_DEPTH = 100  # of values within values in a meta; a config has 32 at most
MOST_DIGITS = 40  # of a whole number; the state of a random stream has 39
MOST_TOKENS = 100_000  # in the JSON of a meta, and 32 for each number: names and scaling of inputs and outputs
_TOKEN = re.compile(rb'"[^"]*"?|([\[{])|([\]}])|[,:]')
Meta = dict[str, Any]  # JSON values


@dataclass(frozen=True)
class WeightsFile:
    """What a weights file holds."""

    path: Path
    arrays: dict[str, Array]  # W[l] (n[l], n[l-1]) and b[l] (n[l],), all float32 or all float64
    meta: Meta
    sha256: str  # of the file as a whole

    @property
    def dtype(self) -> str:
        return str(self.arrays["W1"].dtype)


def pack(arrays: Mapping[str, Array], meta: Mapping[str, Any] | None = None) -> bytes:
    """The bytes of a weights file: the same for the same arrays and meta, whatever order they come in.

    `meta` is JSON values; the format version and the layers are added here. Without it the file holds numbers
    only, and serves `read_arrays` alone.
    Raises ValueError for arrays that are no network or not finite, OverflowError above 4 GiB.
    """
    layers = _layers_of(arrays)
    members = {name: arrays[name] for name in _names(len(layers) - 1)}
    if meta is not None:
        text = meta_text({**meta, "format": FORMAT, "layers": layers})
        members["meta"] = np.frombuffer(text, np.uint8)
    return write_npz(members)


def save_weights(path: Path, arrays: Mapping[str, Array], meta: Mapping[str, Any] | None = None) -> None:
    """Write a weights file, whole or not at all; raises CannotWriteError, and ValueError as `pack` does."""
    try:
        data = pack(arrays, meta)
    except OverflowError as error:
        raise CannotWriteError(f"{path}: cannot write: {error}") from error
    write_atomically(path, data)


def read_weights(path: Path) -> WeightsFile:
    """Read a file that `save_weights` wrote with meta; raises WeightsError if one byte of it is another."""
    return unpack(read_bytes(path, str(path)), path)


def unpack(data: bytes, path: Path) -> WeightsFile:
    """What `pack` made bytes of; raises WeightsError, which names `path`, for any other bytes."""
    try:
        arrays = read_npz(data)
        meta = meta_of(arrays)
        blocks = {name: array for name, array in arrays.items() if name != "meta"}
        if meta.get("layers") != (layers := _layers_of(blocks)):
            raise ValueError(f"its arrays make layers {layers}, and its meta says otherwise")
        demand_canonical(arrays, _names(len(layers) - 1), {**meta, "format": FORMAT, "layers": layers})
    except (ValueError, OverflowError, RecursionError) as error:
        raise WeightsError(f"{path}: {error}") from error
    own = {name: array.copy() for name, array in blocks.items()}
    return WeightsFile(path, own, meta, digest(data).decode())


def is_plain(path: Path) -> bool:
    """Whether it is an archive that holds no meta; what is none at all is for `read_weights` to refuse."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "meta.npy" not in archive.namelist()
    except Exception:  # zipfile answers damaged files with several unrelated classes
        return False


def read_arrays(path: Path, shown: str, most: int = 0) -> dict[str, Array]:
    """W1, b1, … of any .npz that holds them, as float64: one made by `numpy.savez`, or a weights file.

    `most` is how many numbers there is use for; a file that holds many more is refused before they take memory. Raises
    WeightsError, which calls the file as it is `shown`, when it is missing, unreadable, holds anything else, or its
    shapes are no network.
    """
    data = read_bytes(path, shown)
    try:
        stored = read_foreign_npz(data, max(2 * most, SMALL), leave_out="meta")
        arrays = {name: np.ascontiguousarray(array, dtype=np.float64) for name, array in stored.items()}
        layers = _layers_of(arrays)
    except ValueError as error:
        raise WeightsError(f"{shown}: {error}") from error
    return {name: arrays[name] for name in _names(len(layers) - 1)}


def demand_canonical(arrays: Mapping[str, Array], names: list[str], meta: Meta) -> None:
    """Raises ValueError unless the members are those of `names` and the meta, in this order, and as they would be."""
    stored = arrays["meta"]
    same = list(arrays) == [*names, "meta"] and stored.dtype == np.uint8 and stored.ndim == 1
    if not same or stored.tobytes() != meta_text(meta):
        raise ValueError("its meta, or the order of its arrays, is not as bpcli writes it")


def _names(depth: int) -> list[str]:
    return [f"{letter}{layer}" for layer in range(1, depth + 1) for letter in "Wb"]


def _layers_of(arrays: Mapping[str, Array]) -> list[int]:
    """The layer sizes that the shapes tell; raises ValueError unless the arrays are one finite network."""
    depth = max(1, (len(arrays) + 1) // 2)
    names = _names(depth)
    for name in arrays.keys() - set(names):
        raise ValueError(f"it holds {name[:40]!r}, which is no weights or biases of layers 1 to {depth}")
    for name in names:
        if name not in arrays:
            raise ValueError(f"{name} is missing")
    if arrays["W1"].ndim != 2:
        raise ValueError(f"W1 has shape {arrays['W1'].shape}, not (outputs, inputs)")
    layers = [arrays["W1"].shape[1]]
    for weights, biases in zip(names[::2], names[1::2]):
        fan_out = arrays[biases].size
        _check(weights, arrays[weights], (fan_out, layers[-1]))
        _check(biases, arrays[biases], (fan_out,))
        layers.append(fan_out)
    if 0 in layers:
        raise ValueError(f"a layer of {layers} has no neuron")
    dtypes = {array.dtype for array in arrays.values()}
    if dtypes != {np.dtype(np.float32)} and dtypes != {np.dtype(np.float64)}:
        raise ValueError(f"its arrays are {', '.join(sorted(map(str, dtypes)))}: not all float32 or all float64")
    return layers


def _check(name: str, array: Array, shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, where {shape} fits the layers beside it")
    if array.size and not all_finite(array):
        raise ValueError(f"{name} holds a number that is not finite")


def meta_text(meta: Mapping[str, Any]) -> bytes:
    """The JSON of a meta: the same for the same values, whatever order they come in."""
    text = json.dumps(meta, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode(errors="backslashreplace")  # a file name that is no UTF-8 has halves of pairs in it


def meta_of(arrays: Mapping[str, Array], of_format: int | str = FORMAT) -> Meta:
    """The meta among `arrays`; raises ValueError when it is missing, no JSON object, or of another format."""
    if "meta" not in arrays:
        raise ValueError("it has no meta: numbers alone serve `init: {from: ...}`, and no other use")
    text = arrays["meta"].tobytes()
    _demand_modest(text, sum(array.size for name, array in arrays.items() if name != "meta"))
    try:
        meta = json.loads(text, parse_int=_whole_number)
    except (ValueError, RecursionError) as error:
        raise ValueError("its meta is not JSON") from error
    if not isinstance(meta, dict):
        raise ValueError("its meta is not a JSON object")
    if (found := meta.get("format")) != of_format:
        raise ValueError(
            f"written in format {found!r:.40}; this bpcli reads format {of_format}{_mixed_up(found, of_format)}"
        )
    return meta


def _demand_modest(text: bytes, numbers: int) -> None:
    """Raises ValueError for JSON that would take much more memory than it has bytes, or more depth than Python has.

    `numbers` are those of the network that it speaks of.
    """
    most, depth = MOST_TOKENS + 32 * numbers, 0
    plain = text.replace(b"\\\\", b"").replace(b'\\"', b"")  # in which every quote begins or ends a string
    for count, token in enumerate(_TOKEN.finditer(plain), 1):
        depth += (token.lastindex == 1) - (token.lastindex == 2)
        if count > most or depth > MOST_DEPTH:
            raise ValueError("its meta says more, or is nested deeper, than any network needs")


def _whole_number(digits: str) -> int:
    """An integer that any arithmetic can take; raises ValueError for one that is larger than a float can be."""
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a whole number of {len(digits)} digits")
    return int(digits)


def _mixed_up(found: object, of_format: int | str) -> str:
    """What to add where a checkpoint was given for a weights file, or the other way round."""
    if isinstance(of_format, int):
        return "; it is a checkpoint, for train --resume" if str(found).startswith("checkpoint") else ""
    return "; it is a weights file, and no checkpoint" if isinstance(found, int) else ""


def read_bytes(path: Path, shown: str) -> bytes:
    """The bytes of a zip archive; raises WeightsError for what is missing, unreadable or plainly none."""
    try:
        if path.exists() and not path.is_file():
            raise WeightsError(f"{shown}: not a file")
        with open(path, "rb", buffering=0) as file:  # a buffer would be a second copy
            if file.read(len(MAGIC)) != MAGIC:
                raise WeightsError(f"{shown}: not a weights file: no .npz starts as it does")
            file.seek(0)
            return file.read()
    except FileNotFoundError as error:
        raise WeightsError(f"{shown}: no such file{similar_file(path)}") from error
    except OSError as error:
        raise WeightsError(f"{shown}: cannot read: {error.strerror or error}") from error
