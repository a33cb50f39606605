"""Handwriting from outside → framed the way a dataset of characters frames its own."""

import numpy as np
from PIL import Image, ImageOps

SIDE = 280
_FAINTEST = 0.25


def is_light(image: Image.Image) -> bool:
    """Tell whether an image's edge is light, as paper is, from the median of its outermost pixels."""
    gray = np.asarray(image.convert("L"))
    edge = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    return bool(np.median(edge) > 127)


def frame_ink(image: Image.Image, box: float) -> Image.Image:
    """Bring a character into the frame of MNIST's kind: light on black, fitted to a box, centred by mass.

    Args:
        image: a character, dark on light or light on dark.
        box: the side of the box that the ink is fitted to, as a share of the frame's side, 0–1.

    Returns:
        An RGB image of `SIDE` × `SIDE` pixels; all black when there is no ink.
    """
    gray = image.convert("L")
    if is_light(gray):
        gray = ImageOps.invert(gray)
    # The paper's own shades become black, so that they are neither framed nor seen.
    levels = np.asarray(ImageOps.autocontrast(gray), np.float32) / 255
    ink = np.clip((levels - _FAINTEST) / (1 - _FAINTEST), 0, 1)
    frame = Image.new("L", (SIDE, SIDE))
    rows, columns = np.nonzero(ink.max(axis=1))[0], np.nonzero(ink.max(axis=0))[0]
    darkest, lightest = gray.getextrema()
    if darkest != lightest:
        cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        scale = box * SIDE / max(cut.shape)
        size = (max(round(cut.shape[1] * scale), 1), max(round(cut.shape[0] * scale), 1))
        character = Image.fromarray(np.rint(cut * 255).astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)
        frame.paste(character, _place(np.asarray(character, np.float64)))
    return frame.convert("RGB")


def _place(character: np.ndarray) -> tuple[int, int]:
    """Return the left upper corner that puts the centre of mass in the frame's middle, kept inside the frame."""
    height, width = character.shape
    mass = max(character.sum(), 1.0)
    x = SIDE / 2 - (character.sum(axis=0) @ np.arange(width)) / mass
    y = SIDE / 2 - (character.sum(axis=1) @ np.arange(height)) / mass
    return round(min(max(x, 0), SIDE - width)), round(min(max(y, 0), SIDE - height))
