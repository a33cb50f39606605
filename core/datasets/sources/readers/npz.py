"""NumPy's npz: arrays named `x_train` and `y_train`, `train_images` and `train_labels`, `X` and `y`, or our own."""

import re
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np

from core.datasets.sources.labels import words
from core.datasets.sources.readers.arrays import ArrayReader, Pixels
from core.datasets.sources.readers.unpacked import RandomAccess, unpacked
from core.datasets.store import SPLITS, DatasetError

_IMAGES = {"x", "image", "images", "img", "imgs", "picture", "pictures", "data", "features", "arr 0"}
_LABELS = {"y", "label", "labels", "target", "targets", "class", "classes", "arr 1"}
_NAMES = {"class names", "label names", "target names", "classes", "names"}
_SPLITS = {"parts", "splits", "split"}
_LOCAL_HEADER = struct.Struct("<26xHH")
_SHOWN = 8


class NpzReader(ArrayReader):
    """An npz file. What is stored is read where it is; what is compressed is unpacked into temporary files."""

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Tell whether it is a zip that begins with an array of NumPy's."""
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(30)
            if len(head) < 30 or not head.startswith(b"PK\3\4"):
                return False
            return file.read(_LOCAL_HEADER.unpack(head)[0]).endswith(b".npy")

    def find(self) -> tuple[Sequence[Pixels], Sequence[str]]:
        """Return the images by splits, and the classes' names where there is an array of them."""
        with zipfile.ZipFile(self.path) as archive:
            entries = {Path(entry.filename).stem: entry for entry in archive.infolist()}
            arrays = {name: self._array(archive, entry) for name, entry in entries.items()}
        images: dict[str, np.ndarray] = {}
        labels: dict[str, np.ndarray] = {}
        for name, array in arrays.items():
            split, what = _meaning(name)
            if what in _IMAGES and array.ndim > 1:
                images.setdefault(split, array)
            elif what in _LABELS and array.dtype.kind != "O" and array.ndim in (1, 2):
                labels.setdefault(split, array)
        named = next(
            (array for name, array in arrays.items() if _meaning(name)[1] in _NAMES and _are_texts(array)), None
        )
        both = sorted(images.keys() & labels.keys(), key=(*SPLITS, "").index)
        if not both:
            there = ", ".join(f"{name} {array.dtype} {array.shape}" for name, array in list(arrays.items())[:_SHOWN])
            raise DatasetError(
                f"{self.title} holds no images with labels: {there or 'nothing'}. Name the arrays x_train and y_train, "
                "x_test and y_test, or images and labels."
            )
        several = [Pixels(images[split], labels[split], split) for split in both]
        order = next((array for name, array in arrays.items() if _meaning(name)[1] in _SPLITS), None)
        if order is not None and both == [""] and _are_splits(order, len(labels[""])):
            several = [replace(several[0], splits=order)]
        return several, [] if named is None else [str(name) for name in named]

    def _array(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> np.ndarray:
        """Return an array, which is not read as yet where that can be helped."""
        if entry.compress_type == zipfile.ZIP_STORED:
            with self.path.open("rb") as file:
                file.seek(entry.header_offset)
                name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
                start = entry.header_offset + _LOCAL_HEADER.size + name + extra
                file.seek(start)
                return _mapped(file, self.path, entry)
        found: RandomAccess = unpacked(partial(archive.open, entry), entry.compress_size, self.title)
        found.whole.seek(0)
        return _mapped(found.whole, None, entry)


def _mapped(file: IO[bytes], path: Path | None, entry: zipfile.ZipInfo) -> np.ndarray:
    """Return the array at a file's place, mapped into memory."""
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read(file)
    if dtype.hasobject:
        return np.empty(0, object)
    if int(np.prod(shape, dtype=object)) * dtype.itemsize > entry.file_size:
        raise ValueError("it says that it is larger than it is")
    if 0 in shape or not shape:
        return np.empty(shape, dtype)
    place = file.tell()
    return np.memmap(path or file, dtype, "r", place, shape, "F" if fortran else "C")


def _meaning(name: str) -> tuple[str, str]:
    """Return the split that an array's name tells, or an empty text, and the rest of it."""
    tokens = words.normalized(re.sub(r"(?<=[Xy])(?=[a-z]{4})", " ", name)).split()
    split = next((split for token in tokens if (split := words.split_of(token))), "")
    return split, " ".join(token for token in tokens if not words.split_of(token))


def _are_texts(array: np.ndarray) -> bool:
    return array.ndim == 1 and array.dtype.kind in "US"


def _are_splits(order: np.ndarray, count: int) -> bool:
    """Tell whether an array has the split of each image, as numbers as the store keeps them."""
    return order.shape == (count,) and order.dtype.kind in "ui" and order.min() >= 0 and order.max() < len(SPLITS)
