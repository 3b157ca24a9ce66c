"""The one way bpcli lays out arrays as an .npz: the same arrays are the same bytes; other bytes are refused.

An .npz is a zip archive of .npy files. This one is stored without compression, its members stand in the
order given, its clock stands at the start of 1980, and its archive comment is the SHA-256 of everything
before the comment. So a reader need not judge a stranger's archive: it takes the arrays out, lays them out
again, and compares.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MAGIC = b"PK\3\4"  # starts each member of a zip, so every archive that has one
DIGEST_LENGTH = 64  # hex digits of a SHA-256
_MOST_BYTES = 2**32 - 2**20  # zip sizes have 32 bits; the rest is room for headers
_MOST_MEMBERS = 2**16 - 1

_ENTRY = struct.Struct("<5H3L2H")  # what local headers and the central directory both say of a member
_DIRECTORY_TAIL = struct.Struct("<3H2L")  # comment length, disk, attributes, attributes, offset of the member
_END = struct.Struct("<4s4H2LH")
_DIRECTORY_SIGNATURE, _END_SIGNATURE = b"PK\1\2", b"PK\5\6"
_LOCAL_LENGTH = len(MAGIC) + _ENTRY.size
_ZIP_VERSION = 20  # 2.0, as zipfile writes
_FIRST_OF_1980 = 1 << 5 | 1  # month 1, day 1, in a zip's date

_NPY_MAGIC = b"\x93NUMPY\x01\x00"
_NPY_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00.."
    rb"\{'descr': '(<f4|<f8|\|u1)', 'fortran_order': False, 'shape': \((\d{1,15}),(?: (\d{1,15}))?\), \} *\n",
    re.DOTALL,
)


def write_npz(arrays: Mapping[str, Array]) -> bytes:
    """The archive of `arrays` (float32, float64 or uint8; one or two axes), in their order.

    Raises OverflowError above 4 GiB, which a plain zip cannot hold.
    """
    if sum(array.nbytes for array in arrays.values()) > _MOST_BYTES or len(arrays) > _MOST_MEMBERS:
        raise OverflowError("more than the 4 GiB, or 65,535 arrays, that an .npz of this format can hold")
    parts = list(_parts(arrays))
    sha256 = hashlib.sha256()
    for part in parts:
        sha256.update(part)
    return b"".join([*parts, sha256.hexdigest().encode()])


def _parts(arrays: Mapping[str, Array]) -> Iterator[bytes | memoryview]:
    """The archive but for its digest, piece by piece: of each member its headers and its values, then the directory."""
    directory: list[bytes] = []
    offset = 0
    for name, array in arrays.items():
        member = f"{name}.npy".encode()
        array = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
        header, values = _npy_header(array), array.reshape(-1).view(np.uint8).data
        size = len(header) + len(values)
        crc = zlib.crc32(values, zlib.crc32(header))
        entry = _ENTRY.pack(_ZIP_VERSION, 0, 0, 0, _FIRST_OF_1980, crc, size, size, len(member), 0)
        made_by = struct.pack("<H", _ZIP_VERSION)
        yield MAGIC + entry + member + header
        yield values
        directory += [_DIRECTORY_SIGNATURE, made_by, entry, _DIRECTORY_TAIL.pack(0, 0, 0, 0, offset), member]
        offset += _LOCAL_LENGTH + len(member) + size
    count, length = len(arrays), sum(map(len, directory))
    end = _END.pack(_END_SIGNATURE, 0, 0, count, count, length, offset, DIGEST_LENGTH)
    yield b"".join([*directory, end])


def read_npz(data: bytes) -> dict[str, Array]:
    """The arrays of an archive that `write_npz` made, in their order, as views of `data`: read-only, where they lie.

    Raises ValueError for anything else, however well it is signed. No size it states is believed before the bytes are
    there, and no memory of the size of the file is taken.
    """
    view = memoryview(data)
    if digest(view[:-DIGEST_LENGTH]) != data[-DIGEST_LENGTH:]:
        raise ValueError("damaged, or not written by bpcli: its SHA-256 does not match its bytes")
    arrays = {}
    at = 0
    # The comment is hex digits by now, so a signature has more than a header's length of bytes after it.
    while view[at : at + 4] == MAGIC:
        entry = _ENTRY.unpack_from(view, at + 4)
        size, name_length = entry[6], entry[8]
        start = at + _LOCAL_LENGTH + name_length
        member = bytes(view[at + _LOCAL_LENGTH : start]).decode("ascii", "replace")
        at = start + size
        arrays[member.removesuffix(".npy")] = _array(view[start:at], member[:40])
    at = 0
    for part in _parts(arrays):  # all that is not values is what it would be made to be; the values are there
        end = at + len(part)
        if isinstance(part, bytes) and view[at:end] != part:
            raise ValueError("not laid out as bpcli writes it")
        at = end
    if at + DIGEST_LENGTH != len(data):
        raise ValueError("there is more in it than bpcli writes")
    return arrays


def digest(data: bytes | memoryview) -> bytes:
    """SHA-256 of `data`, as hex digits."""
    return hashlib.sha256(data).hexdigest().encode()


def _npy_header(array: Array) -> bytes:
    """What stands before the values in a .npy file; made here, because NumPy's own differs between its versions."""
    text = f"{{'descr': '{array.dtype.str}', 'fortran_order': False, 'shape': {array.shape}, }}".encode()
    start = len(_NPY_MAGIC) + 2
    padding = -(start + len(text) + 1) % 64  # data starts at a multiple of 64, as the format asks
    header = text + b" " * padding + b"\n"
    return _NPY_MAGIC + struct.pack("<H", len(header)) + header


def _array(payload: memoryview, member: str) -> Array:
    """The array in a .npy file; raises ValueError unless its kind is ours and its shape fits its length."""
    header = _NPY_HEADER.match(payload)
    if header is None:
        raise ValueError(f"{member!r} is not a plain C-ordered array of float32, float64 or uint8")
    dtype = np.dtype(header[1].decode())
    shape = tuple(int(size) for size in header.groups()[1:] if size is not None)
    return np.frombuffer(payload[header.end() :], dtype).reshape(shape)
