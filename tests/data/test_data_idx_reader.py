"""IDX pairs."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np

from bpcli.data.readers import read
from bpcli.data.source import Source

IMAGES = b"\0\0\x08\x03" + struct.pack(">3I", 2, 1, 3) + bytes([0, 1, 2, 253, 254, 255])
LABELS = b"\0\0\x08\x01" + struct.pack(">I", 2) + bytes([7, 3])


def pair(folder: Path, images: bytes = IMAGES, labels: bytes | None = LABELS) -> Source:
    image_path, label_path = folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte"
    image_path.write_bytes(gzip.compress(images))
    if labels is not None:
        label_path.write_bytes(labels)
    return Source(image_path, "images", label_path if labels is not None else None, "labels")


def test_a_pair_is_a_table_of_bytes(tmp_path: Path) -> None:
    table = read(pair(tmp_path))
    assert list(table.columns) == ["pixel_0", "pixel_1", "pixel_2", "label"]
    assert table.numbers("pixel_2").tolist() == [2, 255]
    assert table.numbers("label").tolist() == [7, 3]
    assert (table.default_target, table.default_scale) == (("label",), ("divide", 255.0))
    assert table.place(1) == "images: row 1"


def test_images_alone_have_no_target(tmp_path: Path) -> None:
    assert read(pair(tmp_path, labels=None)).default_target == ()


def test_wider_numbers_are_big_endian_and_scaled_as_a_table(tmp_path: Path) -> None:
    images = b"\0\0\x0d\x02" + struct.pack(">2I", 2, 1) + np.array([1.5, -2], ">f4").tobytes()
    table = read(pair(tmp_path, images))
    assert table.numbers("pixel_0").tolist() == [1.5, -2]
    assert table.default_scale == "standard"
