"""Matlab's files of images `X` and labels `y`, such as the Street View House Numbers.

SciPy's reader ends the whole process at some damaged files: this one reads arrays of numbers, and nothing else.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from core.datasets.sources.readers.arrays import ArrayReader, Pixels, of_other_splits
from core.datasets.store import DatasetError

_MAGIC, _HDF_MAGIC = b"MATLAB 5.0", b"MATLAB 7.3"
_HEADER_BYTES, _ORDER_AT = 128, 126
# They are read into memory at once: SVHN's largest file is 1.3 GB, and 1.6 GB unpacked.
_MOST_BYTES = 3_000_000_000
# What forged bytes unpack to is bounded as in zips.
_HIGHEST_RATIO, _RATIO_FROM_BYTES = 200, 100_000_000
_MATRIX, _COMPRESSED = 14, 15
_TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
# The classes of arrays of numbers, double to uint64; a flag beside the class tells complex ones.
_NUMBERS, _COMPLEX = range(6, 16), 0x800
_SVHN_SHAPE = (32, 32, 3)


class MatReader(ArrayReader):
    """A file of Matlab's, and that of the other split beside it."""

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Tell whether it is a file that begins as one of Matlab's does."""
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) in (_MAGIC, _HDF_MAGIC)

    def find(self) -> tuple[Sequence[Pixels], Sequence[str]]:
        """Return the images by splits; SVHN's label 10 is the digit 0."""
        return [_read(path, split) for path, split in of_other_splits(self.path)], []


def _read(path: Path, split: str) -> Pixels:
    if path.stat().st_size > _MOST_BYTES:
        raise DatasetError(f"{path.name} has more than {_MOST_BYTES / 1e9:.0f} GB, which are read at once.")
    data = path.read_bytes()
    if data.startswith(_HDF_MAGIC):
        raise DatasetError(f"{path.name} is of Matlab 7.3. Save it with save(…, '-v7') and try again.")
    arrays = {name.lower(): array for name, array in _arrays(data)}
    if not {"x", "y"} <= arrays.keys():
        there = ", ".join(arrays) or "nothing"
        raise DatasetError(f"{path.name} holds no images X with labels y, but {there[:200]}.")
    images, labels = arrays["x"], arrays["y"]
    if images.shape[:3] == _SVHN_SHAPE and labels.size and labels.min() == 1 and labels.max() == 10:
        labels = labels % 10
    return Pixels(images, labels.reshape(-1, 1) if 1 in labels.shape else labels, split)


def _arrays(data: bytes) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the names and arrays of numbers in a file. Raises `ValueError` or what NumPy does where it is damaged."""
    order = "<" if data[_ORDER_AT:_HEADER_BYTES] == b"IM" else ">"
    for kind, content in _elements(memoryview(data)[_HEADER_BYTES:], order):
        if kind == _COMPRESSED:
            most = max(_RATIO_FROM_BYTES, _HIGHEST_RATIO * len(content))
            unpacked = zlib.decompressobj().decompress(content, most)
            inner = list(_elements(memoryview(unpacked), order))
        else:
            inner = [(kind, content)]
        for found, matrix in inner:
            if found == _MATRIX and (array := _array(matrix, order)) is not None:
                yield array


def _array(matrix: memoryview, order: str) -> tuple[str, np.ndarray] | None:
    """Return the name and the numbers of a matrix; `None` where it is none of real numbers."""
    parts = _elements(matrix, order)
    flags = np.frombuffer(next(parts)[1], f"{order}u4")
    shape = tuple(np.frombuffer(next(parts)[1], f"{order}i4").tolist())
    name = bytes(next(parts)[1]).decode("latin-1")
    if int(flags[0]) & 0xFF not in _NUMBERS or int(flags[0]) & _COMPLEX:
        return None
    kind, content = next(parts)
    return name, np.frombuffer(content, f"{order}{_TYPES[kind]}").reshape(shape, order="F")


def _elements(data: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    """Yield type and content of the elements that stand one after the other."""
    place = 0
    while place + 8 <= len(data):
        kind, size = struct.unpack_from(f"{order}II", data, place)
        if kind >> 16:  # A small one, with its content in place of the size.
            yield kind & 0xFFFF, data[place + 4 : place + 4 + min(kind >> 16, 4)]
            place += 8
            continue
        if place + 8 + size > len(data):
            raise ValueError("it ends before its content")
        yield kind, data[place + 8 : place + 8 + size]
        # All but packed ones begin at multiples of 8 bytes.
        place += 8 + (size if kind == _COMPRESSED else -(-size // 8) * 8)
