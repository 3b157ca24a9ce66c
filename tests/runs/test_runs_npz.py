"""The canonical archive, and the archives that must not pass for one."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bpcli.runs.npz import DIGEST_LENGTH, digest, read_npz, write_npz

ARRAYS = {
    "W1": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b1": np.array([0.5, -0.0]),
    "meta": np.frombuffer(b"{}", np.uint8),
}


def npy(array: np.ndarray) -> bytes:
    """The .npy file NumPy itself writes."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def raw_npy(header: str, values: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + values


def signed(data: bytes) -> bytes:
    """`data` with its last 64 bytes, the place of the comment, replaced by the right digest."""
    return data[:-DIGEST_LENGTH] + digest(data[:-DIGEST_LENGTH])


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED, year: int = 1980) -> bytes:
    """A zip of `members` by the standard library, with a valid signature."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, payload in members:
            made.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), payload, method)
        made.comment = b"0" * DIGEST_LENGTH
    return signed(file.getvalue())


def test_arrays_come_back_as_they_were_and_cannot_be_changed() -> None:
    back = read_npz(write_npz(ARRAYS))
    assert list(back) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert back[name].tobytes() == array.tobytes()  # the sign of -0.0 too
        assert not back[name].flags.writeable  # they are the bytes of the file


def test_numpy_and_zipfile_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(write_npz(ARRAYS))
    with np.load(path, allow_pickle=False) as loaded:
        assert {name: loaded[name].tolist() for name in loaded.files} == {
            name: array.tolist() for name, array in ARRAYS.items()
        }
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["W1.npy", "b1.npy", "meta.npy"]
        assert opened.comment == digest(path.read_bytes()[:-DIGEST_LENGTH])
        assert {info.date_time for info in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_memory_order_and_byte_order_leave_no_trace() -> None:
    other = {
        "W1": np.asfortranarray(ARRAYS["W1"]),
        "b1": ARRAYS["b1"].astype(">f8"),
        "meta": np.repeat(ARRAYS["meta"], 2)[::2],
    }
    assert write_npz(other) == write_npz(ARRAYS)


def test_more_than_a_zip_can_hold_is_refused_before_it_is_copied() -> None:
    huge = np.broadcast_to(np.float32(0), (2**15, 2**15))
    with pytest.raises(OverflowError, match="4 GiB"):
        write_npz({"W1": huge})


HUGE_SHAPE = "{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999999, 999999999999999), }"
GOOD = npy(np.ones((1, 1), np.float32))
HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "a signature alone": lambda: signed(b"0" * DIGEST_LENGTH),
    "a cut header": lambda: signed(b"PK\3\4" + b"0" * DIGEST_LENGTH),
    "another clock": lambda: archive(("W1.npy", GOOD), year=2024),
    "zipfile's own attributes": lambda: archive(("W1.npy", GOOD)),
    "deflated": lambda: archive(("W1.npy", GOOD), method=zipfile.ZIP_DEFLATED),
    "bzip2": lambda: archive(("W1.npy", npy(np.zeros(2**20))), method=zipfile.ZIP_BZIP2),
    "a path that climbs": lambda: archive(("../../W1.npy", GOOD)),
    "an absolute path": lambda: archive(("/etc/W1.npy", GOOD)),
    "no .npy": lambda: archive(("W1", GOOD)),
    "an empty member": lambda: archive(("W1.npy", b"")),
    "object arrays": lambda: archive(("W1.npy", npy(np.array([[None]])))),
    "fortran order": lambda: archive(("W1.npy", npy(np.asfortranarray(np.ones((2, 3)))))),
    "big endian": lambda: archive(("W1.npy", npy(np.ones((2, 3), ">f4")))),
    "half floats": lambda: archive(("W1.npy", npy(np.ones((2, 3), np.float16)))),
    "a huge shape": lambda: archive(("W1.npy", raw_npy(HUGE_SHAPE, b"\0" * 8))),
    "a huge shape times zero": lambda: archive(("W1.npy", raw_npy(HUGE_SHAPE.replace("(9", "(0, 9", 1)))),
    "a shape of endless digits": lambda: archive(("W1.npy", raw_npy(HUGE_SHAPE.replace("9,", "9" * 5000)))),
    "a header that is code": lambda: archive(("W1.npy", raw_npy("__import__('os').system('true')"))),
    "too few values": lambda: archive(("W1.npy", GOOD[:-1])),
    "too many values": lambda: archive(("W1.npy", GOOD + b"\0")),
    "half floats, in our layout": lambda: write_npz({"W1": np.ones((1, 1), np.float16)}),
    "three axes, in our layout": lambda: write_npz({"W1": np.ones((1, 1, 1))}),
    "a name beyond ASCII, in our layout": lambda: write_npz({"Wé": np.ones((1, 1))}),
    "bytes before it": lambda: signed(b"#!" + write_npz(ARRAYS)),
    "bytes after it": lambda: signed(write_npz(ARRAYS) + b"0" * DIGEST_LENGTH),
    "two archives": lambda: signed(write_npz(ARRAYS) + write_npz(ARRAYS)),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_comes_twice_is_refused() -> None:
    with pytest.raises(ValueError):
        read_npz(archive(("W1.npy", GOOD), ("W1.npy", GOOD)))
    once = write_npz({"W1": np.ones(1)})
    member = once[: once.index(b"PK\1\2")]
    with pytest.raises(ValueError, match="not laid out"):
        read_npz(signed(member + once))


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_refused_however_well_signed(case: str) -> None:
    with pytest.raises(ValueError):
        read_npz(HOSTILE[case]())


def test_a_new_signature_makes_no_changed_byte_welcome() -> None:
    good = write_npz(ARRAYS)
    for position in range(len(good) - DIGEST_LENGTH):
        changed = bytearray(good)
        changed[position] ^= 1 << position % 8
        with pytest.raises(ValueError):
            read_npz(signed(bytes(changed)))
