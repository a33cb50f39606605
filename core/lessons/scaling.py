"""What scaling its input does to a network: the outputs of a first convolution, before any training."""

from dataclasses import dataclass

import numpy as np

from core.lessons.convolution import VALID, sliding_windows

FILTERS, _SIDE = 32, 3
UNSCALED, SCALED, STANDARDISED = "unscaled", "scaled", "standardised"
TITLES = {UNSCALED: "0–255", SCALED: "÷ 255: 0–1", STANDARDISED: "standardized"}
# Values beyond those of 128×128 pixels tell nothing more.
_MOST_PLACES = 128 * 128


# Bins of the outputs' sizes, by their decimal logarithms.
SIZE_BINS = np.linspace(-4, 4, 81)


@dataclass(frozen=True, eq=False)
class Outputs:
    """What a first convolution makes of an image, before its activation.

    Attributes:
        input_range: the smallest and the largest number that it is given.
        range: the smallest and the largest output; 0 and 0 where the image is smaller than the filter.
        deviation: the standard deviation of the outputs.
        sizes: the share of the outputs whose size, whatever the sign, is in each of the `SIZE_BINS`, float64 `(80,)`.
    """

    input_range: tuple[float, float]
    range: tuple[float, float]
    deviation: float
    sizes: np.ndarray


def prepared(image: np.ndarray, way: str) -> np.ndarray:
    """Return an image as float64 of the same shape, scaled in one of the `TITLES`' ways.

    Standardised: each channel less its mean, divided by its standard deviation; a channel of one value is 0.

    Args:
        image: uint8 `(height, width, channels)`.
        way: which.
    """
    values = image.astype(np.float64)
    if way == SCALED:
        return values / 255
    if way == STANDARDISED:
        deviations = values.std(axis=(0, 1))
        return np.asarray((values - values.mean(axis=(0, 1))) / np.where(deviations > 0, deviations, 1))
    return values


def glorot_kernel(channels: int, seed: int) -> np.ndarray:
    """Return weights as `keras.layers.Conv2D(32, 3)` draws them by itself, float64 `(3, 3, channels, 32)`.

    They are uniform between ±√(6 / (inputs + outputs of a place)): Glorot and Bengio, "Understanding the difficulty of
    training deep feedforward neural networks", 2010.
    """
    limit = np.sqrt(6 / (_SIDE**2 * (channels + FILTERS)))
    return np.random.default_rng(seed).uniform(-limit, limit, (_SIDE, _SIDE, channels, FILTERS))


def first_outputs(image: np.ndarray, way: str, seed: int = 0) -> Outputs:
    """Return what a first convolution of 32 untrained filters of 3×3 makes of an image.

    Args:
        image: uint8 `(height, width, channels)`; of a large one not all places are computed.
        way: how it is scaled.
        seed: of the weights.
    """
    given = prepared(image, way)
    stride = max(1, int(np.ceil(np.sqrt(given.shape[0] * given.shape[1] / _MOST_PLACES))))
    windows = sliding_windows(given, (_SIDE, _SIDE), stride, VALID, 0.0)
    kernel = glorot_kernel(image.shape[2], seed).transpose(2, 0, 1, 3).reshape(-1, FILTERS)
    values = (windows.reshape(-1, len(kernel)) @ kernel).ravel()
    given_range = (float(given.min()), float(given.max()))
    if not values.size:
        return Outputs(given_range, (0.0, 0.0), 0.0, np.zeros(len(SIZE_BINS) - 1))
    sizes, _edges = np.histogram(np.log10(np.abs(values[values != 0])), SIZE_BINS)
    return Outputs(given_range, (float(values.min()), float(values.max())), float(values.std()), sizes / values.size)
