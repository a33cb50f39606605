"""What training goes on from: everything that decides its further course, after a whole epoch, in one file.

A checkpoint is an uncompressed npz file, so that each array carries a CRC-32 that is verified when it is read. Files
are written beside and put in place whole; the newest two are kept, and a damaged one falls back to the one before.
"""

import json
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from core import home

KEPT = 2
_FILE = re.compile(r"epoch-(\d{5})\.npz")


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
    """

    epoch: int
    seconds: float
    learning_rate: float
    best_epoch: int = 0
    best_loss: float | None = None
    training: dict[str, float | None] = field(default_factory=dict)


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


def write(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint into its folder, to last through a power cut, and remove those beyond `KEPT`.

    Raises:
        OSError: the disk is full or may not be written; what was there stays.
    """
    folder.mkdir(exist_ok=True)
    path = folder / f"epoch-{checkpoint.progress.epoch:05d}.npz"
    about = np.frombuffer(json.dumps(asdict(checkpoint.progress)).encode(), np.uint8)
    arrays = {
        f"{group}_{i}": array for group in ("state", "best") for i, array in enumerate(getattr(checkpoint, group))
    }
    with home.replacing(path) as beside, beside.open("wb") as file:
        np.savez(file, progress=about, **arrays)
        file.flush()
        os.fsync(file.fileno())
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
    return next(_whole(folder), None)


def _whole(folder: Path) -> Iterator[Checkpoint]:
    for path in checkpoints(folder):
        try:
            yield _read(path)
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error):
            continue


def _read(path: Path) -> Checkpoint:
    with np.load(path, allow_pickle=False) as stored:
        about: dict[str, Any] = json.loads(stored["progress"].tobytes())
        arrays = {
            group: [stored[f"{group}_{i}"] for i in range(sum(name.startswith(f"{group}_") for name in stored.files))]
            for group in ("state", "best")
        }
    return Checkpoint(Progress(**about), **arrays)
