"""Some pictures of a data set as one array."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageOps

from core import pictures
from core.datasets.store import Dataset


def same_size(dataset: Dataset, ids: Sequence[int], longest: int) -> np.ndarray:
    """Return pictures, uint8 `(n, height, width, channels)`, all of one size.

    Args:
        dataset: whose pictures they are.
        ids: which, at least one.
        longest: the longer side in pixels, at most. Pictures of several sizes become squares of this side, what juts
            out being cut off.
    """
    height, width, _ = dataset.about.size
    if not dataset.about.as_files and max(height, width) <= longest:
        return np.asarray(dataset.pictures[list(ids)])
    if height:
        share = min(1.0, longest / max(height, width))
        size = max(1, round(width * share)), max(1, round(height * share))
    else:
        size = longest, longest
    return np.stack([pictures.to_array(_fitted(dataset.picture(index), size)) for index in ids])


def _fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    return picture if picture.size == size else ImageOps.fit(picture, size, Image.Resampling.BILINEAR)
