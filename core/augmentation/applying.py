"""Draws done to pictures: one folded matrix and one resampling a picture, by OpenCV on uint8."""

import math
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from operator import itemgetter
from typing import Any

import numpy as np

from core.augmentation.draw import Draw

# Each with OpenCV's name for it. Its BORDER_CONSTANT blends the edge with what is beyond; Keras does not.
FILL_MODES = {
    "nearest": "BORDER_REPLICATE",
    "constant": "BORDER_REPLICATE",
    "reflect": "BORDER_REFLECT",
    "wrap": "BORDER_WRAP",
}
# Pictures are divided among threads in portions of a few milliseconds: long against what it costs to hand one over,
# short enough to even out what threads are kept from.
_THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_PORTION_PIXELS = 300_000
# Smaller pictures are warped together, by one call: calls of some microseconds keep threads waiting for Python's lock.
SMALL_PIXELS, _TOGETHER_PIXELS = 64 * 64, 64 * 32 * 32
# A power of two. As rows of one tall picture, small pictures have coordinates below it; added to it and taken away
# again, they are multiples of 1/1024, and so the same wherever in the tall picture a small one is.
_MOST_ROWS = 8192
_VALUES = np.arange(256, dtype=np.float32)
_STAY = np.eye(2, 3)
# In pixels: what coordinates may be off by.
_ROUNDING = 1e-4
# The smallest change of a coordinate from column to column; what is less, as in a row that stays level, counts as this.
_LEVEL = 1e-9
# What bends a picture, and what changes its values.
AFFINE = ("theta", "tx", "ty", "shear", "zx", "zy", "flip_horizontal", "flip_vertical")
TONES = ("channel_shift_intensity", "brightness", "contrast", "erased")
_UNTONED = (None, None, None, None)


class _Memory(threading.local):
    """What each thread keeps for small pictures on their way.

    Such arrays made anew would be fetched from the system page by page, which takes as long as the warping.
    """

    def __init__(self) -> None:
        self.coordinates = np.empty((3, _TOGETHER_PIXELS), np.float32)
        self.pixels = np.empty((2, 4 * _TOGETHER_PIXELS), np.uint8)
        self.marks = np.empty((2, _TOGETHER_PIXELS), bool)


_memory = _Memory()


def affine_of(draws: Sequence[Draw]) -> np.ndarray:
    """Return the values of draws that `AFFINE` names, float64 `(8, n)`."""
    return np.array(list(map(itemgetter(*AFFINE), draws)), np.float64).reshape(-1, len(AFFINE)).T


def tones_of(draws: Sequence[Draw]) -> list[tuple[Any, ...]]:
    """Return the values of each draw that `TONES` names."""
    return list(map(itemgetter(*TONES), draws))


def apply(
    pictures: np.ndarray,
    affine: np.ndarray,
    tones: Sequence[tuple[Any, ...]] | None,
    fill_mode: str,
    cval: float,
    erasing_value: int,
) -> np.ndarray:
    """Return the pictures as was drawn for them; without chance, on all the machine's cores.

    Args:
        pictures: uint8 `(n, height, width, 1 or 3)`; they stay as they are.
        affine: as `affine_of` returns it.
        tones: as `tones_of` returns them; `None`: no value changes.
        fill_mode: how a picture goes on beyond its edges, one of `FILL_MODES`.
        cval: the value there, 0–255, where that is `constant`.
        erasing_value: the value of erased boxes, 0–255.

    Returns:
        uint8 `(n, height, width, 1 or 3)`.
    """
    n, height, width, _ = pictures.shape
    if affine.shape[1] != n:
        raise ValueError(f"{n} pictures need as many draws, not {affine.shape[1]}")
    matrices = _matrices(affine, height, width)
    made = np.empty(pictures.shape, np.uint8)

    def work(begin: int) -> None:
        part = slice(begin, begin + portion)
        _warp(pictures[part], matrices[part], made[part], fill_mode, cval)
        for picture, changes in zip(made[part], tones[part], strict=True) if tones else ():
            if changes != _UNTONED:
                _change_values(picture, erasing_value, *changes)

    portion = max(1, min(math.ceil(n / _THREADS), _PORTION_PIXELS // (height * width)))
    if portion >= n:
        work(0)
    else:
        list(_threads().map(work, range(0, n, portion)))
    return made


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, "augmentation")


def _warp(pictures: np.ndarray, matrices: np.ndarray, made: np.ndarray, fill_mode: str, cval: float) -> None:
    """Fill `made` with the pictures, each resampled once by its matrix."""

    if (matrices == _STAY).all():
        made[:] = pictures
        return
    n, height, width, _ = pictures.shape
    if height * width >= SMALL_PIXELS:
        _warp_singly(pictures, matrices, made, fill_mode)
        if fill_mode == "constant":
            _paint(made, _beyond(matrices, height, width), cval)
        return
    together = min(_TOGETHER_PIXELS // ((height + 1) * (width + 1)), _MOST_ROWS // (height + 1))
    for begin in range(0, n, together):
        part = slice(begin, begin + together)
        beyond = _warp_together(pictures[part], matrices[part], made[part], fill_mode)
        if fill_mode == "constant":
            _paint(made[part], beyond, cval)


def _paint(pictures: np.ndarray, where: np.ndarray, value: float) -> None:
    """Set pixels to a value, in place; `where` has a bool for each, in their order."""
    import cv2

    tall = pictures.reshape(-1, *pictures.shape[2:])
    cv2.copyTo(_plain(tall.shape, round(value)), where.reshape(tall.shape[:2]).view(np.uint8), tall)


@lru_cache(maxsize=8)
def _plain(shape: tuple[int, ...], value: int) -> np.ndarray:
    return np.full(shape, value, np.uint8)


def _warp_singly(pictures: np.ndarray, matrices: np.ndarray, made: np.ndarray, fill_mode: str) -> None:
    """Warp large pictures. OpenCV 5 does four channels faster than three, at 180×180 1.9 times, to the same pixels."""
    import cv2

    _, height, width, channels = pictures.shape
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, getattr(cv2, FILL_MODES[fill_mode])
    four, warped = np.empty((2, height, width, 4), np.uint8)
    for picture, matrix, out in zip(pictures, matrices, made, strict=True):
        if channels == 3:
            cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA, four)
            cv2.warpAffine(four, matrix, (width, height), warped, *how)
            cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB, out)
        else:
            cv2.warpAffine(picture, matrix, (width, height), out, *how)


def _warp_together(pictures: np.ndarray, matrices: np.ndarray, made: np.ndarray, fill_mode: str) -> np.ndarray:
    """Warp small pictures as one tall picture; what they show beyond their edges is worked out here.

    Returns:
        Where that is, bool `(n, height · width)`, if the fill mode is constant; kept until the thread's next call.
    """
    import cv2

    n, height, width, channels = pictures.shape
    x, y, spare = (each[: n * height * width].reshape(n, -1) for each in _memory.coordinates)
    beyond, mark = (each[: n * height * width].reshape(n, -1) for each in _memory.marks)
    beyond[:] = False
    places = _places(height, width)
    # A product for each picture: one of all might round otherwise in another company.
    parts = matrices.astype(np.float32)[:, np.newaxis].transpose(2, 0, 1, 3)
    for coordinates, size, part in zip((x, y), (width, height), parts, strict=True):
        np.matmul(part, places, out=coordinates[:, np.newaxis])
        if fill_mode == "constant":
            beyond |= np.less(coordinates, -_ROUNDING, out=mark)
            beyond |= np.greater(coordinates, size - 1 + _ROUNDING, out=mark)
        _bring_within(coordinates, size, fill_mode, spare)
    tall = _tall(pictures)
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


def _tall(pictures: np.ndarray) -> np.ndarray:
    """Put pictures one beneath the other, each followed by its first row and its first column.

    What is between the last pixel and the first can so be looked up, and no look-up leaves the tall picture: OpenCV
    does those faster. It does four channels faster than three, too.

    Returns:
        uint8 `(n · (height + 1), width + 1, 1 or 4)`, kept until the thread's next call.
    """
    import cv2

    n, height, width, channels = pictures.shape
    if channels == 3:
        channels = 4
        four = _memory.pixels[1][: 4 * n * height * width].reshape(n * height, width, 4)
        pictures = cv2.cvtColor(pictures.reshape(-1, width, 3), cv2.COLOR_RGB2RGBA, four).reshape(n, height, width, 4)
    tall = _memory.pixels[0][: n * (height + 1) * (width + 1) * channels].reshape(n, height + 1, width + 1, channels)
    tall[:, :-1, :-1] = pictures
    tall[:, -1, :-1] = pictures[:, 0]
    tall[:, :, -1] = tall[:, :, 0]
    return tall.reshape(-1, width + 1, channels)


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
    """Return where new pixels come from beyond the old picture's outermost pixels, bool `(n, height, width)`.

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


def _matrices(affine: np.ndarray, height: int, width: int) -> np.ndarray:
    """Fold what was drawn for each picture into one matrix, float64 `(n, 2, 3)`, from new pixels (x, y) to old ones.

    About the middle (width / 2 − 0.5, height / 2 − 0.5): rotation · shift · shear · zoom, as in
    `keras.preprocessing.image.apply_affine_transform`; a flip after it is a zoom by −1.
    """
    theta, tx, ty, shear, zx, zy, flip_horizontal, flip_vertical = affine
    theta, shear = np.deg2rad(theta), np.deg2rad(shear)
    zx, zy = zx * (1 - 2 * flip_horizontal), zy * (1 - 2 * flip_vertical)
    cos, sin = np.cos(theta), np.sin(theta)
    x, y = width / 2 - 0.5, height / 2 - 0.5
    made = np.empty((len(theta), 2, 3))
    made[:, 0, 0], made[:, 0, 1] = cos * zx, -np.sin(theta + shear) * zy
    made[:, 1, 0], made[:, 1, 1] = sin * zx, np.cos(theta + shear) * zy
    made[:, 0, 2] = x + cos * tx - sin * ty - made[:, 0, 0] * x - made[:, 0, 1] * y
    made[:, 1, 2] = y + sin * tx + cos * ty - made[:, 1, 0] * x - made[:, 1, 1] * y
    return made


def _change_values(
    picture: np.ndarray,
    erasing_value: int,
    shift: float | None,
    brightness: float | None,
    contrast: float | None,
    erased: tuple[int, int, int, int] | None,
) -> None:
    """Change the values of a picture, uint8 `(height, width, channels)`, in place."""
    if shift is not None or brightness is not None:
        _brighten(picture, shift, brightness)
    if contrast is not None:
        _contrast(picture, contrast)
    if erased is not None:
        left, top, right, bottom = erased
        picture[top:bottom, left:right] = erasing_value


def _brighten(picture: np.ndarray, shift: float | None, brightness: float | None) -> None:
    """Add `shift` to all values within the picture's own range, then take them `brightness` times; in place.

    As `apply_channel_shift` and `apply_brightness_shift` of Keras, which hands the picture to Pillow in between.
    """
    import cv2

    table = _VALUES
    if shift is not None:
        table = np.clip(table + np.float32(shift), picture.min(), picture.max())
    table = np.rint(table) if brightness is None else np.minimum(np.trunc(table) * np.float32(brightness), 255)
    cv2.LUT(picture, table.astype(np.uint8), picture)


def _contrast(picture: np.ndarray, factor: float) -> None:
    """Take every value's distance from its channel's mean `factor` times, as Keras's `RandomContrast`; in place."""
    import cv2

    means = np.array(cv2.mean(picture)[: picture.shape[2]], np.float32)
    table = np.clip(np.rint((_VALUES[:, np.newaxis] - means) * np.float32(factor) + means), 0, 255)
    cv2.LUT(picture, table.astype(np.uint8)[np.newaxis], picture)
