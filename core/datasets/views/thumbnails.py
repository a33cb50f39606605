"""Many images of a dataset at once, small: for what looks at thousands of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from core.datasets.store import Dataset, DatasetError
from core.errors import COMMAND
from core.images.thumbnail import THUMBNAIL_SIDE
from core.storage.progress import Progress, quiet

_AT_ONCE = 512
_THREADS = 2


def small_size(dataset: Dataset, side: int) -> tuple[int, int]:
    """Return height and width, in pixels, at which `small_images` gives a dataset's images.

    Args:
        dataset: whose images.
        side: the longer side at most; images are never enlarged. Those of several sizes all become squares.
    """
    height, width, _ = dataset.about.size
    if not width:
        return side, side
    scale = min(1, side / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def small_images(dataset: Dataset, ids: np.ndarray, side: int, progress: Progress = quiet) -> Iterator[np.ndarray]:
    """Go through images at `small_size`, some hundreds at a time; photos are read from their thumbnails.

    Args:
        dataset: whose images.
        ids: which ones, int64 `(m,)`.
        side: the longer side in pixels, at most 128.
        progress: told before each part how many have been read.

    Yields:
        The next of them, in order, uint8 `(k, height, width, 1 or 3)`.

    Raises:
        DatasetError: a thumbnail cannot be decoded.
        Cancelled: `progress` asked for it.
    """
    size = small_size(dataset, side)
    with ThreadPoolExecutor(_THREADS) as threads:
        for begin in range(0, len(ids), _AT_ONCE):
            progress("reading images", begin, len(ids), "images")
            part = ids[begin : begin + _AT_ONCE]
            if dataset.about.as_files:
                yield np.stack(list(threads.map(lambda each: _thumbnail(dataset, int(each), size), part)))
            else:
                images = dataset.taken(part)
                same = images.shape[1:3] == size
                yield images if same else np.stack([_reduced(each, size) for each in images])
            dataset.let_go()


def _thumbnail(dataset: Dataset, index: int, size: tuple[int, int]) -> np.ndarray:
    """Decode a thumbnail, uint8 `(height, width, 1 or 3)`, at no more than the resolution that is needed."""
    import cv2

    # JPEG is decoded at a half, a quarter or an eighth for a fraction of the time.
    halved = next(factor for factor in (8, 4, 2, 1) if factor == 1 or THUMBNAIL_SIDE // factor >= max(size))
    gray = dataset.about.size[2] == 1
    flag = {
        1: cv2.IMREAD_GRAYSCALE if gray else cv2.IMREAD_COLOR,
        2: cv2.IMREAD_REDUCED_GRAYSCALE_2 if gray else cv2.IMREAD_REDUCED_COLOR_2,
        4: cv2.IMREAD_REDUCED_GRAYSCALE_4 if gray else cv2.IMREAD_REDUCED_COLOR_4,
        8: cv2.IMREAD_REDUCED_GRAYSCALE_8 if gray else cv2.IMREAD_REDUCED_COLOR_8,
    }[halved]
    pixels = cv2.imdecode(np.frombuffer(dataset.thumbnail(index), np.uint8), flag)
    if pixels is None:
        name = dataset.about.name
        raise DatasetError(
            f"The dataset {name} is damaged (the thumbnail of image {index} cannot be read). Remove it "
            f"({COMMAND} datasets remove {name}) and add it again."
        )
    return _reduced(pixels if gray else pixels[..., ::-1], size)


def _reduced(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return an image at `size`, uint8 `(height, width, 1 or 3)`; each pixel is the mean of what it covers."""
    import cv2

    if pixels.shape[:2] != size:
        pixels = cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA)
    return pixels.reshape(*size, -1)
