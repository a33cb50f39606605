"""Convolution as Keras computes it: a filter slid over numbers, its products summed at each place.

`pages/components/common/sliding.js` computes the same in the browser; a test holds that both give the same numbers.
"""

import math
from collections.abc import Callable

import numpy as np

VALID, SAME = "valid", "same"
PADDINGS = (VALID, SAME)


def output_size(size: int, window: int, stride: int, padding: str) -> int:
    """Return at how many places along a side a window fits; 0 where it is larger than the side.

    The formulas are those of Keras and TensorFlow: what remains at the end is dropped.

    Args:
        size: of the side, at least 1.
        window: the window's side, at least 1.
        stride: how far it moves, at least 1.
        padding: `valid` or `same`.
    """
    if padding == SAME:
        return math.ceil(size / stride)
    return max(0, (size - window) // stride + 1)


def padding_sides(size: int, window: int, stride: int, padding: str) -> tuple[int, int]:
    """Return how many zeros stand before and after a side; with an odd number the one more stands after, as in Keras.

    Arguments are those of `output_size`.
    """
    if padding == VALID:
        return 0, 0
    needed = max(0, (output_size(size, window, stride, SAME) - 1) * stride + window - size)
    return needed // 2, needed - needed // 2


def size_formula(size: int, window: int, stride: int, padding: str) -> str:
    """Return the size of an output's side as a formula with numbers in it. Arguments are those of `output_size`."""
    found = output_size(size, window, stride, padding)
    if padding == SAME:
        return f"⌈{size} / {stride}⌉ = {found}"
    if not found:
        return f"{size} < {window}: no place"
    return f"⌊({size} − {window}) / {stride}⌋ + 1 = {found}"


def convolved(
    image: np.ndarray, kernel: np.ndarray, stride: int = 1, padding: str = VALID, bias: float = 0
) -> np.ndarray:
    """Return the sum of products of a filter and an image at each place, float64 `(rows, columns)`.

    It is the cross-correlation that `keras.layers.Conv2D` computes: the filter is not turned.

    Args:
        image: numbers `(height, width)` or `(height, width, channels)`.
        kernel: numbers `(rows, columns)` or `(rows, columns, channels)`, as many channels as the image.
        stride: how far the filter moves, at least 1.
        padding: `valid`, or `same` for zeros around the image.
        bias: added to each sum.
    """
    channels = image.reshape(*image.shape[:2], -1).astype(np.float64)
    weights = kernel.reshape(*kernel.shape[:2], -1).astype(np.float64)
    windows = sliding_windows(channels, weights.shape[:2], stride, padding, 0.0)
    return np.asarray(np.einsum("rcdij,ijd->rc", windows, weights) + bias)


def sliding_windows(
    channels: np.ndarray, window: tuple[int, ...], stride: int, padding: str, around: float
) -> np.ndarray:
    """Return what a window shows at each place, `(rows, columns, channels, window's rows, window's columns)`.

    Args:
        channels: float `(height, width, channels)`.
        window: its rows and columns.
        stride: how far it moves.
        padding: `valid` or `same`.
        around: what stands around the image for `same`.
    """
    sides = [padding_sides(size, side, stride, padding) for size, side in zip(channels.shape[:2], window, strict=True)]
    padded = np.pad(channels, [*sides, (0, 0)], constant_values=around)
    if any(size < side for size, side in zip(padded.shape[:2], window, strict=True)):
        rows, columns = (
            output_size(size, side, stride, padding) for size, side in zip(channels.shape[:2], window, strict=True)
        )
        return np.empty((rows, columns, channels.shape[2], *window))
    windows = np.lib.stride_tricks.sliding_window_view(padded, window, axis=(0, 1))
    return np.asarray(windows[::stride, ::stride])


def _binomial(length: int) -> np.ndarray:
    return np.array([math.comb(length - 1, place) for place in range(length)], np.float64)


def _vertical_edge(size: int) -> np.ndarray:
    """Return Sobel's filter: the difference of right and left, smoothed downwards."""
    if size == 1:
        return np.zeros((1, 1))
    return np.outer(_binomial(size), np.convolve(_binomial(size - 1), [-1, 1]))


def _diagonal_edge(size: int) -> np.ndarray:
    return np.subtract.outer(-np.arange(size), -np.arange(size)).astype(np.float64)


def _identity(size: int) -> np.ndarray:
    kernel = np.zeros((size, size))
    middle = (size - 1) // 2
    kernel[middle, middle] = 1
    return kernel


def _sharpen(size: int) -> np.ndarray:
    """Return the middle with what it differs by from its four neighbours."""
    middle = (size - 1) // 2
    kernel = _identity(size)
    for row, column in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        if 0 <= middle + row < size and 0 <= middle + column < size:
            kernel[middle + row, middle + column] = -1
            kernel[middle, middle] += 1
    return kernel


def _emboss(size: int) -> np.ndarray:
    return np.add.outer(np.arange(size), np.arange(size)) - (size - 1) + _identity(size)


# By name in the address: a title, and what makes the filter of a side.
PRESETS: dict[str, tuple[str, Callable[[int], np.ndarray]]] = {
    "vertical": ("Vertical edge", _vertical_edge),
    "horizontal": ("Horizontal edge", lambda size: _vertical_edge(size).T),
    "diagonal": ("45° edge", _diagonal_edge),
    "blur": ("Blur", lambda size: np.full((size, size), 1 / size**2)),
    "sharpen": ("Sharpen", _sharpen),
    "emboss": ("Emboss", _emboss),
    "identity": ("Identity", _identity),
}


def preset(name: str, size: int) -> np.ndarray:
    """Return a filter of `PRESETS`, float64 `(size, size)`."""
    return PRESETS[name][1](size)
