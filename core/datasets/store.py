"""The data sets on disk, each a folder of the data home: `dataset.json` and memory-mapped arrays.

`pictures.npy` is uint8 `(n, height, width, 1 or 3)`, `labels.npy` int16 `(n,)`, `splits.npy` uint8 `(n,)`, an index
into `SPLITS`.
"""

import hashlib
import json
import re
import shutil
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from core import home, pictures
from core.errors import PixelwiseError, storing

SPLITS = ("train", "test")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class DatasetError(PixelwiseError):
    """A data set that is not there, is damaged or cannot be made. The message says what to do."""


@dataclass(frozen=True)
class About:
    """What `dataset.json` says.

    Attributes:
        name: the folder's name, lower case letters, digits and hyphens.
        title: for people.
        source: where it comes from.
        licence: under which terms.
        class_names: one text a class, in the labels' order.
        size: height and width of every picture in pixels, and channels.
        ink_box: for drawn characters, the side of the box that the ink was fitted to, as a share of the picture's
            side; `None` for other pictures.
        content_hash: sha256 of pictures, labels and splits.
    """

    name: str
    title: str
    source: str
    licence: str
    class_names: tuple[str, ...]
    size: tuple[int, int, int]
    ink_box: float | None = None
    content_hash: str = ""

    def to_json(self) -> str:
        """Return the content of a `dataset.json`."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> "About":
        """Read the content of a `dataset.json`. Raises `ValueError`, `KeyError` or `TypeError` when it is damaged."""
        data = json.loads(text)
        return cls(**{**data, "class_names": tuple(data["class_names"]), "size": tuple(data["size"])})


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set on disk, read as it is needed."""

    folder: Path
    about: About

    @cached_property
    def pictures(self) -> np.ndarray:
        """All pictures, uint8 `(n, height, width, channels)`, memory-mapped."""
        return self._load("pictures")

    @cached_property
    def labels(self) -> np.ndarray:
        """The class of each picture, int16 `(n,)`."""
        return self._load("labels")

    @cached_property
    def splits(self) -> np.ndarray:
        """The split of each picture, uint8 `(n,)`, an index into `SPLITS`."""
        return self._load("splits")

    def _load(self, name: str) -> np.ndarray:
        try:
            array: np.ndarray = np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise DatasetError(
                f"The data set {self.about.name} is damaged ({name}.npy cannot be read). Remove it "
                f"(python -m core datasets remove {self.about.name}) and add it again."
            ) from error
        return array

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.labels)

    def picture(self, index: int) -> Image.Image:
        """Return one picture, mode L or RGB."""
        return pictures.from_array(self.pictures[index])

    def select(self, split: str | None = None, label: int | None = None) -> np.ndarray:
        """Return the indices, int64 `(m,)`, of the pictures of a split (`None`: all) and a class (`None`: all)."""
        chosen = np.ones(len(self), bool)
        if split is not None:
            chosen &= self.splits == SPLITS.index(split)
        if label is not None:
            chosen &= self.labels == label
        return np.flatnonzero(chosen)

    @cached_property
    def counts(self) -> np.ndarray:
        """How many pictures each class has in each split, int64 `(classes, splits)`."""
        counts = np.zeros((len(self.about.class_names), len(SPLITS)), np.int64)
        np.add.at(counts, (self.labels, self.splits), 1)
        return counts


def folder_of(name: str) -> Path:
    """Return where a data set of this name is kept.

    Raises:
        DatasetError: the name is none that a data set can have.
    """
    if not _NAME.fullmatch(name):
        raise DatasetError(f"{name!r} is no data set's name: lower case letters, digits and hyphens only.")
    return home.data_home() / "datasets" / name


def write(about: About, arrays: dict[str, np.ndarray]) -> Dataset:
    """Write a data set whole or not at all; one that is there already under the name stays as it is.

    Args:
        about: what it is; its `content_hash` is worked out here.
        arrays: `pictures`, `labels` and `splits` as this module describes them.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    digest = hashlib.sha256()
    for name in ("pictures", "labels", "splits"):
        digest.update(np.ascontiguousarray(arrays[name]).data)
    about = About(**{**asdict(about), "content_hash": digest.hexdigest()})
    folder = folder_of(about.name)
    with storing(f"the data set {about.name}"):
        try:
            with home.new_folder(folder) as beside:
                for name, array in arrays.items():
                    np.save(beside / f"{name}.npy", array, allow_pickle=False)
                (beside / "dataset.json").write_text(about.to_json(), encoding="utf-8")
        except FileExistsError:
            pass  # Another process was faster with the same thing.
    return read(folder)


def read(folder: Path) -> Dataset:
    """Open the data set in a folder.

    Raises:
        DatasetError: there is none, or it is damaged.
    """
    try:
        return _read(folder, (folder / "dataset.json").stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise DatasetError(f"There is no data set {folder.name} on this machine.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(
            f"The data set {folder.name} is damaged (dataset.json cannot be read). Remove it "
            f"(python -m core datasets remove {folder.name}) and add it again."
        ) from error


@lru_cache(maxsize=32)
def _read(folder: Path, _changed_ns: int) -> Dataset:
    return Dataset(folder, About.from_json((folder / "dataset.json").read_text(encoding="utf-8")))


def names() -> list[str]:
    """Return the names of the data sets on disk, sorted."""
    root = home.data_home() / "datasets"
    return sorted(path.parent.name for path in root.glob("*/dataset.json") if _NAME.fullmatch(path.parent.name))


def remove(name: str) -> None:
    """Delete a data set from disk.

    Raises:
        DatasetError: it is not there.
        StorageError: it may not be deleted.
    """
    folder = folder_of(name)
    if not folder.is_dir():
        raise DatasetError(f"There is no data set {name} on this machine.")
    with storing(f"the removal of {name}"):
        shutil.rmtree(folder)
