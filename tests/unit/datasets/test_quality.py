"""What is measured of images."""

import numpy as np
import pytest

from core.datasets import quality
from core.images import image_io


@pytest.mark.parametrize("shape", [(7, 8, 8, 1), (300, 64, 96, 3), (2, 1, 1, 3), (3, 600, 20, 3), (0, 8, 8, 1)])
def test_images_of_an_array_are_measured_as_one_by_one(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    pixels[len(pixels) // 2 :] //= 3
    one_by_one = [quality.measured(image_io.from_array(each)) for each in pixels]
    assert np.array_equal(quality.measured_all(pixels), np.array(one_by_one, np.dtype(quality.MEASURES)))
