"""A dataset on disk, read as it is needed: its images, labels, splits and groups, and what is known of each image."""

import hashlib
import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from core.datasets.about import About
from core.datasets.integrity.whole import THUMBNAILS, DatasetError, Whole
from core.datasets.quality import MEASURES, measured_all
from core.errors import COMMAND, as_storage_error
from core.images import image_io
from core.images.image_io import ImageError
from core.images.thumbnail import thumbnail
from core.storage import checked, data_home
from core.storage.checked import Array, DamagedError, MissingError
from core.storage.checksums import ChangedError

# Images without a class are in a split of their own: nothing that trains, validates or tests meets them.
UNLABELED = "unlabeled"
LABELED_SPLITS = ("train", "test", "validation")
SPLITS = (*LABELED_SPLITS, UNLABELED)
# What is known of each image without decoding it. `bytes`: of its file, or of its pixels. `mode`: Pillow's, of the
# file. `thumbnail_end`: where its thumbnail ends in thumbnails.bin.
INDEX = np.dtype(
    [
        ("width", "<i4"),
        ("height", "<i4"),
        ("mode", "S8"),
        ("bytes", "<i8"),
        *MEASURES,
        ("sha256", "S64"),
        ("format", "S5"),
        ("thumbnail_end", "<i8"),
    ]
)
_MOST_NAMES = 1_000_000_000


@dataclass(frozen=True, eq=False)
class Dataset:
    """A dataset on disk, read as it is needed."""

    folder: Path
    about: About

    @cached_property
    def images(self) -> np.ndarray:
        """All images, uint8 `(n, height, width, channels)`, memory-mapped; only where they are kept as an array."""
        return self._load("pictures", Array(np.uint8, ("n", *self.about.size)))

    @cached_property
    def labels(self) -> np.ndarray:
        """The class of each image, int16 `(n,)`, -1 where it is not known."""
        classes = len(self.about.class_names)
        return self._load("labels", Array(np.int16, ("n",), low=-1, high=classes - 1))

    @cached_property
    def splits(self) -> np.ndarray:
        """The split of each image, uint8 `(n,)`, an index into `SPLITS`."""
        return self._load("splits", Array(np.uint8, ("n",), low=0, high=len(SPLITS) - 1))

    @cached_property
    def groups(self) -> np.ndarray | None:
        """The group of each image, int32 `(n,)`, -1 where it is in none; `None`: which belong together is not known."""
        return self._load("groups", Array(np.int32, ("n",), low=-1)) if self.about.groups else None

    @cached_property
    def index(self) -> np.ndarray:
        """What is known of each image, `(n,)` of `INDEX`."""
        if not self.about.as_files and not (self.folder / "index.npy").exists():
            # Written by a Pixelwise that kept no index.
            with (
                as_storage_error(f"the index of {self.about.name}"),
                data_home.replacing(self.folder / "index.npy") as beside,
            ):
                np.save(beside, index_of(self.images), allow_pickle=False)
        return self._load("index", Array(INDEX, ("n",)))

    @cached_property
    def names(self) -> list[str]:
        """The file name of each image, as it is shown; empty where the images did not come as files."""
        return self._names[0]

    @cached_property
    def group_names(self) -> list[str]:
        """What each group is called, such as a patient's number; empty where that is not known."""
        path = self.folder / "group_names.txt"
        if self.groups is None or not path.exists():
            return []
        self.whole.require(path.name)
        try:
            found = checked.read_bytes(path, _MOST_NAMES).decode().splitlines()
        except (DamagedError, UnicodeDecodeError):
            return []
        return found if len(found) == self.groups.max(initial=-1) + 1 else []

    def group_of(self, index: int) -> str:
        """Return what an image's group is called, or its number; empty where it is in none."""
        group = -1 if self.groups is None else int(self.groups[index])
        names = self.group_names if group >= 0 else []
        return "" if group < 0 else names[group] if names else str(group)

    @property
    def remarks(self) -> list[str]:
        """What else is damaged and no longer counts, though the set can be used: a sentence each."""
        return [self._names[1]] if self._names[1] else []

    @cached_property
    def _names(self) -> tuple[list[str], str]:
        path = self.folder / "names.txt"
        self.whole.require(path.name)
        try:
            found = checked.read_bytes(path, _MOST_NAMES).decode().splitlines()
            problem = "" if len(found) == len(self) else f"it has {len(found):,} names for {len(self):,} images"
        except MissingError:
            return [], ""
        except (DamagedError, UnicodeDecodeError) as error:
            problem = str(error)
        if problem:
            return [], f"The file names of {self.about.title} are not shown: names.txt is damaged ({problem})."
        return found, ""

    def look_through(self) -> None:
        """Make sure that what is known of each image is there, and fits together; no image is read.

        Raises:
            DatasetError: it does not.
        """
        if not len(self):
            raise self.damaged("it has no images")
        _ = self.splits, self.groups
        if not self.about.as_files:
            # Without its checksums, which are looked at when an image is.
            self._read("pictures", Array(np.uint8, ("n", *self.about.size)))
        if self.about.as_files or (self.folder / "index.npy").exists():
            ends = self.index["thumbnail_end"]
            if self.about.as_files and (ends[0] < 0 or (np.diff(ends) < 0).any() or ends[-1] > len(self._thumbnails)):
                raise self.damaged("thumbnails.bin does not fit index.npy")

    @cached_property
    def _thumbnails(self) -> np.ndarray:
        try:
            return np.memmap(self.folder / "thumbnails.bin", np.uint8, "r")
        except (OSError, ValueError) as error:
            raise self.damaged("thumbnails.bin cannot be read") from error

    def _load(self, name: str, wanted: Array) -> np.ndarray:
        if name == "pictures":
            self.whole.require_bytes(f"{name}.npy", 0, 1)  # More when they are wanted: they may be many.
        else:
            self.whole.require(f"{name}.npy")
        return self._read(name, wanted)

    def _read(self, name: str, wanted: Array) -> np.ndarray:
        sizes = {} if name == "labels" else {"n": len(self)}
        try:
            return checked.read_array(self.folder / f"{name}.npy", wanted, sizes=sizes)
        except DamagedError as error:
            raise self.damaged(str(error)) from error

    def damaged(self, what: str) -> DatasetError:
        """Return the error that says what of it is damaged, and what to do."""
        return DatasetError(
            f"The dataset {self.about.name} is damaged ({what}). Remove it "
            f"({COMMAND} datasets remove {self.about.name}) and add it again."
        )

    def let_go(self) -> None:
        """Give the memory back that holds what was read of the arrays; what is read again comes from the disk's cache.

        What goes through a large dataset calls it on the way: what is mapped counts as the process's memory.
        """
        for name in ("images", "index", "_thumbnails"):
            mapped = getattr(self.__dict__.get(name), "_mmap", None)
            if mapped is not None and hasattr(mapped, "madvise"):
                mapped.madvise(mmap.MADV_DONTNEED)

    @cached_property
    def whole(self) -> Whole:
        """What tells whether the files are what was written; it remembers what was looked at."""
        return Whole(self.folder, self.about.size)

    def class_of(self, index: int) -> str:
        """Return the name of an image's class; `UNLABELED` where it is not known."""
        label = int(self.labels[index])
        return self.about.class_names[label] if label >= 0 else UNLABELED

    @cached_property
    def in_splits(self) -> dict[str, int]:
        """How many images each split has that has any."""
        counts = np.bincount(self.splits, minlength=len(SPLITS))
        return {split: int(count) for split, count in zip(SPLITS, counts, strict=True) if count}

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    def image(self, index: int) -> Image.Image:
        """Return one image, mode L where the set has one channel, else RGB."""
        if not self.about.as_files:
            self.whole.require_image(index % max(1, len(self)))
            return image_io.from_array(self.images[index])
        try:
            image = image_io.read_image(self.file_bytes(index), in_srgb=self.about.in_srgb)
        except ImageError as error:
            raise self.damaged(f"files/{self.file(index).name} cannot be read") from error
        return image.convert("L") if self.about.size[2] == 1 else image

    def file(self, index: int) -> Path:
        """Return where an image's original file is; only where the images are kept as files."""
        row = self.index[index]
        return self.folder / "files" / file_name(row["sha256"].decode(), row["format"].decode())

    def file_bytes(self, index: int) -> bytes:
        """Return the bytes of an image's original file; only where the images are kept as files.

        Raises:
            DatasetError: it is not there, or not what came in: its name is its hash.
        """
        path = self.file(index)
        with self.whole.said(f"files/{path.name}"):
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() != self.index[index]["sha256"].decode():
                raise ChangedError(f"files/{path.name}")
        return data

    def taken(self, ids: Sequence[int] | np.ndarray) -> np.ndarray:
        """Return some images, uint8 `(n, height, width, channels)`; only where they are kept as an array.

        Raises:
            DatasetError: the file is not what was written, there.
        """
        ids = np.asarray(ids, np.int64)
        self.whole.require_images(ids % max(1, len(self)))
        return np.asarray(self.images[ids])

    def thumbnail(self, index: int) -> bytes:
        """Return a small copy of an image, at most `THUMBNAIL_SIDE` px long: JPEG, or PNG where it is an array.

        One that is damaged is made again.
        """
        if not self.about.as_files:
            return image_io.png(self.image(index))
        begin, end = (
            int(self.index[index - 1]["thumbnail_end"]) if index else 0,
            int(self.index[index]["thumbnail_end"]),
        )
        try:
            self.whole.require_bytes(THUMBNAILS, begin, end)
        except DatasetError:
            return thumbnail(self.image(index))
        return self._thumbnails[begin:end].tobytes()

    def select(self, split: str | None = None, label: int | None = None) -> np.ndarray:
        """Return the indices, int64 `(m,)`, of the images of a split (`None`: all) and a class (`None`: all)."""
        chosen = np.ones(len(self), bool)
        if split is not None:
            chosen &= self.splits == SPLITS.index(split)
        if label is not None:
            chosen &= self.labels == label
        return np.flatnonzero(chosen)

    @cached_property
    def counts(self) -> np.ndarray:
        """How many images each class has in each split, int64 `(classes, LABELED_SPLITS)`."""
        counts = np.zeros((len(self.about.class_names), len(LABELED_SPLITS)), np.int64)
        labelled = self.labels >= 0
        np.add.at(counts, (self.labels[labelled], self.splits[labelled]), 1)
        return counts


def file_name(sha256: str, kind: str) -> str:
    """Return the name under which a file is kept.

    Args:
        sha256: of its bytes, in hexadecimal.
        kind: its format as Pillow calls it.
    """
    return f"{sha256}.{kind.lower().replace('jpeg', 'jpg')}"


def index_of(pixels: np.ndarray) -> np.ndarray:
    """Return the index of images kept as an array."""
    index = np.zeros(len(pixels), INDEX)
    _, height, width, channels = pixels.shape
    index["height"], index["width"] = height, width
    index["mode"] = "L" if channels == 1 else "RGB"
    index["bytes"] = height * width * channels
    measures = measured_all(pixels)
    for name in measures.dtype.names or ():
        index[name] = measures[name]
    return index
