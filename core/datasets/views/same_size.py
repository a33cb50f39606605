"""Some images of a dataset as one array."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageOps

from core.datasets.store import Dataset
from core.images import image_io


def same_size(dataset: Dataset, ids: Sequence[int], longest: int) -> np.ndarray:
    """Return images, uint8 `(n, height, width, channels)`, all of one size.

    Args:
        dataset: whose images they are.
        ids: which, at least one.
        longest: the longer side in pixels, at most. Images of several sizes become squares of this side, what juts
            out being cut off.
    """
    height, width, _ = dataset.about.size
    if not dataset.about.as_files and max(height, width) <= longest:
        return dataset.taken(ids)
    if height:
        share = min(1.0, longest / max(height, width))
        size = max(1, round(width * share)), max(1, round(height * share))
    else:
        size = longest, longest
    return np.stack([image_io.to_array(_fitted(dataset.image(index), size)) for index in ids])


def scaled(image: Image.Image, longest: int) -> np.ndarray:
    """Return an image as uint8 `(1, height, width, channels)`, its longer side at most so many pixels."""
    share = min(1.0, longest / max(image.size))
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    return image_io.to_array(_fitted(image, size))[np.newaxis]


def _fitted(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else ImageOps.fit(image, size, Image.Resampling.BILINEAR)
