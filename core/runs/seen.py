"""What there is to see of a network after an epoch, as the trainer leaves it for whoever watches."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.storage import checked
from core.storage.checked import Array, DamagedError

_ARRAYS = {
    "epoch": Array(np.int64, (), low=0, high=1_000_000),
    "ids": Array(np.int64, ("n",), low=0),
    "labels": Array(np.int16, ("n",), low=0, high="classes"),
    "probabilities": Array(np.float32, ("n", "classes"), low=0, high=1.001),
    "filters": Array(np.float32, ("k", "height", "width", "channels")),
    "map_id": Array(np.int64, (), low=0),
    "maps": Array(np.uint8, ("k", "map_height", "map_width")),
}


@dataclass(frozen=True, eq=False)
class Seen:
    """What there is to see of a network after an epoch.

    Attributes:
        epoch: after how many epochs.
        ids: the validation images it is most wrong about, worst first, int64 `(n,)`.
        labels: their true classes, int16 `(n,)`.
        probabilities: what it gives each class, float32 `(n, classes)`.
        filters: kernels of the first convolution, float32 `(k, height, width, channels)`; none without a convolution.
        map_id: a validation image, the same in all epochs.
        maps: what these filters make of it, uint8 `(k, height, width)`, each from its smallest to its largest value.
    """

    epoch: int
    ids: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    filters: np.ndarray
    map_id: int
    maps: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """The most probable class of each of the worst, int64 `(n,)`."""
        return np.argmax(self.probabilities, axis=1)


def read(path: Path, classes: int) -> Seen | None:
    """Read a `live.npz`; `None` where there is none, or it cannot be read.

    Args:
        path: the file.
        classes: how many the network tells apart.
    """
    try:
        values: dict[str, Any] = checked.read_arrays(path, _ARRAYS, sizes={"classes": classes})
    except DamagedError:
        return None
    return Seen(**{**values, "epoch": int(values["epoch"]), "map_id": int(values["map_id"])})
