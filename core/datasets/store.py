"""The data sets on disk, each a folder of the data home: `dataset.json` and memory-mapped arrays.

`labels.npy` is int16 `(n,)`, `splits.npy` uint8 `(n,)`, an index into `SPLITS`, and `index.npy` `(n,)` of `INDEX`.
Small pictures of one size are one array, `pictures.npy`, uint8 `(n, height, width, 1 or 3)`. Others are the accepted
original files, `files/<sha256>.<ending>`, with small JPEG copies one after the other in `thumbnails.bin`. `names.txt`
has a file name a line where the pictures came as files.
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
from core.datasets.measures import MEASURES, measured_all
from core.errors import PixelwiseError, storing
from core.pictures import PictureError

SPLITS = ("train", "test", "validation")
# What is known of each picture without decoding it. `bytes`: of its file, or of its pixels. `mode`: Pillow's, of the
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
THUMBNAIL_SIDE = 128
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
        size: height and width of every picture in pixels, and channels, 1 or 3; height and width are 0 when the
            pictures have several sizes.
        ink_box: for drawn characters, the side of the box that the ink was fitted to, as a share of the picture's
            side; `None` for other pictures.
        as_files: whether the pictures are kept as the original files, not as one array.
        content_hash: sha256 of pictures, labels and splits.
    """

    name: str
    title: str
    source: str
    licence: str
    class_names: tuple[str, ...]
    size: tuple[int, int, int]
    ink_box: float | None = None
    as_files: bool = False
    content_hash: str = ""

    @property
    def shape(self) -> str:
        """The pictures' shape for people, such as `28×28 px, gray`."""
        height, width, channels = self.size
        return f"{f'{width}×{height} px' if width else 'several sizes'}, {'gray' if channels == 1 else 'colour'}"

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
        """All pictures, uint8 `(n, height, width, channels)`, memory-mapped; only where they are kept as an array."""
        return self._load("pictures")

    @cached_property
    def labels(self) -> np.ndarray:
        """The class of each picture, int16 `(n,)`."""
        return self._load("labels")

    @cached_property
    def splits(self) -> np.ndarray:
        """The split of each picture, uint8 `(n,)`, an index into `SPLITS`."""
        return self._load("splits")

    @cached_property
    def index(self) -> np.ndarray:
        """What is known of each picture, `(n,)` of `INDEX`."""
        if not self.about.as_files and not (self.folder / "index.npy").exists():
            # Written by a Pixelwise that kept no index.
            with storing(f"the index of {self.about.name}"), home.replacing(self.folder / "index.npy") as beside:
                np.save(beside, _index_of(self.pictures), allow_pickle=False)
        return self._load("index")

    @cached_property
    def names(self) -> list[str]:
        """The file name of each picture, as it is shown; empty where the pictures did not come as files."""
        path = self.folder / "names.txt"
        try:
            return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        except (OSError, ValueError) as error:
            raise self._damaged("names.txt") from error

    @cached_property
    def _thumbnails(self) -> np.ndarray:
        try:
            return np.memmap(self.folder / "thumbnails.bin", np.uint8, "r")
        except (OSError, ValueError) as error:
            raise self._damaged("thumbnails.bin") from error

    def _load(self, name: str) -> np.ndarray:
        try:
            array: np.ndarray = np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise self._damaged(f"{name}.npy") from error
        return array

    def _damaged(self, file: str) -> DatasetError:
        return DatasetError(
            f"The data set {self.about.name} is damaged ({file} cannot be read). Remove it "
            f"(python -m core datasets remove {self.about.name}) and add it again."
        )

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.labels)

    def picture(self, index: int) -> Image.Image:
        """Return one picture, mode L where the set has one channel, else RGB."""
        if not self.about.as_files:
            return pictures.from_array(self.pictures[index])
        path = self.file(index)
        try:
            picture = pictures.read_picture(path.read_bytes())
        except (OSError, PictureError) as error:
            raise self._damaged(f"files/{path.name}") from error
        return picture.convert("L") if self.about.size[2] == 1 else picture

    def file(self, index: int) -> Path:
        """Return where a picture's original file is; only where the pictures are kept as files."""
        row = self.index[index]
        return self.folder / "files" / file_name(row["sha256"].decode(), row["format"].decode())

    def thumbnail(self, index: int) -> bytes:
        """Return a small copy of a picture, at most `THUMBNAIL_SIDE` px long: JPEG, or PNG where it is an array."""
        if not self.about.as_files:
            return pictures.png(self.picture(index))
        begin = self.index[index - 1]["thumbnail_end"] if index else 0
        return self._thumbnails[begin : self.index[index]["thumbnail_end"]].tobytes()

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


def file_name(sha256: str, kind: str) -> str:
    """Return the name under which a file is kept.

    Args:
        sha256: of its bytes, in hexadecimal.
        kind: its format as Pillow calls it.
    """
    return f"{sha256}.{kind.lower().replace('jpeg', 'jpg')}"


def _index_of(pixels: np.ndarray) -> np.ndarray:
    """Return the index of pictures kept as an array."""
    index = np.zeros(len(pixels), INDEX)
    _, height, width, channels = pixels.shape
    index["height"], index["width"] = height, width
    index["mode"] = "L" if channels == 1 else "RGB"
    index["bytes"] = height * width * channels
    measures = measured_all(pixels)
    for name in measures.dtype.names or ():
        index[name] = measures[name]
    return index


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
                for name, array in {**arrays, "index": _index_of(arrays["pictures"])}.items():
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
