"""The samples after each epoch of a run, from the same noise: a file an epoch in the run's folder `samples`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.storage import checked, data_home
from core.storage.checked import Array, DamagedError

_FOLDER = "samples"
_FILE = re.compile(r"epoch-(\d{5})\.npz")
_MOST = 4096
_ARRAYS = {
    "images": Array(np.uint8, ("n", "height", "width", "channels")),
    "labels": Array(np.int16, ("n",), low=0, high=_MOST),
}


@dataclass(frozen=True, eq=False)
class Film:
    """A run's samples over its epochs.

    Attributes:
        epochs: after which there are samples, ascending.
        sheets: an array each, uint8 `(n, height, width, channels)`, all of one shape.
        labels: the classes that were asked for, int16 `(n,)`.
        lost: the epochs whose files are damaged.
    """

    epochs: list[int]
    sheets: list[np.ndarray]
    labels: np.ndarray
    lost: list[int]


def write(run_folder: Path, epoch: int, images: np.ndarray, labels: np.ndarray) -> None:
    """Keep the samples after an epoch, 0 for before the first.

    Args:
        run_folder: the run's.
        epoch: after how many.
        images: uint8 `(n, height, width, channels)`.
        labels: the classes that were asked for, int16 `(n,)`.

    Raises:
        OSError: the disk is full or may not be written.
    """
    path = _path(run_folder, epoch)
    path.parent.mkdir(exist_ok=True)
    with data_home.replacing(path) as beside:
        np.savez(beside, images=images, labels=labels)


def epochs(run_folder: Path) -> list[int]:
    """Return the epochs after which there are samples, ascending; their files may be damaged."""
    try:
        names = [path.name for path in (run_folder / _FOLDER).iterdir()]
    except OSError:
        return []
    return sorted(int(found[1]) for name in names if (found := _FILE.fullmatch(name)))


def read(run_folder: Path, epoch: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the samples after an epoch, as `write` takes them.

    Raises:
        DamagedError: there are none, or their file is not what it should be.
    """
    path = _path(run_folder, epoch)
    found = checked.read_arrays(path, _ARRAYS)
    images = found["images"]
    if not images.size or images.shape[3] not in (1, 3):
        raise DamagedError(path, "is not what it should be: it has no images")
    return images, found["labels"]


def film(run_folder: Path, most: int) -> Film:
    """Return a run's samples over its epochs; what is damaged is left out.

    Args:
        run_folder: the run's.
        most: how many epochs at most, evenly chosen, the first and the last among them; at least 2.
    """
    there = epochs(run_folder)
    places = np.unique(np.linspace(0, max(len(there) - 1, 0), min(len(there), most)).round().astype(int))
    made = Film([], [], np.zeros(0, np.int16), [])
    for epoch in (there[place] for place in places):
        try:
            images, labels = _read(run_folder, epoch, data_home.version(_path(run_folder, epoch)))
        except DamagedError:
            made.lost.append(epoch)
            continue
        if made.sheets and images.shape != made.sheets[0].shape:
            made.lost.append(epoch)
            continue
        made.epochs.append(epoch)
        made.sheets.append(images)
        made = Film(made.epochs, made.sheets, labels, made.lost)
    return made


@lru_cache(maxsize=512)
def _read(run_folder: Path, epoch: int, _version: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return read(run_folder, epoch)


def _path(run_folder: Path, epoch: int) -> Path:
    return run_folder / _FOLDER / f"epoch-{epoch:05d}.npz"


def remove_after(run_folder: Path, epoch: int) -> None:
    """Remove the samples of later epochs: training goes on from this one, and makes them again."""
    for later in epochs(run_folder):
        if later > epoch:
            _path(run_folder, later).unlink(missing_ok=True)
