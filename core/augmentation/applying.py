"""Draws done to images: one folded matrix and one resampling an image, by OpenCV on uint8."""

import math
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np

from core.augmentation.operations.canvas import Canvas
from core.augmentation.operations.operation import PixelOperation

# Each with OpenCV's name for it. Its BORDER_CONSTANT blends the edge with what is beyond; Keras does not.
FILL_MODES = {
    "nearest": "BORDER_REPLICATE",
    "constant": "BORDER_REPLICATE",
    "reflect": "BORDER_REFLECT",
    "wrap": "BORDER_WRAP",
}
# Images are divided among threads in portions of a few milliseconds: long against what it costs to hand one over,
# short enough to even out what threads are kept from.
_THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_PORTION_PIXELS = 300_000
# Smaller images are warped together, by one call: calls of some microseconds keep threads waiting for Python's lock.
SMALL_PIXELS, _TOGETHER_PIXELS = 64 * 64, 64 * 32 * 32
# A power of two. As rows of one tall image, small images have coordinates below it; added to it and taken away
# again, they are multiples of 1/1024, and so the same wherever in the tall image a small one is.
_MOST_ROWS = 8192
_STAY = np.eye(2, 3)
# In pixels: what coordinates may be off by.
_ROUNDING = 1e-4
# The smallest change of a coordinate from column to column; what is less, as in a row that stays level, counts as this.
_LEVEL = 1e-9


class _Memory(threading.local):
    """What each thread keeps for small images on their way.

    Such arrays made anew would be fetched from the system page by page, which takes as long as the warping.
    """

    def __init__(self) -> None:
        self.coordinates = np.empty((3, _TOGETHER_PIXELS), np.float32)
        self.pixels = np.empty((2, 4 * _TOGETHER_PIXELS), np.uint8)
        self.marks = np.empty((2, _TOGETHER_PIXELS), bool)


_memory = _Memory()


def apply(
    images: np.ndarray,
    matrices: np.ndarray,
    changes: Sequence[tuple[PixelOperation, Sequence[Any]]],
    fill_mode: str,
    cval: float,
) -> np.ndarray:
    """Return the images as was drawn for them; without chance, on all the machine's cores.

    Args:
        images: uint8 `(n, height, width, 1 or 3)`; they stay as they are.
        matrices: as `matrix.folded` returns them.
        changes: what changes values, in its order, each with what was drawn for each image; `None`: nothing.
        fill_mode: how an image goes on beyond its edges, one of `FILL_MODES`.
        cval: the value there, 0–255, where that is `constant`.

    Returns:
        uint8 `(n, height, width, 1 or 3)`.
    """
    n, height, width, _ = images.shape
    if len(matrices) != n:
        raise ValueError(f"{n} images need as many draws, not {len(matrices)}")
    made = np.empty(images.shape, np.uint8)
    operations, columns = [each for each, _ in changes], [column for _, column in changes]
    drawn = list(zip(*columns, strict=True))

    def work(begin: int) -> None:
        part = slice(begin, begin + portion)
        _warp(images[part], matrices[part], made[part], fill_mode, cval)
        for image, values in zip(made[part], drawn[part], strict=True) if operations else ():
            _change(image, operations, values)

    portion = max(1, min(math.ceil(n / _THREADS), _PORTION_PIXELS // (height * width)))
    if portion >= n:
        work(0)
    else:
        list(_threads().map(work, range(0, n, portion)))
    return made


def _change(image: np.ndarray, operations: Sequence[PixelOperation], values: Sequence[Any]) -> None:
    """Change the values of an image, uint8 `(height, width, channels)`, in place."""
    canvas = Canvas(image)
    for operation, value in zip(operations, values, strict=True):
        if value is not None:
            operation.change(canvas, value)
    canvas.finish()


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, "augmentation")


def _warp(images: np.ndarray, matrices: np.ndarray, made: np.ndarray, fill_mode: str, cval: float) -> None:
    """Fill `made` with the images, each resampled once by its matrix."""

    if (matrices == _STAY).all():
        made[:] = images
        return
    n, height, width, _ = images.shape
    if height * width >= SMALL_PIXELS:
        _warp_singly(images, matrices, made, fill_mode)
        if fill_mode == "constant":
            _paint(made, _beyond(matrices, height, width), cval)
        return
    together = min(_TOGETHER_PIXELS // ((height + 1) * (width + 1)), _MOST_ROWS // (height + 1))
    for begin in range(0, n, together):
        part = slice(begin, begin + together)
        beyond = _warp_together(images[part], matrices[part], made[part], fill_mode)
        if fill_mode == "constant":
            _paint(made[part], beyond, cval)


def _paint(images: np.ndarray, where: np.ndarray, value: float) -> None:
    """Set pixels to a value, in place; `where` has a bool for each, in their order."""
    import cv2

    tall = images.reshape(-1, *images.shape[2:])
    cv2.copyTo(_plain(tall.shape, round(value)), where.reshape(tall.shape[:2]).view(np.uint8), tall)


@lru_cache(maxsize=8)
def _plain(shape: tuple[int, ...], value: int) -> np.ndarray:
    return np.full(shape, value, np.uint8)


def _warp_singly(images: np.ndarray, matrices: np.ndarray, made: np.ndarray, fill_mode: str) -> None:
    """Warp large images. OpenCV 5 does four channels faster than three, at 180×180 1.9 times, to the same pixels."""
    import cv2

    _, height, width, channels = images.shape
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, getattr(cv2, FILL_MODES[fill_mode])
    four, warped = np.empty((2, height, width, 4), np.uint8)
    for image, matrix, out in zip(images, matrices, made, strict=True):
        if channels == 3:
            cv2.cvtColor(image, cv2.COLOR_RGB2RGBA, four)
            cv2.warpAffine(four, matrix, (width, height), warped, *how)
            cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB, out)
        else:
            cv2.warpAffine(image, matrix, (width, height), out, *how)


def _warp_together(images: np.ndarray, matrices: np.ndarray, made: np.ndarray, fill_mode: str) -> np.ndarray:
    """Warp small images as one tall image; what they show beyond their edges is worked out here.

    Returns:
        Where that is, bool `(n, height · width)`, if the fill mode is constant; kept until the thread's next call.
    """
    import cv2

    n, height, width, channels = images.shape
    x, y, spare = (each[: n * height * width].reshape(n, -1) for each in _memory.coordinates)
    beyond, mark = (each[: n * height * width].reshape(n, -1) for each in _memory.marks)
    beyond[:] = False
    places = _places(height, width)
    # A product for each image: one of all might round otherwise in another company.
    parts = matrices.astype(np.float32)[:, np.newaxis].transpose(2, 0, 1, 3)
    for coordinates, size, part in zip((x, y), (width, height), parts, strict=True):
        np.matmul(part, places, out=coordinates[:, np.newaxis])
        if fill_mode == "constant":
            beyond |= np.less(coordinates, -_ROUNDING, out=mark)
            beyond |= np.greater(coordinates, size - 1 + _ROUNDING, out=mark)
        _bring_within(coordinates, size, fill_mode, spare)
    tall = _tall(images)
    y += (_MOST_ROWS + np.arange(n, dtype=np.float32) * (height + 1))[:, np.newaxis]
    y -= _MOST_ROWS
    x, y, out = x.reshape(-1, width), y.reshape(-1, width), made.reshape(-1, width, channels)
    if channels == 3:
        warped = _memory.pixels[1][: 4 * len(x) * width].reshape(-1, width, 4)
        cv2.remap(tall, x, y, cv2.INTER_LINEAR, warped, cv2.BORDER_REPLICATE)
        cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB, out)
    else:
        cv2.remap(tall, x, y, cv2.INTER_LINEAR, out, cv2.BORDER_REPLICATE)
    return beyond


def _tall(images: np.ndarray) -> np.ndarray:
    """Put images one beneath the other, each followed by its first row and its first column.

    What is between the last pixel and the first can so be looked up, and no look-up leaves the tall image: OpenCV
    does those faster. It does four channels faster than three, too.

    Returns:
        uint8 `(n · (height + 1), width + 1, 1 or 4)`, kept until the thread's next call.
    """
    import cv2

    n, height, width, channels = images.shape
    rows = images.reshape(n, height, width, -1)
    if channels == 3:
        channels = 4
        four = _memory.pixels[1][: 4 * n * height * width].reshape(n * height, width, 4)
        # Four values as one number: copied one by one, the last column would take as long as all others.
        rows = cv2.cvtColor(images.reshape(-1, width, 3), cv2.COLOR_RGB2RGBA, four).view(np.uint32)
        rows = rows.reshape(n, height, width, 1)
    tall = _memory.pixels[0][: n * (height + 1) * (width + 1) * channels].view(rows.dtype)
    tall = tall.reshape(n, height + 1, width + 1, 1)
    tall[:, :-1, :-1] = rows
    tall[:, -1, :-1] = rows[:, 0]
    tall[:, :, -1] = tall[:, :, 0]
    return tall.view(np.uint8).reshape(-1, width + 1, channels)


@lru_cache(maxsize=8)
def _places(height: int, width: int) -> np.ndarray:
    """Return the column and the row of each pixel, and a 1 for what a matrix adds, float32 `(3, height · width)`."""
    rows, columns = np.indices((height, width), np.float32).reshape(2, -1)
    return np.stack([columns, rows, np.ones_like(rows)])


def _bring_within(coordinates: np.ndarray, size: int, fill_mode: str, spare: np.ndarray) -> None:
    """Replace coordinates beyond a side of `size` pixels by what the fill mode shows there; in place.

    `spare` is overwritten.
    """
    if fill_mode == "wrap":
        np.floor(np.multiply(coordinates, np.float32(1 / size), out=spare), out=spare)
        coordinates -= np.multiply(spare, size, out=spare)
        return
    if fill_mode == "reflect":
        # Half a pixel beyond the edge is the mirror. Each pass folds in one more image on either side.
        coordinates += 0.5
        for _ in range(math.ceil(float(max(coordinates.max(), -coordinates.min())) / size / 2)):
            for _side in ("lower", "upper"):
                np.abs(coordinates, out=coordinates)
                np.subtract(size, coordinates, out=coordinates)
        coordinates -= 0.5
    np.clip(coordinates, 0, size - 1, out=coordinates)


def _beyond(matrices: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return where new pixels come from beyond the old image's outermost pixels, bool `(n, height, width)`.

    In each row the pixels that do not are neighbours: from where both of their coordinates have come in to where one
    goes out.
    """
    row, column = np.arange(height), np.arange(width, dtype=np.float32)
    bounds = []
    for (across, down, offset), size in zip(matrices.transpose(1, 2, 0)[..., np.newaxis], (width, height), strict=True):
        # The coordinate is across · column + down · row + offset, and must be from 0 to size − 1.
        across = np.copysign(np.maximum(np.abs(across), _LEVEL), across)
        middle = ((size - 1) / 2 - offset - down * row) / across
        half = ((size - 1) / 2 + _ROUNDING) / np.abs(across)
        bounds.append((middle - half, middle + half))
    (first, last), (second_first, second_last) = bounds
    first = np.maximum(first, second_first).astype(np.float32)[..., np.newaxis]
    last = np.minimum(last, second_last).astype(np.float32)[..., np.newaxis]
    return (column < first) | (column > last)
