"""Many images as one: each is found again where it should be."""

import io

import numpy as np
import pytest
from PIL import Image

from core.images import contact_sheet


def taken_out(data: bytes, n: int, height: int, mode: str) -> np.ndarray:
    sheet = np.asarray(Image.open(io.BytesIO(data)).convert(mode))
    tops = range(0, n * contact_sheet.pitch(height), contact_sheet.pitch(height))
    return np.stack([sheet[top : top + height] for top in tops])


@pytest.mark.parametrize("channels", [1, 3])
def test_small_images_keep_every_pixel(channels: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 20, channels), np.uint8)
    data = contact_sheet.encoded(images)
    assert data.startswith(b"\x89PNG")
    assert (taken_out(data, 5, 28, "L" if channels == 1 else "RGB").reshape(images.shape) == images).all()


def test_photos_do_not_bleed_into_each_other() -> None:
    images = np.zeros((4, 90, 100, 3), np.uint8)
    images[::2] = (255, 0, 0)
    images[1::2] = (0, 0, 255)
    data = contact_sheet.encoded(images)
    assert data.startswith(b"\xff\xd8")
    assert abs(taken_out(data, 4, 90, "RGB").astype(int) - images).max() <= 3
