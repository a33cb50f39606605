"""What the Explain page's view of regularisation asks of a run's network: its last layer, first kernels, a batch."""

from typing import NamedTuple

import numpy as np

from core.nn.inference import models

# So many values of a channel show how they are distributed.
_SAMPLED = 1024
_MOST_CHANNELS, _MOST_KERNELS = 64, 64


class LastLayer(NamedTuple):
    """A network's last layer, and what it is given of an image when predicting.

    Attributes:
        values: float32 `(d,)`.
        kernel: float32 `(d, classes)`.
        bias: float32 `(classes,)`.
        rate: the share that the network's own dropout before it leaves out in training; `None`: there is none.
    """

    values: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray
    rate: float | None


class Kernels(NamedTuple):
    """The weights of a network's first layer that has any.

    Attributes:
        weights: float32 `(kernels, height, width, channels)`; a dense layer's units have the input's shape.
        layer: the layer's name.
        total: how many kernels it has: not more than some are here.
    """

    weights: np.ndarray
    layer: str
    total: int


class NormalisedLayer(NamedTuple):
    """What a network's first batch normalisation is given for some images; channels beyond some are left out.

    Attributes:
        layer: the layer's name; empty: the network has none, and these are the values of its first layer with weights.
        means: each image's mean of its values by channel, float32 `(n, channels)`.
        squares: each image's mean of their squares, of the same shape.
        values: some values of each image, float32 `(n, k, channels)`.
        gamma, beta: the learned scale and offset, `running_mean`, `running_variance` the kept averages, float32
            `(channels,)`; 1, 0 and NaN where there is no batch normalisation.
        epsilon: what is added to the variance.
        momentum: how slowly the kept averages follow.
    """

    layer: str
    means: np.ndarray
    squares: np.ndarray
    values: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray
    running_mean: np.ndarray
    running_variance: np.ndarray
    epsilon: float = 1e-3
    momentum: float = 0.99


def last_layer(folder: str, image: np.ndarray) -> LastLayer:
    """Return a run's last layer, and what it is given of an image.

    Args:
        folder: the run's folder.
        image: uint8 `(height, width, channels)`, after the run's own preprocessing.

    Raises:
        OSError, ValueError: the model is not there or cannot be read, its last layer is not dense, or the image is of
            another shape.
    """
    values = models.features(folder, image[np.newaxis])[0]
    from core.nn.inference.layer_parts import head

    return LastLayer(values, *head(models.load(folder)))


def first_kernels(folder: str) -> Kernels:
    """Return the weights of a run's first convolution or, without one, of its first dense layer.

    Raises:
        OSError, ValueError: the model is not there or cannot be read, or has no such layer.
    """
    model = models.load(folder)
    from core.nn.inference.layer_parts import first_weights

    weights, layer = first_weights(model)
    return Kernels(weights[:_MOST_KERNELS], layer, len(weights))


def normalised_layer(folder: str, images: np.ndarray) -> NormalisedLayer:
    """Return what a run's first batch normalisation is given for a batch of images.

    Args:
        folder: the run's folder.
        images: uint8 `(n, height, width, channels)`, after the run's own preprocessing.

    Raises:
        OSError, ValueError: the model is not there or cannot be read, or the images are of another shape.
    """
    model = models.load(folder)
    from core.nn.inference.layer_parts import before_normalisation

    layer, inside = before_normalisation(model)
    sampled = max(1, _SAMPLED // len(images))
    parts = [
        _summary(np.asarray(inside(portion, training=False), np.float32), sampled)
        for portion in models.portions(images)
    ]
    means, squares, values = (np.concatenate(each) for each in zip(*parts, strict=True))
    channels = means.shape[1]
    if layer is None:
        gamma, beta, nan = (np.full(channels, each, np.float32) for each in (1, 0, np.nan))
        return NormalisedLayer("", means, squares, values, gamma, beta, nan, nan)
    kept = (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
    gamma, beta, mean, variance = (np.asarray(each, np.float32)[:channels] for each in kept)
    slow = float(layer.momentum)
    return NormalisedLayer(layer.name, means, squares, values, gamma, beta, mean, variance, float(layer.epsilon), slow)


def _summary(given: np.ndarray, sampled: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each image's mean and mean square by channel, and so many of its values at places evenly apart."""
    flat = given.reshape(len(given), -1, given.shape[-1])[..., :_MOST_CHANNELS]
    means, squares = flat.mean(axis=1, dtype=np.float64), np.square(flat, dtype=np.float64).mean(axis=1)
    places = np.linspace(0, flat.shape[1] - 1, min(sampled, flat.shape[1])).astype(int)
    return means.astype(np.float32), squares.astype(np.float32), flat[:, places]
