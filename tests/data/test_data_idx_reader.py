"""IDX pairs."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.readers import read
from bpcli.data.source import Source
from bpcli.errors import DataError

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


@pytest.mark.parametrize(
    ("images", "labels", "told"),
    [
        (b"\x89PNG", LABELS, "images: not an IDX file"),
        (b"", LABELS, "images: not an IDX file"),
        (b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"\7", LABELS, "images: not an IDX file"),
        (IMAGES[:10], LABELS, "images: cut short within its head"),
        (IMAGES[:-1], LABELS, "images: 21 bytes where its head promises 22"),
        (b"\0\0\x08\x01\0\0\0\0", LABELS, "images: holds no rows"),
        (IMAGES, IMAGES, "labels: labels must have 1 dimension, and these have 3"),
        (IMAGES, b"\0\0\x08\x01\0\0\0\x01\7", "labels: 1 labels for the 2 images of images"),
    ],
)
def test_a_broken_pair_is_one_clear_line(tmp_path: Path, images: bytes, labels: bytes, told: str) -> None:
    with pytest.raises(DataError) as caught:
        read(pair(tmp_path, images, labels))
    assert str(caught.value) == told
