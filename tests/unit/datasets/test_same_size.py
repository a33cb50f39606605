"""Images of a dataset as one array, whether they are kept as an array or as files of several sizes."""

from pathlib import Path

import numpy as np

from core.datasets import store
from core.datasets.sources import catalogue
from core.datasets.store import About
from core.datasets.views.same_size import same_size


def test_small_images_keep_every_pixel(data_home: Path) -> None:
    digits = catalogue.open_dataset("digits")
    assert (same_size(digits, [3, 1, 3], 180) == digits.images[[3, 1, 3]]).all()


def test_large_ones_are_made_smaller_in_proportion(data_home: Path) -> None:
    images = np.full((2, 100, 200, 3), 90, np.uint8)
    arrays: dict[str, np.ndarray] = {
        "pictures": images,
        "labels": np.zeros(2, np.int16),
        "splits": np.zeros(2, np.uint8),
    }
    made = store.write(About("wide", "Wide", "", "", ("one",), (100, 200, 3)), arrays)
    small = same_size(made, [0, 1], 50)
    assert small.shape == (2, 25, 50, 3)
    assert (small == 90).all()
