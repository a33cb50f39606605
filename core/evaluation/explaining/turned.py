"""How many test images a run's network has right when they are turned: kept with the run as `turned.npz`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.augmentation import Augmentation
from core.errors import as_storage_error
from core.runs import Run
from core.runs.model_files import made_of_model
from core.runs.run_job import RunJob
from core.storage import checked
from core.storage.checked import Array
from core.storage.derived import DerivedFile

JOB = RunJob("turned", "core.nn.inference.turned:run")
ANGLES = tuple(range(-90, 91, 15))
"""In degrees, counterclockwise."""
IMAGES = 400
"""At most so many test images are asked about, the same ones at each angle."""
_Z_95 = 1.959964
_WANTED = {
    "angles": Array(np.int64, ("k",), low=-180, high=180),
    "right": Array(np.int64, ("k",), low=0),
    "images": Array(np.int64, (), low=1, high=1_000_000_000),
}


@dataclass(frozen=True, eq=False)
class Turned:
    """What was found.

    Attributes:
        angles: in degrees, ascending, int64 `(k,)`.
        right: how many images are right at each, int64 `(k,)`.
        images: of how many.
    """

    angles: np.ndarray
    right: np.ndarray
    images: int

    @property
    def accuracy(self) -> np.ndarray:
        """The share of images that are right at each angle, float64 `(k,)`."""
        shares: np.ndarray = np.minimum(self.right / self.images, 1.0)
        return shares

    @property
    def interval(self) -> tuple[np.ndarray, np.ndarray]:
        """The ends of the 95% interval of each (E. B. Wilson, "Probable Inference", JASA 22 (1927), 209–212)."""
        n, share, z2 = self.images, self.accuracy, _Z_95**2
        middle = (share + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z_95 / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
        return middle - half, middle + half

    def at(self, angle: float) -> float:
        """Return the accuracy at an angle, between two that were measured on the line that joins them."""
        return float(np.interp(angle, self.angles, self.accuracy))


def turned(images: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Return images turned about their middle, what comes in at the edges as what is there.

    Args:
        images: uint8 `(n, height, width, 1 or 3)`; they stay as they are.
        angles: in degrees, counterclockwise, one an image.
    """
    return Augmentation(fill_mode="nearest").apply(images, [{"theta": float(angle)} for angle in angles])


def load(run: Run) -> Turned | None:
    """Return what was found; `None` where that has yet to be done, for the network as it is now, or cannot be read."""

    def read(path: Path) -> Turned:
        found = checked.read_arrays(path, _WANTED)
        return Turned(found["angles"], found["right"], int(found["images"]))

    return file_of(run).read(read)


def keep(run: Run, found: Turned) -> None:
    """Keep what was found.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    with as_storage_error(f"what was found on turned images of {run.name}"), file_of(run).write() as beside:
        np.savez(beside, angles=found.angles, right=found.right, images=np.int64(found.images))


def file_of(run: Run) -> DerivedFile:
    """Return the file that holds what was found."""
    return made_of_model(run, "turned.npz")
