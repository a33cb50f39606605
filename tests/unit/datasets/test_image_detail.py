"""An image to look at closely: exact where it is small, a copy for the screen where it is large."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.datasets.views import image_detail


class OneImage(Dataset):
    """A dataset whose only image is given."""

    def image(self, index: int) -> Image.Image:
        return Image.fromarray(np.random.default_rng(index).integers(0, 256, (3000, 4000, 3), np.uint8))


@pytest.fixture
def digits(data_home: Path) -> Dataset:
    return catalogue.open_dataset("digits")


def test_a_small_image_comes_pixel_by_pixel_with_its_histogram(digits: Dataset) -> None:
    shown = image_detail.close_up(digits, 5)
    assert (shown.width, shown.height, shown.gray, shown.exact) == (8, 8, True, True)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(shown.data))), digits.images[5, ..., 0])
    assert shown.histograms.shape == (1, 256)
    assert shown.histograms[0, 255] == np.sum(digits.images[5] == 255)
    assert shown.histograms.sum() == 64


def test_of_twelve_megapixels_a_copy_for_the_screen_is_sent_that_says_so(digits: Dataset) -> None:
    shown = image_detail.close_up(OneImage(digits.folder, digits.about), 0)
    assert (shown.width, shown.height, shown.gray, shown.exact) == (4000, 3000, False, False)
    copy = Image.open(io.BytesIO(shown.data))
    assert (copy.format, copy.size) == ("JPEG", (1280, 960))
    assert shown.histograms.sum(axis=1).tolist() == [12_000_000] * 3


def test_facts_say_what_is_known_without_decoding(digits: Dataset) -> None:
    known = image_detail.facts(digits, 0)
    assert known["mode"] == "L"
    assert known["pixels"] == "64 bytes"
    assert known["brightness"] == f"{digits.images[0].mean():.1f} of 255"
