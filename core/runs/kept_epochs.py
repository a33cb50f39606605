"""The weights after some epochs of a training, kept to look back at: how filters and feature maps came about.

They are kept after epochs 0, 1, 2, 4, 8 and so on, each an uncompressed `epochs/epoch-00004.npz` in the run's folder,
so that each array carries a CRC-32. A long training gives up the earliest but that before the first epoch. They are a
part of the run and nothing depends on them: where they are damaged or gone, there is nothing to look back at.
"""

import logging
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.errors import PixelwiseError
from core.runs.run import Run
from core.storage import checked, data_home
from core.storage.checked import DamagedError

MOST, MOST_BYTES = 8, 60_000_000
_FEWEST = 2
_FILE = re.compile(r"epoch-(\d{5})\.npz")
_log = logging.getLogger(__name__)


class KeptEpochError(PixelwiseError):
    """The weights of an epoch cannot be read, or are those of another network."""


def folder_of(run: Run) -> Path:
    """Return where they are."""
    return run.folder / "epochs"


def how_many(size: int) -> int:
    """Return how many epochs are kept of a network whose weights take so many bytes; 0: its are too large."""
    fitting = min(MOST, MOST_BYTES // max(1, size))
    return fitting if fitting >= _FEWEST else 0


def is_wanted(epoch: int) -> bool:
    """Tell whether an epoch is one of those that are kept: 0 and the powers of two."""
    return epoch & (epoch - 1) == 0


def epochs(run: Run) -> list[int]:
    """Return which epochs are kept, ascending; their files may be damaged."""
    try:
        found = [_FILE.fullmatch(path.name) for path in folder_of(run).iterdir()]
    except OSError:
        return []
    return sorted(int(each[1]) for each in found if each)


def kept_bytes(run: Run) -> int:
    """Return how large they are together."""
    return sum(data_home.version(_path(folder_of(run), epoch))[1] for epoch in epochs(run))


def keep(run: Run, epoch: int, weights: Sequence[np.ndarray]) -> None:
    """Keep the weights after an epoch that `is_wanted`, and give up the earliest beyond those that fit.

    A disk that is full takes nothing from the training: the epoch is not kept then.

    Args:
        run: whose folder they go to.
        epoch: how many epochs were done, 0 for the weights that a training begins with.
        weights: in the order of the trained model's `weights`.
    """
    most = how_many(sum(each.nbytes for each in weights))
    if not most:
        return
    folder = folder_of(run)
    try:
        folder.mkdir(exist_ok=True)
        with data_home.replacing(_path(folder, epoch)) as beside:
            np.savez(beside, allow_pickle=False, **{f"weight_{place}": each for place, each in enumerate(weights)})
        # The weights that the training began with stay: against them all others are seen.
        kept = epochs(run)
        for earlier in kept[1 : 1 + max(0, len(kept) - most)]:
            _path(folder, earlier).unlink(missing_ok=True)
    except OSError as error:
        _log.warning("The weights after epoch %d are not kept: %s", epoch, error)


def remove_after(run: Run, epoch: int) -> None:
    """Remove those of later epochs, which a training that goes on from this one makes again."""
    for later in epochs(run):
        if later > epoch:
            _path(folder_of(run), later).unlink(missing_ok=True)


def read(folder: Path, epoch: int) -> list[np.ndarray]:
    """Return the weights after an epoch, in the order of the trained model's `weights`.

    Args:
        folder: the run's.
        epoch: one of `epochs`.

    Raises:
        KeptEpochError: they are gone, damaged, or no numbers.
    """
    path = _path(folder / "epochs", epoch)
    try:
        found = checked.read_arrays(path, None)
        weights = [found[f"weight_{place}"] for place in range(len(found))]
    except (DamagedError, KeyError) as error:
        raise KeptEpochError(f"The weights after epoch {epoch} cannot be read. Choose another epoch.") from error
    if not all(np.issubdtype(each.dtype, np.number) and np.isfinite(each).all() for each in weights):
        raise KeptEpochError(f"The weights after epoch {epoch} are not all numbers. Choose another epoch.")
    return weights


def _path(folder: Path, epoch: int) -> Path:
    return folder / f"epoch-{epoch:05d}.npz"
