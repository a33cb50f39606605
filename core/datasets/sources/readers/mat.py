"""Matlab's files of images `X` and labels `y`, such as the Street View House Numbers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.datasets.sources.readers.arrays import ArrayReader, Pixels, of_other_splits
from core.datasets.store import DatasetError

_MAGIC, _HDF_MAGIC = b"MATLAB 5.0", b"MATLAB 7.3"
# They are read into memory at once: SVHN's largest file is 1.6 GB.
_MOST_NUMBERS = 3_000_000_000
_SVHN_SHAPE = (32, 32, 3)


class MatReader(ArrayReader):
    """A file of Matlab's, and that of the other split beside it."""

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Tell whether it is a file that begins as one of Matlab's does."""
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) in (_MAGIC, _HDF_MAGIC)

    def find(self) -> tuple[Sequence[Pixels], Sequence[str]]:
        """Return the images by splits; SVHN's label 10 is the digit 0."""
        return [self._read(path, split) for path, split in of_other_splits(self.path)], []

    def _read(self, path: Path, split: str) -> Pixels:
        from scipy.io import loadmat, whosmat

        with path.open("rb") as file:
            if file.read(len(_HDF_MAGIC)) == _HDF_MAGIC:
                raise DatasetError(f"{path.name} is of Matlab 7.3. Save it with save(…, '-v7') and try again.")
        shapes = {name.lower(): (name, shape) for name, shape, _ in whosmat(path)}
        if not {"x", "y"} <= shapes.keys():
            there = ", ".join(name for name, _ in shapes.values()) or "nothing"
            raise DatasetError(f"{path.name} holds no images X with labels y, but {there}.")
        if any(int(np.prod(shapes[name][1], dtype=object)) > _MOST_NUMBERS for name in ("x", "y")):
            raise DatasetError(f"{path.name} holds more than {_MOST_NUMBERS:,} numbers, which are read at once.")
        images, labels = (loadmat(path, variable_names=[shapes[name][0]])[shapes[name][0]] for name in ("x", "y"))
        if images.shape[:3] == _SVHN_SHAPE and labels.size and labels.min() == 1 and labels.max() == 10:
            labels = labels % 10
        return Pixels(images, labels.reshape(-1, 1) if 1 in labels.shape else labels, split)
