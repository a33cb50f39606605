"""Framing of handwriting: MNIST's own images hardly change, paper becomes black, and no ink gives an empty frame."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from core.datasets.sources import published
from core.images.handwriting import SIDE, frame_ink, is_light
from tests.unit.datasets.test_store import MNIST_FILE, needs_mnist


def stroke(ink: str, paper: str, shift: int = 0) -> Image.Image:
    image = Image.new("RGB", (400, 300), paper)
    ImageDraw.Draw(image).line((150 + shift, 40, 150 + shift, 200), ink, 20)
    return image


def test_ink_is_light_fitted_and_centred_wherever_it_was() -> None:
    framed = [frame_ink(stroke("black", "white"), 0.7), frame_ink(stroke("white", "black", 120), 0.7)]
    for image in framed:
        pixels = np.asarray(image.convert("L"), float)
        rows = np.nonzero(pixels.max(axis=1) > 128)[0]
        assert image.size == (SIDE, SIDE)
        assert np.ptp(rows) + 1 == pytest.approx(0.7 * SIDE, abs=3)
        centre = (pixels.sum(axis=0) @ np.arange(SIDE)) / pixels.sum()
        assert centre == pytest.approx(SIDE / 2, abs=2)
    assert np.abs(np.asarray(framed[0], int) - np.asarray(framed[1], int)).mean() < 2


@pytest.mark.parametrize("colour", ["black", "white", "gray"])
def test_a_plain_image_gives_an_empty_frame(colour: str) -> None:
    assert frame_ink(Image.new("RGB", (50, 80), colour), 0.7).getextrema() == ((0, 0),) * 3


def test_light_is_told_from_the_edge() -> None:
    assert is_light(stroke("black", "white"))
    assert not is_light(stroke("white", "black"))


@needs_mnist
def test_mnists_own_images_on_paper_come_back_much_as_they_were() -> None:
    likeness = []
    for pixels in published.mnist(Path(MNIST_FILE))["pictures"][:200, ..., 0]:
        framed = frame_ink(ImageOps.invert(Image.fromarray(pixels)), 20 / 28).convert("L")
        again = framed.resize((28, 28), Image.Resampling.BILINEAR)
        likeness.append(np.corrcoef(np.asarray(again, float).ravel(), pixels.ravel())[0, 1])
    assert np.median(likeness) > 0.88
