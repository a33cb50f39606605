"""A two-dimensional slice of a run's loss: how it changes along two directions of all its weights.

Where epochs were kept, the directions are the two along which the training moved most, the principal components of its
kept weights, so that its own way lies on the slice; else two random ones, as long in each filter as the filter itself
(Li et al., "Visualizing the loss landscape of neural nets", 2018, sections 4 and 7). It is measured once, by a job, and
kept with the run as long as that has the same `model.keras`.
"""

from dataclasses import dataclass

import numpy as np

from core.errors import as_storage_error
from core.runs import Run
from core.runs.model_files import made_of_model
from core.runs.run_job import RunJob
from core.storage import checked
from core.storage.checked import Array
from core.storage.derived import DerivedFile

JOB = RunJob("loss-slice", "core.nn.inference.loss_slice:measure")
SIDE, MOST_IMAGES = 21, 256
_WANTED = {
    "losses": Array(np.float32, ("side", "side")),
    "trail": Array(np.float32, ("stops", 2)),
    "epochs": Array(np.int64, ("stops",), low=-1, high=1_000_000),
    "images": Array(np.int64, (), low=1),
}


@dataclass(frozen=True, eq=False)
class LossSlice:
    """The loss on a square, both of whose sides go from −1 to 1.

    Attributes:
        losses: mean cross-entropy, float32 `(side, side)`; rows by the second direction, both ascending.
        trail: where the training was, as far as this slice shows it, float32 `(stops, 2)`; the last are the final
            weights.
        epochs: after which epoch, int64 `(stops,)`; −1 for the final weights.
        images: how many images it was measured on.
    """

    losses: np.ndarray
    trail: np.ndarray
    epochs: np.ndarray
    images: int


@dataclass(frozen=True, eq=False)
class Plane:
    """Where a slice lies among all weights: its middle, its two directions, each as long as its reach, and the trail.

    Attributes:
        middle: float64 `(weights,)`.
        directions: float64 `(2, weights)`.
        trail: as `LossSlice` has it, float64 `(stops, 2)`.
    """

    middle: np.ndarray
    directions: np.ndarray
    trail: np.ndarray


def by_trail(path: np.ndarray, margin: float = 1.3) -> Plane:
    """Return the plane along which weights moved most.

    Args:
        path: the weights along a training, float64 `(stops, weights)`, at least three.
        margin: how far the slice reaches, as a share of how far the path does.
    """
    centred = path - path.mean(axis=0)
    _, _, components = np.linalg.svd(centred, full_matrices=False)
    places = centred @ components[:2].T
    low, high = places.min(axis=0), places.max(axis=0)
    middle = (low + high) / 2
    reach = max(margin * float((high - low).max()) / 2, 1e-9)
    return Plane(path.mean(axis=0) + middle @ components[:2], components[:2] * reach, (places - middle) / reach)


def by_chance(weights: list[np.ndarray], seed: int = 0) -> Plane:
    """Return a plane of two random directions about weights, normalised by filter.

    Args:
        weights: of each variable; one with a single axis, such as biases, stays as it is.
        seed: of the directions.
    """
    rng = np.random.default_rng(seed)
    directions = []
    for _ in range(2):
        parts = []
        for each in weights:
            drawn = rng.normal(size=each.shape) if each.ndim > 1 else np.zeros(each.shape)
            axes = tuple(range(each.ndim - 1))
            length = np.sqrt((drawn**2).sum(axis=axes, keepdims=True)) if axes else np.ones(1)
            wanted = np.sqrt((each.astype(np.float64) ** 2).sum(axis=axes, keepdims=True)) if axes else np.ones(1)
            parts.append((drawn * wanted / np.maximum(length, 1e-12)).ravel())
        directions.append(np.concatenate(parts))
    middle = np.concatenate([each.ravel() for each in weights]).astype(np.float64)
    return Plane(middle, np.array(directions), np.zeros((1, 2)))


def file_of(run: Run) -> DerivedFile:
    """Return the slice's file."""
    return made_of_model(run, "loss-slice.npz")


def load(run: Run) -> LossSlice | None:
    """Return the slice; `None` where it has yet to be measured, or cannot be read."""
    found = file_of(run).read(lambda path: checked.read_arrays(path, _WANTED))
    if found is None or len(found["losses"]) < 2 or not all(np.isfinite(found[each]).all() for each in _WANTED):
        return None
    return LossSlice(found["losses"], found["trail"], found["epochs"], int(found["images"]))


def keep(run: Run, file: DerivedFile, found: LossSlice) -> None:
    """Keep a slice with its run.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    with as_storage_error(f"the slice of the loss of {run.name}"), file.write() as beside:
        np.savez(
            beside,
            losses=found.losses.astype(np.float32),
            trail=found.trail.astype(np.float32),
            epochs=found.epochs.astype(np.int64),
            images=np.int64(found.images),
        )
