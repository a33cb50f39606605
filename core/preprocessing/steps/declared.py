"""What the steps on size, frame and place have in common: their settings, resampling, where pixels come from."""

import numpy as np
from PIL import Image

from core.settings import setting

LARGEST_SIDE = 4096
# What each does when it enlarges, and when it shrinks.
RESAMPLINGS = {
    "nearest": (
        "repeats pixels: blocky, no new values",
        "keeps one pixel and drops its neighbors: thin lines break",
    ),
    "box": ("repeats pixels, as nearest does", "averages all covered pixels: smooth, no ringing"),
    "bilinear": ("blends the 2×2 nearest: smooth, soft", "a weighted mean of all pixels beneath: smooth"),
    "hamming": ("like nearest, with narrow blends", "as sharp as bicubic, without its halos"),
    "bicubic": ("blends 4×4: sharper, slight halos at edges", "a weighted mean with slight sharpening"),
    "lanczos": ("blends 6×6: the sharpest, with halos at edges", "the sharpest; halos at hard edges"),
}
# Where something smaller lies in something larger: shares of the room beside it and above it.
PLACES = {
    "centre": (0.5, 0.5),
    "top left": (0.0, 0.0),
    "top": (0.5, 0.0),
    "top right": (1.0, 0.0),
    "left": (0.0, 0.5),
    "right": (1.0, 0.5),
    "bottom left": (0.0, 1.0),
    "bottom": (0.5, 1.0),
    "bottom right": (1.0, 1.0),
}
BLACK = "#000000"


def side_setting(help: str, default: int = 28, minimum: int = 1) -> int:
    """Declare a number of pixels."""
    declared: int = setting(default, minimum=minimum, maximum=LARGEST_SIDE, step=1, unit="px", help=help)
    return declared


def colour_setting() -> str:
    """Declare a colour, black at first."""
    declared: str = setting(BLACK, colour=True, help="The color of what is added; its gray in a gray image.")
    return declared


def resampling_of(name: str) -> Image.Resampling:
    """Return Pillow's resampling of a name of `RESAMPLINGS`."""
    return Image.Resampling[name.upper()]


def resampling_code(name: str) -> str:
    """Return the code of the same."""
    return f"Image.Resampling.{name.upper()}"


def scaled_origin(across: float, down: float, left: float = 0.0, top: float = 0.0) -> np.ndarray:
    """Return the origin of an image whose pixels are `across` × `down` of those before, the first at `left`, `top`."""
    return np.array([[across, 0.0, left], [0.0, down, top]])
