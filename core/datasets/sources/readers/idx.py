"""The idx format of MNIST (Y. LeCun): a file of images and a file of labels, packed by gzip or not."""

import gzip
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from core.datasets.sources.labels import words
from core.datasets.sources.readers.arrays import ArrayReader, Pixels
from core.datasets.sources.readers.unpacked import unpacked
from core.datasets.store import SPLITS, DatasetError

_IMAGES_NAME = re.compile(r"(.*?)images[.-]idx3-ubyte(\.gz)?", re.IGNORECASE)
_IMAGES_MAGIC, _LABELS_MAGIC = b"\0\0\x08\x03", b"\0\0\x08\x01"


class IdxReader(ArrayReader):
    """A file of images with its labels beside it, and those of the other split; or the folder of them."""

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Tell whether it is such a file, or a folder with one right in it."""
        if path.is_dir():
            return holds_idx(path)
        return path.is_file() and _begin(path) in (_IMAGES_MAGIC, _LABELS_MAGIC)

    def find(self) -> tuple[Sequence[Pixels], Sequence[str]]:
        """Return the images by splits."""
        folder = self.path if self.path.is_dir() else self.path.parent
        matches = {each: _IMAGES_NAME.fullmatch(each.name) for each in sorted(folder.iterdir())}
        files = {each: match[1] for each, match in matches.items() if match}
        wanted = _series(self.path.name)
        files = {each: begin for each, begin in files.items() if self.path.is_dir() or _series(each.name) == wanted}
        series = sorted({_series(each.name) for each in files})
        if not files:
            raise DatasetError(
                f"{self.title} is one file of two: put that of the images (…images-idx3-ubyte) and that of the labels "
                "(…labels-idx1-ubyte) into one folder under their own names, and give the folder."
            )
        if len(series) > 1:
            raise DatasetError(
                f"{self.title} holds several datasets: {', '.join(series)}. Give the file of the images of one of them."
            )
        several = []
        for images, begin in files.items():
            labels = self._labels_of(images)
            told = re.split(r"[-_.]", begin.lower())
            split = "test" if "t10k" in told else next((found for each in told if (found := words.split_of(each))), "")
            # EMNIST's images are stored column by column.
            transposed = "emnist" in begin.lower()
            several.append(Pixels(self._read(images, 3), self._read(labels, 1), split, transposed=transposed))
        return sorted(several, key=lambda each: (*SPLITS, "").index(each.split)), []

    def _labels_of(self, images: Path) -> Path:
        name = images.name.replace("images", "labels").replace("idx3", "idx1")
        for each in (name, f"{name}.gz", name.removesuffix(".gz")):
            if (images.parent / each).is_file():
                return images.parent / each
        raise DatasetError(f"{images.name} has no file of labels beside it: {name}.")

    def _read(self, path: Path, dimensions: int) -> np.ndarray:
        """Return the array in a file, mapped into memory."""
        found = unpacked(partial(gzip.open, path), path.stat().st_size, path.name) if _is_packed(path) else None
        with found.whole if found else path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            head = file.read(4 + 4 * dimensions)
            shape = tuple(int(each) for each in np.frombuffer(head, ">u4", offset=4))
            if head[:4] != bytes((0, 0, 8, dimensions)) or size != len(head) + int(np.prod(shape, dtype=object)):
                raise DatasetError(f"{path.name} is incomplete, or no idx file of {dimensions} dimensions.")
            return np.memmap(file, np.uint8, "r", len(head), shape) if 0 not in shape else np.empty(shape, np.uint8)


def holds_idx(folder: Path) -> bool:
    """Tell whether a file of images is right in a folder."""
    try:
        return any(_IMAGES_NAME.fullmatch(each.name) for each in folder.iterdir())
    except OSError:
        return False


def _series(name: str) -> str:
    """Return what the names of a dataset's files have in common: `emnist-letters` of its training and test images."""
    begin = re.split(r"(?:images|labels)[.-]idx", name, maxsplit=1)[0].lower()
    parts = (part for part in re.split(r"[-_.]", begin) if part != "t10k" and not words.split_of(part))
    return "-".join(filter(None, parts)) or "idx"


def _is_packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _begin(path: Path) -> bytes:
    try:
        with gzip.open(path) if _is_packed(path) else path.open("rb") as file:
            return file.read(4)
    except Exception:  # Whatever a decoder makes of forged bytes.
        return b""
