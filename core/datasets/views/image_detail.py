"""One image of a dataset to look at closely: its pixels for the screen, its histograms, its measures."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.datasets.store import Dataset
from core.images import image_io
from core.storage.memory_cache import bounded

# Up to here the browser gets every pixel; of a larger image a copy that fits a screen.
_MOST_PIXELS = 1_000_000
_SCREEN_SIDE = 1280


@dataclass(frozen=True)
class CloseUp:
    """An image ready to be shown.

    Attributes:
        data: the image, PNG where it is exact, else a smaller JPEG.
        width: of the image itself in pixels, and `height`.
        gray: whether it has one channel.
        exact: whether `data` has the very pixels of the image.
        histograms: how many pixels have each value 0–255, by channel, int64 `(1 or 3, 256)`, of the image itself.
    """

    data: bytes
    width: int
    height: int
    gray: bool
    exact: bool
    histograms: np.ndarray


@bounded(30_000_000, lambda made: len(made.data) + made.histograms.nbytes)
def close_up(dataset: Dataset, index: int) -> CloseUp:
    """Prepare an image of a dataset.

    Raises:
        DatasetError: its file is damaged.
    """
    image = dataset.image(index)
    histograms = np.array(image.histogram(), np.int64).reshape(-1, 256)
    exact = image.width * image.height <= _MOST_PIXELS
    data = image_io.png(image) if exact else _for_screen(image)
    return CloseUp(data, image.width, image.height, image.mode == "L", exact, histograms)


def _for_screen(image: Image.Image) -> bytes:
    shown, data = image.copy(), io.BytesIO()
    shown.thumbnail((_SCREEN_SIDE, _SCREEN_SIDE), reducing_gap=2.0)
    shown.save(data, "JPEG", quality=90)
    return data.getvalue()


def facts(dataset: Dataset, index: int) -> dict[str, str]:
    """Return what is known of an image without decoding it, in words, by what it is: mode, format, brightness, …"""
    row = dataset.index[index]
    known = {"mode": row["mode"].decode()}
    if dataset.about.as_files:
        known |= {"format": row["format"].decode(), "file size": f"{row['bytes'] / 1000:,.1f} kB"}
    else:
        known["pixels"] = f"{row['bytes']:,} bytes"
    if group := dataset.group_of(index):
        known["group"] = group
    return known | {
        "brightness": f"{row['brightness']:.1f} of 255",
        "contrast": f"{row['contrast']:.1f}",
        "sharpness": f"{row['sharpness']:,.0f}",
    }
