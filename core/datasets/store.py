"""The datasets on disk, each a folder of the data home: `dataset.json` and memory-mapped arrays.

`labels.npy` is int16 `(n,)`, -1 for none, `splits.npy` uint8 `(n,)`, an index into `SPLITS`, and `index.npy` `(n,)` of
`INDEX`. Small images of one size are one array, `pictures.npy`, uint8 `(n, height, width, 1 or 3)`. Others are the
accepted original files, `files/<sha256>.<ending>`, with small JPEG copies one after the other in `thumbnails.bin`.
`names.txt` has a file name a line where the images came as files, `groups.npy` int32 `(n,)` which images belong
together, and `group_names.txt` what the groups are called. `checksums.txt` is of all these but the original files,
whose names are theirs: whatever is read is compared with it at its first use (`whole`).
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from filelock import FileLock

from core.datasets.about import About as About
from core.datasets.dataset import INDEX as INDEX
from core.datasets.dataset import LABELED_SPLITS as LABELED_SPLITS
from core.datasets.dataset import SPLITS as SPLITS
from core.datasets.dataset import UNLABELED as UNLABELED
from core.datasets.dataset import Dataset as Dataset
from core.datasets.dataset import file_name as file_name
from core.datasets.dataset import index_of
from core.datasets.integrity.whole import IMAGES, THUMBNAILS, forget_damage, keep_checksums
from core.datasets.integrity.whole import DatasetError as DatasetError
from core.errors import COMMAND, as_storage_error
from core.storage import checked, data_home
from core.storage.checked import DamagedError, MissingError

# How the source of a dataset ends that was made of another and more photos.
EXTENDED = " added to it"
# In the folder of a dataset that is shared with a class: where it is from, in words.
SHARED = "shared.txt"
# What in such a folder are links to the shared files.
LINKED = (IMAGES, THUMBNAILS, "files")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_MOST_ABOUT = 40_000_000
_NEEDED = ("dataset.json", "labels.npy", "splits.npy", "groups.npy", "pictures.npy", "index.npy", "thumbnails.bin")


def folder_of(name: str) -> Path:
    """Return where a dataset of this name is kept.

    Raises:
        DatasetError: the name is none that a dataset can have.
    """
    if not _NAME.fullmatch(name):
        raise DatasetError(f"{name[:80]!r} is no dataset's name: lower case letters, digits and hyphens only.")
    return data_home.data_home() / "datasets" / name


def write(about: About, arrays: dict[str, np.ndarray]) -> Dataset:
    """Write a dataset whole or not at all; one that is there already under the name stays as it is.

    Args:
        about: what it is; its `content_hash` is worked out here.
        arrays: `images`, `labels` and `splits` as this module describes them.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    folder = folder_of(about.name)
    with as_storage_error(f"the dataset {about.name}"):
        try:
            with data_home.new_folder(folder) as beside:
                fill(beside, about, arrays)
        except FileExistsError:
            pass  # Another process was faster with the same thing.
    return read(folder)


def fill(folder: Path, about: About, arrays: dict[str, np.ndarray]) -> None:
    """Write the files of a dataset into a new folder; arguments as of `write`.

    Raises:
        OSError: the disk is full or may not be written.
    """
    about = replace(about, content_hash=content_hash(arrays))
    for name, array in {**arrays, "index": index_of(arrays["pictures"])}.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    checked.write(folder / "dataset.json", asdict(about), indent=1, lasting=False)
    keep_checksums(folder)


def restore(about: About, arrays: dict[str, np.ndarray]) -> Dataset:
    """Write a dataset's own files anew in its folder, where they are damaged; decisions and audits stay.

    Arguments and errors are those of `write`.
    """
    folder = folder_of(about.name)
    with as_storage_error(f"the dataset {about.name}"):
        if folder.is_symlink() and not folder.exists():
            folder.unlink()
        with data_home.filling(folder.parent) as beside:
            fill(beside, about, arrays)
            folder.mkdir(exist_ok=True)
            put_into(folder, beside)
    return read(folder)


def put_into(folder: Path, beside: Path) -> None:
    """Have a dataset's folder take over all files that are in another, in place of its own; the others stay.

    Raises:
        OSError: the disk is full or may not be written.
    """
    for path in sorted(beside.iterdir()):
        old = folder / path.name
        if old.is_dir() and not old.is_symlink():
            data_home.remove(old)
        path.replace(old)
    forget_damage(folder)


def content_hash(arrays: Mapping[str, np.ndarray]) -> str:
    """Return the hash of a dataset that is made of arrays: `images`, `labels` and `splits`."""
    digest = hashlib.sha256()
    for name in ("pictures", "labels", "splits"):
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()


def read(folder: Path) -> Dataset:
    """Open the dataset in a folder.

    Raises:
        DatasetError: there is none, or it is damaged.
    """
    try:
        return _read(folder, data_home.version(folder / "dataset.json"))
    except DamagedError as error:
        if isinstance(error, MissingError) and not os.path.lexists(folder):
            raise DatasetError(f"There is no dataset {folder.name} on this machine.") from error
        raise DatasetError(
            f"The dataset {folder.name} is damaged ({error}). Remove it "
            f"({COMMAND} datasets remove {folder.name}) and add it again."
        ) from error


@lru_cache(maxsize=32)
def _read(folder: Path, _version: tuple[int, int]) -> Dataset:
    return Dataset(folder, checked.read_object(folder / "dataset.json", About, most=_MOST_ABOUT))


def damage(name: str) -> str:
    """Return what keeps a dataset on disk from being used, in a sentence; empty: nothing does."""
    folder = folder_of(name)
    return _damage(folder, *(data_home.version(folder / each) for each in _NEEDED))


@lru_cache(maxsize=256)
def _damage(folder: Path, *_versions: tuple[int, int]) -> str:
    try:
        about = read(folder).about
        # Not the one that is kept: what it has loaded may have been replaced.
        whole = Dataset(folder, about)
        if not _NAME.fullmatch(about.name):
            raise whole.damaged("dataset.json has a name that no dataset can have")
        whole.look_through()
    except DatasetError as error:
        return str(error)
    return ""


@contextmanager
def adding() -> Iterator[None]:
    """Keep other processes from adding a dataset, while one looks for what is there and adds its own.

    Raises:
        OSError: the disk may not be written.
    """
    data_home.data_home().mkdir(parents=True, exist_ok=True)
    with FileLock(data_home.data_home() / ".adding.lock"):
        yield


def with_content(content_hash: str) -> Dataset | None:
    """Return the dataset on disk that has this content; `None` where there is none. Damaged ones do not count."""
    for name in names():
        if not damage(name) and (dataset := read(folder_of(name))).about.content_hash == content_hash:
            return dataset
    return None


def names() -> list[str]:
    """Return the names of the datasets on disk, sorted, with those that are damaged: `damage` tells.

    Raises:
        StorageError: the folder of the datasets cannot be read.
    """
    root = data_home.data_home() / "datasets"
    return [name for name in data_home.folders_in(root) if _NAME.fullmatch(name)]


def is_shared(folder: Path) -> bool:
    """Tell whether a dataset's folder is a user's view of one that is shared with a class: its images are read only."""
    return os.path.lexists(folder / SHARED) or any((folder / each).is_symlink() for each in LINKED)


def own_images() -> int:
    """Return how many images the datasets on disk have, without those that are shared or damaged."""
    count = 0
    for name in names():
        with suppress(DatasetError):
            if not is_shared(folder_of(name)):
                count += len(read(folder_of(name)))
    return count


def remove(name: str) -> None:
    """Delete a dataset from disk.

    Raises:
        DatasetError: it is not there, or shared with a class.
        StorageError: it may not be deleted.
    """
    folder = folder_of(name)
    if not os.path.lexists(folder):
        raise DatasetError(f"There is no dataset {name} on this machine.")
    if is_shared(folder):
        raise DatasetError(f"The dataset {name} is shared with the class, and stays: it takes nothing of your space.")
    with as_storage_error(f"the removal of {name}"):
        data_home.remove(folder)
