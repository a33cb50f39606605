"""One picture of a data set to look at closely: its pixels for the screen, its histograms, its measures."""

import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from core import pictures
from core.datasets.store import Dataset

# Up to here the browser gets every pixel; of a larger picture a copy that fits a screen.
_MOST_PIXELS = 1_000_000
_SCREEN_SIDE = 1280


@dataclass(frozen=True)
class CloseUp:
    """A picture ready to be shown.

    Attributes:
        data: the picture, PNG where it is exact, else a smaller JPEG.
        width: of the picture itself in pixels, and `height`.
        gray: whether it has one channel.
        exact: whether `data` has the very pixels of the picture.
        histograms: how many pixels have each value 0–255, by channel, int64 `(1 or 3, 256)`, of the picture itself.
    """

    data: bytes
    width: int
    height: int
    gray: bool
    exact: bool
    histograms: np.ndarray


@lru_cache(maxsize=8)
def close_up(dataset: Dataset, index: int) -> CloseUp:
    """Prepare a picture of a data set.

    Raises:
        DatasetError: its file is damaged.
    """
    picture = dataset.picture(index)
    histograms = np.array(picture.histogram(), np.int64).reshape(-1, 256)
    exact = picture.width * picture.height <= _MOST_PIXELS
    data = pictures.png(picture) if exact else _for_screen(picture)
    return CloseUp(data, picture.width, picture.height, picture.mode == "L", exact, histograms)


def _for_screen(picture: Image.Image) -> bytes:
    shown, data = picture.copy(), io.BytesIO()
    shown.thumbnail((_SCREEN_SIDE, _SCREEN_SIDE), reducing_gap=2.0)
    shown.save(data, "JPEG", quality=90)
    return data.getvalue()


def facts(dataset: Dataset, index: int) -> dict[str, str]:
    """Return what is known of a picture without decoding it, in words, by what it is: mode, format, brightness, …"""
    row = dataset.index[index]
    known = {"mode": row["mode"].decode()}
    if dataset.about.as_files:
        known |= {"format": row["format"].decode(), "file size": f"{row['bytes'] / 1000:,.1f} kB"}
    else:
        known["pixels"] = f"{row['bytes']:,} bytes"
    return known | {
        "brightness": f"{row['brightness']:.1f} of 255",
        "contrast": f"{row['contrast']:.1f}",
        "sharpness": f"{row['sharpness']:,.0f}",
    }
