"""The samples after each epoch of a run, from the same noise: a file an epoch in the run's folder `samples`."""

import re
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
    folder = run_folder / _FOLDER
    folder.mkdir(exist_ok=True)
    with data_home.replacing(folder / f"epoch-{epoch:05d}.npz") as beside:
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
    path = run_folder / _FOLDER / f"epoch-{epoch:05d}.npz"
    found = checked.read_arrays(path, _ARRAYS)
    images = found["images"]
    if not images.size or images.shape[3] not in (1, 3):
        raise DamagedError(path, "is not what it should be: it has no images")
    return images, found["labels"]


def remove_after(run_folder: Path, epoch: int) -> None:
    """Remove the samples of later epochs: training goes on from this one, and makes them again."""
    for later in epochs(run_folder):
        if later > epoch:
            (run_folder / _FOLDER / f"epoch-{later:05d}.npz").unlink(missing_ok=True)
