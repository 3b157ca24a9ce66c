"""Files that a stranger might send: archives laid out and signed like ours, or like NumPy's, and wrong somewhere."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator

import numpy as np

from bpcli.runs.npz import DIGEST_LENGTH, digest, write_npz
from bpcli.runs.weights import pack

GOOD = {
    "W1": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b1": np.ones(2, np.float32),
    "W2": np.ones((1, 2), np.float32),
    "b2": np.zeros(1, np.float32),
}
META = json.dumps({"config": {"layers": [3, 2, 1]}, "format": 1, "layers": [3, 2, 1]}, separators=(",", ":"))
Members = dict[str, bytes]


def npy(header: str, values: bytes, version: bytes = b"\1\0", padded: bool = True) -> bytes:
    """A .npy file with this header, whatever it says."""
    text = header.encode("latin-1")
    wide = version != b"\1\0"
    if padded:
        text += b" " * (-(11 + 2 * wide + len(text)) % 64) + b"\n"
    length = struct.pack("<I" if wide else "<H", len(text))
    return b"\x93NUMPY" + version + length + text + values


def header(descr: object, shape: object, by_columns: object = False) -> str:
    return f"{{'descr': {descr!r}, 'fortran_order': {by_columns}, 'shape': {shape}, }}"


def of(array: np.ndarray) -> bytes:
    return npy(header(array.dtype.str, array.shape), array.tobytes())


def members(**changes: bytes | None) -> Members:
    """Those of a good file with some replaced, or, by None, left out."""
    found: dict[str, bytes | None] = {name: of(array) for name, array in GOOD.items()}
    found["meta"] = of(np.frombuffer(META.encode(), np.uint8))
    return {f"{name}.npy": payload for name, payload in (found | changes).items() if payload is not None}


def signed(body: bytes) -> bytes:
    return body + digest(body)


def laid_out(entries: list[tuple[str, bytes]], **lies: int) -> bytes:
    """An archive in our layout, with our signature; `lies` replace what it would say of its members and itself."""
    body, directory = b"", b""
    for name, payload in entries:
        member = name.encode("utf-8", "surrogateescape")
        size, crc = lies.get("size", len(payload)), lies.get("crc", zlib.crc32(payload))
        fields = (20, lies.get("flags", 0), lies.get("method", 0), lies.get("time", 0), lies.get("date", 33))
        entry = struct.pack("<5H3L2H", *fields, crc, size, size, len(member), lies.get("extra", 0))
        directory += b"PK\1\2" + struct.pack("<H", 20) + entry
        directory += struct.pack("<3H2L", 0, 0, 0, lies.get("attributes", 0), lies.get("offset", len(body))) + member
        body += b"PK\3\4" + entry + member + payload
    count = lies.get("count", len(entries))
    end = (0, lies.get("disk", 0), count, count, len(directory), lies.get("start", len(body)), lies.get("comment", 64))
    return signed(body + directory + b"PK\5\6" + struct.pack("<4H2LH", *end))


def from_zipfile(entries: Members, method: int = zipfile.ZIP_STORED) -> bytes:
    """An archive as Python's own library writes it, signed in its comment."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, payload in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), payload, method)
        archive.comment = b"0" * DIGEST_LENGTH
    return signed(file.getvalue()[:-DIGEST_LENGTH])


def wrong_arrays(array: np.ndarray) -> Iterator[tuple[str, bytes]]:
    """What may stand in the place of one array."""
    values, shape, count = array.tobytes(), array.shape, array.size
    for descr in (
        ">f4",
        "<f2",
        "<f16",
        "<i4",
        "<i8",
        "|b1",
        "<c8",
        "|O",
        "<U4",
        "|S4",
        "|V4",
        "<M8[s]",
        "|i1",
        "f4",
        "=f4",
    ):
        yield f"of type {descr}", npy(header(descr, shape), values)
    yield "of records", npy(header([("a", "<f4")], shape), values)
    for other in (
        (),
        (0,),
        (count, 1, 1),
        (-1, count),
        (10**15, 10**15),
        (2**31, 2),
        (2**63,),
        (count + 1,),
        (0, 10**15),
    ):
        yield f"of shape {other}", npy(header("<f4", other), values)
    yield (
        "of the shape turned round",
        of(np.ascontiguousarray(array.T.reshape(array.T.shape + (1,) * (array.ndim == 1)))),
    )
    yield "by columns", npy(header("<f4", shape, True), values)
    for name, bad in (("NaN", np.nan), ("infinity", np.inf), ("minus infinity", -np.inf)):
        poisoned = array.copy()
        poisoned.flat[-1] = bad
        yield f"with {name}", of(poisoned)
    yield "in another precision", of(array.astype(np.float64))
    yield "with a value too few", of(array)[:-4]
    yield "with a value too many", of(array) + b"\0" * 4
    yield "of version 2", npy(header("<f4", shape), values, b"\2\0")
    yield "of version 3", npy(header("<f4", shape), values, b"\3\0")
    yield "of version 9", npy(header("<f4", shape), values, b"\x09\0")
    yield "with code for a header", npy("__import__('os').system('true')", values)
    yield "with a header that nests", npy("(" * 5000, values)
    yield "with a header without padding", npy(header("<f4", shape), values, padded=False)
    yield "with keys in another order", npy(f"{{'shape': {shape}, 'fortran_order': False, 'descr': '<f4', }}", values)
    yield "with a key more", npy(header("<f4", shape)[:-1] + "'x': 1, }", values)
    yield "with a shape of endless digits", npy(header("<f4", f"({'9' * 5000},)"), values)
    yield "with a header longer than the file", b"\x93NUMPY\1\0\xff\xff" + values
    yield "empty", b""
    yield "a pickle", b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x02os\x94\x8c\x06system\x94\x93\x94."


NAMES = (
    "../W1",
    "/etc/W1",
    "C:\\W1",
    "W1\0",
    "w1",
    "W01",
    "W3",
    "W1/",
    "",
    "W١",
    "..",
    "a/../W1",
    "W1\n",
    "meta2",
    "x" * 300,
)


def weights_files() -> Iterator[tuple[str, bytes]]:
    """Hostile weights files, each laid out and signed so that only a strict reader refuses it."""
    for name, array in GOOD.items():
        for what, payload in wrong_arrays(array):
            yield f"{name} {what}", laid_out(list(members(**{name: payload}).items()))
    for name in [*GOOD, "meta"]:
        yield f"no {name}", laid_out(list(members(**{name: None}).items()))
        yield f"{name} twice", laid_out([*members().items(), (f"{name}.npy", members()[f"{name}.npy"])])
        others = list(members(**{name: None}).items())
        yield f"{name} misplaced", laid_out([*others[:1], (f"{name}.npy", members()[f"{name}.npy"]), *others[1:]][::-1])
    for name in NAMES:
        yield f"one called {name!r}", laid_out([*members().items(), (f"{name}.npy", of(GOOD["b2"]))])
        yield f"W1 called {name!r}", laid_out([(f"{name}.npy", of(GOOD["W1"])), *list(members().items())[1:]])
    lies = [("flags", 1), ("flags", 8), ("method", 8), ("method", 12), ("method", 99), ("time", 1), ("date", 0)]
    lies += [("crc", 0), ("size", 0), ("size", 2**32 - 1), ("extra", 4), ("attributes", 0o120777 << 16), ("offset", 7)]
    lies += [
        ("count", 0),
        ("count", 65535),
        ("disk", 1),
        ("start", 0),
        ("start", 2**32 - 1),
        ("comment", 0),
        ("comment", 65),
    ]
    for what, value in lies:
        yield f"that lies: {what} {value}", laid_out(list(members().items()), **{what: value})
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield f"packed by method {method}", from_zipfile(members(), method)
        bomb = bytes(2**26 if method else 2**24)  # stored it is none, but a large file, with a long digest
        yield f"a bomb of method {method}", from_zipfile(members(W1=bomb), method)
    good = laid_out(list(members().items()))
    for what, data in [
        ("something before it", signed(b"#!/bin/sh\n" + good[:-DIGEST_LENGTH])),
        ("something after it", signed(good + b"x" * DIGEST_LENGTH)),
        ("another archive after it", signed(good + good[:-DIGEST_LENGTH])),
        ("another archive before it", signed(good[:-DIGEST_LENGTH] + good[:-DIGEST_LENGTH])),
        ("no end", signed(good[: good.index(b"PK\5\6")])),
        ("no directory", signed(good[: good.index(b"PK\1\2")])),
        ("nothing but an end", laid_out([])),
        ("nothing but a digest", signed(b"")),
        ("many members", laid_out([(f"W{n}.npy", b"") for n in range(3000)])),
    ]:
        yield what, data
    for text in metas():
        yield f"a meta {text[:60]!r}", laid_out(list(members(meta=of(np.frombuffer(text.encode(), np.uint8))).items()))


def metas() -> Iterator[str]:
    """What may stand in the place of the meta."""
    yield from ("", "null", "[]", '"', "{}", "[" * 60_000, '{"a":' * 60_000, META + " ", " " + META, META[:-1])
    yield from (
        META.replace('"format":1', '"format":1.0'),
        META.replace('"format":1', '"format":2'),
        META.replace("3", "4"),
    )
    yield from (
        META.replace('"format":1', '"format":[1]'),
        META.replace("}", ',"x":NaN}', 1),
        META.replace(":1", ":true"),
    )
    yield from (
        META.replace("3", "-3"),
        META.replace("3", "9" * 5000),
        META.replace('"format":1', '"format":1,"format":1'),
    )
    million = 10**6
    deep, lists, numbers = "[" * 500 + "]" * 500, f"[{'[],' * million}0]", f"[{'1,' * million}1]"
    for large in (deep, lists, numbers, '"' + '\\"' * million, '"' * million):
        yield META.replace("}", f',"x":{large}}}', 1)
    yield from ("\ufeff" + META, META.replace("{", "{/**/", 1), META.replace('"', "'"))


def foreign_files() -> Iterator[tuple[str, bytes]]:
    """Hostile files of first weights, as NumPy and other programs might write them."""
    array = GOOD["W1"]
    for what, payload in wrong_arrays(array):
        if not what.startswith(HARMLESS):
            for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                yield f"W1 {what}, {method}", from_zipfile(members(W1=payload), method)
    large = npy(header("<f4", (2**12, 2**13)), bytes(2**27))
    yield "a bomb", from_zipfile({"W1.npy": large}, zipfile.ZIP_DEFLATED)
    yield "a bomb that says it is small", from_zipfile({"W1.npy": of(array) + bytes(2**27)}, zipfile.ZIP_DEFLATED)
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield f"packed by method {method}", from_zipfile(members(), method)
    for text in ("{'descr': (", "{'descr': '<f4L", "(3L, [", '""" ', "{'descr': '\\x00'}"):  # NumPy reads it as Python
        yield f"a header of {text!r}", from_zipfile(members(W1=npy(text, array.tobytes())))
    yield "many members", from_zipfile({f"W{n}.npy": b"" for n in range(3000)})
    yield "a member twice", laid_out([*members().items(), ("W1.npy", of(array))])
    for name in NAMES:
        yield f"one called {name!r}", laid_out([*members().items(), (f"{name}.npy", of(GOOD["b2"]))])


HARMLESS = (  # these are what they say, and fit: another program may well write them
    "of type >f4", "of type <i4", "of type f4", "of type =f4", "by columns", "in another precision",
    "of version 2", "with a header without padding", "with keys in another order",
)  # fmt: skip


def good_file() -> bytes:
    """The file that all of these are spoilt from, so that it is seen to be welcome."""
    made = laid_out(list(members().items()))
    assert (
        made
        == pack(GOOD, {"config": {"layers": [3, 2, 1]}})
        == write_npz({**GOOD, "meta": np.frombuffer(META.encode(), np.uint8)})
    )
    return made
