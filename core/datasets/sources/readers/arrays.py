"""Formats that keep images as arrays: their shapes, their numbers, and an image file of each for the import."""

import io
from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from math import isqrt
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image

from core.datasets.sources.labels import words
from core.datasets.sources.readers.base import Member, Opened, Reader, clean
from core.datasets.store import SPLITS, UNLABELED, DatasetError

# Small images are kept as one array, so that a file of theirs is never kept: the quickest format to write will do.
_SMALL_SIDE = 64
_HEADER_BYTES = 1100
# Images of so few steps, such as scikit-learn's digits of 0 to 16, would be all but black.
_FEW_STEPS = 16


@dataclass(frozen=True)
class Pixels:
    """Images of one split.

    Attributes:
        images: of any numbers, `(n, height, width)`, `(n, height, width, channels)`, `(n, channels, height, width)`, or
            flat `(n, numbers)`.
        labels: `(n,)`, whole numbers or texts.
        split: one of `SPLITS`; empty: it is not told.
        splits: the split of each image, an index into `SPLITS`, where `split` does not tell; `None`: it is not told.
        transposed: whether rows and columns are the wrong way round.
    """

    images: np.ndarray
    labels: np.ndarray
    split: str = ""
    splits: np.ndarray | None = None
    transposed: bool = False


@dataclass(frozen=True)
class _Scale:
    """How numbers become 0 to 255: less `low`, times `factor`; and a sentence where that is not how they are."""

    low: float = 0.0
    factor: float = 1.0
    note: str = ""

    def bytes(self, values: np.ndarray) -> np.ndarray:
        if values.dtype == np.uint8 and self.factor == 1.0 and not self.low:
            return values
        scaled = (np.nan_to_num(values.astype(np.float64)) - self.low) * self.factor
        return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def of_other_splits(path: Path) -> list[tuple[Path, str]]:
    """Return a file and those beside it that are called the same but for the split, each with its split.

    Args:
        path: such as `train_32x32.mat`, with `test_32x32.mat` beside it.
    """

    def rest(name: str) -> tuple[list[str], str]:
        tokens = words.normalized(name).split()
        split = next((split for token in tokens if (split := words.split_of(token))), "")
        return [token for token in tokens if not words.split_of(token)], split

    same, split = rest(path.name)
    if not split:
        return [(path, "")]
    found = [(each, rest(each.name)) for each in path.parent.iterdir() if each.suffix == path.suffix and each.is_file()]
    several = [(each, told) for each, (others, told) in found if others == same and told]
    return sorted(several, key=lambda each: SPLITS.index(each[1]))


class ArrayReader(Reader):
    """The base of readers of arrays: a subclass finds them."""

    in_order = True
    most_members = 2_000_000

    @abstractmethod
    def find(self) -> tuple[Sequence[Pixels], Sequence[str]]:
        """Return the images by splits, and the names of the classes that labels are numbers of; empty: the numbers.

        Raises:
            DatasetError: there are none, or they are no images.
        """

    @cached_property
    def _found(self) -> "_Found":
        try:
            several, names = self.find()
        except DatasetError:
            raise
        except MemoryError as error:
            raise DatasetError(f"{self.title} needs more memory than there is.") from error
        except Exception as error:  # Whatever a decoder makes of forged bytes.
            raise DatasetError(f"{self.title} cannot be read: it is incomplete, damaged or something else.") from error
        shaped = [_shaped(each, self.title) for each in several]
        scale = _scale([images for images, _ in shaped])
        return _Found([images for images, _ in shaped], scale, [labels for _, labels in shaped], list(several), names)

    @property
    def class_level(self) -> int:
        """The classes are the folders of its members' names, below those of the splits."""
        return 2 if any(each.split or each.splits is not None for each in self._found.several) else 1

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to the numbers."""
        return (self._found.scale.note,) if self._found.scale.note else ()

    def members(self) -> Iterator[Member]:
        """Go through the images, in their order."""
        splits = self.class_level == 2
        first = 0
        for place, (images, labels) in enumerate(zip(self._found.images, self._found.labels, strict=True)):
            height, width = images.shape[1:3]
            ending = "bmp" if max(height, width) <= _SMALL_SIDE else "png"
            size = int(np.prod(images.shape[1:])) + _HEADER_BYTES
            pixels = self._found.several[place]
            folder = (pixels.split or SPLITS[0],) if splits else ()
            names = {label: clean((self._found.name(label),))[0] for label in np.unique(labels).tolist()}
            for row, label in enumerate(labels.tolist()):
                if pixels.splits is not None:
                    folder = (SPLITS[pixels.splits[row]],)
                # In our own export an image without a class has the label -1, and a split of its own.
                classes = () if folder == (UNLABELED,) and label == -1 else (names[label],)
                yield Member((*folder, *classes, f"{row:06}.{ending}"), size, first + row)
            first += len(images)

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Open nothing: the arrays are open."""
        yield _Rows(self._found)


@dataclass(frozen=True)
class _Found:
    images: list[np.ndarray]
    scale: _Scale
    labels: list[np.ndarray]
    several: list[Pixels]
    names: Sequence[str] = field(default_factory=tuple)

    def name(self, label: int | str) -> str:
        known = isinstance(label, int) and 0 <= label < len(self.names)
        return self.names[int(label)] if known else str(label)


class _Rows(Opened):
    def __init__(self, found: _Found) -> None:
        self._found = found
        self._begins = [0, *accumulate(len(images) for images in found.images)][:-1]

    def file(self, member: Member) -> IO[bytes]:
        place = bisect_right(self._begins, member.place) - 1
        row = member.place - self._begins[place]
        pixels = self._found.scale.bytes(np.asarray(self._found.images[place][row]))
        if self._found.several[place].transposed:
            pixels = pixels.swapaxes(0, 1)
        if pixels.ndim == 3 and pixels.shape[2] == 1:
            pixels = pixels[..., 0]
        file = io.BytesIO()
        image = Image.fromarray(np.ascontiguousarray(pixels))
        image.save(file, "BMP" if member.parts[-1].endswith("bmp") and image.mode != "RGBA" else "PNG")
        file.seek(0)
        return file


def _shaped(pixels: Pixels, title: str) -> tuple[np.ndarray, np.ndarray]:
    """Return images `(n, height, width)` or `(n, height, width, channels)`, and labels `(n,)`."""
    images, labels = pixels.images, _labels(pixels.labels, title)
    count, shape = len(labels), images.shape
    if images.dtype.kind not in "buif" or images.ndim < 2 or 0 in shape:
        raise DatasetError(f"{title} holds no images: an array of {images.dtype} {shape} is none.")
    if images.ndim == 4 and shape[3] == count != shape[0]:
        images = np.moveaxis(images, 3, 0)  # Matlab's order.
        shape = images.shape
    if len(images) != count:
        raise DatasetError(f"{title} holds {len(images):,} images and {count:,} labels: they do not belong together.")
    if images.ndim == 2:
        side, planes = isqrt(shape[1]), 1
        if side * side != shape[1]:
            side, planes = isqrt(shape[1] // 3), 3
        if planes * side * side != shape[1]:
            raise DatasetError(f"{title} holds rows of {shape[1]:,} numbers, which make no square images.")
        flat = images.reshape(count, planes, side, side)
        images = flat[:, 0] if planes == 1 else np.moveaxis(flat, 1, 3)
    elif images.ndim == 4 and images.shape[3] not in (1, 3, 4) and images.shape[1] in (1, 3):
        images = np.moveaxis(images, 1, 3)
    if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[3] not in (1, 3, 4)):
        raise DatasetError(f"{title} holds arrays of the shape {shape}; images have 1 or 3 channels.")
    return images, labels


def _labels(labels: np.ndarray, title: str) -> np.ndarray:
    """Return one label for each image, of one column or of one-hot columns."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    elif labels.ndim == 2:
        if labels.dtype.kind not in "buif" or not ((labels == 0) | (labels == 1)).all() or (labels.sum(1) != 1).any():
            raise DatasetError(
                f"{title} gives some images several classes at once, or none. Pixelwise trains networks that choose "
                "one class for each image."
            )
        labels = labels.argmax(axis=1)
    if labels.ndim != 1 or labels.dtype.kind not in "buifUS":
        raise DatasetError(
            f"{title} has labels of the shape {labels.shape} and type {labels.dtype}: one each is needed."
        )
    if labels.dtype.kind == "f":
        if not np.isfinite(labels).all() or (labels != np.rint(labels)).any():
            examples = ", ".join(map(str, labels[:3].tolist()))
            raise DatasetError(f"{title} has labels that are no classes: {examples}.")
        labels = labels.astype(np.int64)
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8", "replace")
    return labels.astype(np.int64) if labels.dtype.kind in "bui" else labels


def _scale(several: Sequence[np.ndarray]) -> _Scale:
    """Return how the numbers of all images become 0 to 255: by what they are as a whole, not each image by itself."""
    kind = several[0].dtype.kind
    if kind == "b":
        return _Scale(factor=255)
    # NaN leaves the others' range as it is.
    low = min(float(np.nanmin(images)) for images in several)
    high = max(float(np.nanmax(images)) for images in several)
    if not np.isfinite((low, high)).all():
        raise DatasetError("The numbers of the images are not finite.")
    said = f"Values from {low:g} to {high:g} are scaled to 0 to 255, the same way for all images."
    if low >= 0 and high <= 1 and (kind == "f" or high > 0):
        return _Scale(factor=255, note=said)
    if low >= 0 and _FEW_STEPS < high <= 255:
        return _Scale()
    if low >= 0 and high <= _FEW_STEPS:
        return _Scale(factor=255 / max(high, 1), note=said)
    if low >= 0 and kind == "u":
        # 12 bits, as scanners and microscopes give them, else all 16.
        return _Scale(factor=255 / (4095 if high <= 4095 else max(high, 65535)), note=said)
    if -1 <= low < 0 and high <= 1:
        return _Scale(low=-1, factor=127.5, note=said)
    return _Scale(low=low, factor=255 / ((high - low) or 1), note=said)
