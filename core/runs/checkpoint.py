"""What training goes on from: everything that decides its further course, after a whole epoch, in one file.

A checkpoint is an uncompressed npz file, so that each array carries a CRC-32 that is verified when it is read. Files
are written beside and put in place whole; the newest two are kept, and a damaged one falls back to the one before.
"""

import json
import logging
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np

from core.storage import data_home

KEPT = 2
_GROUPS = ("state", "best")
_COUNTS = "counts"
# The smallest has 200; what comes after it, a few for each layer.
_ARRAYS_OF_A_PRETRAINED_NETWORK = 150
_FILE = re.compile(r"epoch-(\d{5})\.npz")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """Where a training stands, beside its numbers.

    Attributes:
        epoch: whole epochs done; the last may not have been validated yet.
        seconds: how long that took, over all its sittings.
        learning_rate: before the schedule, as a user may have changed it.
        best_epoch: the epoch with the smallest validation loss, and `best_loss` that loss; 0 and `None` before the
            first, or when nothing stops the training early. The last epoch is not compared yet.
        training: what the last epoch's record says of the training: loss, accuracy, learning rate and speed.
        untold: the records of epochs before the last that were not in `metrics.jsonl` yet: were the trainer killed
            right after this was saved, they would be lost.
    """

    epoch: int
    seconds: float
    learning_rate: float
    best_epoch: int = 0
    best_loss: float | None = None
    training: dict[str, float | None] = field(default_factory=dict)
    untold: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The state of a training after a whole epoch.

    Attributes:
        progress: where it stands.
        state: every variable, in the network's and the optimiser's order: weights, moments, averages, the state of
            what draws dropout.
        best: the weights of the best epoch, where they are kept, else empty.
    """

    progress: Progress
    state: list[np.ndarray]
    best: list[np.ndarray]

    @property
    def has_a_pretrained_network(self) -> bool:
        """Whether it holds a whole network that begins with a pretrained one, and not only what learns from that.

        A Pixelwise that trained through frozen networks kept both.
        """
        return len(self.state) >= _ARRAYS_OF_A_PRETRAINED_NETWORK


def write(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint into its folder, to last through a power cut, and remove those beyond `KEPT`.

    Raises:
        OSError: the disk is full or may not be written; what was there stays.
    """
    folder.mkdir(exist_ok=True)
    path = folder / f"epoch-{checkpoint.progress.epoch:05d}.npz"
    arrays = {f"{group}_{i}": array for group in _GROUPS for i, array in enumerate(getattr(checkpoint, group))}
    counts = {group: len(getattr(checkpoint, group)) for group in _GROUPS}
    about = json.dumps({**asdict(checkpoint.progress), _COUNTS: counts})
    with data_home.replacing(path, lasting=True) as beside:
        np.savez(beside, progress=np.frombuffer(about.encode(), np.uint8), **arrays)
    prune(folder, KEPT)


def prune(folder: Path, kept: int) -> None:
    """Remove all checkpoints but the newest `kept`, and what a killed process left half-written."""
    for path in checkpoints(folder)[kept:]:
        path.unlink(missing_ok=True)
    for path in folder.glob(".*.npz"):
        path.unlink(missing_ok=True)


def checkpoints(folder: Path) -> list[Path]:
    """Return the files of a checkpoint folder, newest first; they may be damaged."""
    return sorted((path for path in folder.glob("epoch-*.npz") if _FILE.fullmatch(path.name)), reverse=True)


def newest(folder: Path) -> Checkpoint | None:
    """Read the newest checkpoint that is whole; `None` when there is none."""
    for path in checkpoints(folder):
        try:
            return _read(path)
        except MemoryError:
            raise
        except Exception as error:  # Whatever a damaged file makes the readers come upon.
            _log.warning("%s is damaged and not used: %s: %s", path.name, type(error).__name__, error)
    return None


def remove_after(folder: Path, epoch: int) -> None:
    """Remove the checkpoints of later epochs, which are damaged when training goes on from this one."""
    for path in checkpoints(folder):
        found = _FILE.fullmatch(path.name)
        if found and int(found[1]) > epoch:
            path.unlink(missing_ok=True)


def _read(path: Path) -> Checkpoint:
    # All of every member is read for its sum: NumPy stops where an array's header says that it ends.
    with ZipFile(path) as members:
        if damaged := members.testzip():
            raise ValueError(f"{damaged} does not fit its checksum")
    with np.load(path, allow_pickle=False) as stored:
        about: dict[str, Any] = json.loads(stored["progress"].tobytes())
        counts = about.pop(_COUNTS, None)
        arrays = {
            group: [stored[f"{group}_{i}"] for i in range(sum(name.startswith(f"{group}_") for name in stored.files))]
            for group in _GROUPS
        }
    # Earlier versions wrote no counts.
    if counts is not None and counts != {group: len(found) for group, found in arrays.items()}:
        raise ValueError("arrays are missing")
    return Checkpoint(Progress(**about), **arrays)
