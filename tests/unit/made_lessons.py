"""What the worker would say of a network to the views of the Explain page: made up, at once."""

from collections.abc import Callable
from typing import Any

import numpy as np

from core.lessons.convolution import convolved
from core.nn.inference.convolutions import Convolution, Filtered
from core.nn.inference.regularisation import Kernels, LastLayer, NormalisedLayer

CLASSES, VALUES, CHANNELS = 10, 24, 3


def _last_layer(_image: np.ndarray) -> LastLayer:
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(VALUES, CLASSES)).astype(np.float32)
    return LastLayer(rng.uniform(0, 1, VALUES).astype(np.float32), kernel, np.zeros(CLASSES, np.float32), 0.25)


def _first_kernels() -> Kernels:
    return Kernels(np.random.default_rng(0).normal(size=(4, 3, 3, 1)).astype(np.float32), "conv2d", 4)


def _normalised_layer(images: np.ndarray) -> NormalisedLayer:
    values = np.random.default_rng(0).normal(2, 1, (len(images), 8, CHANNELS)).astype(np.float32)
    one = np.ones(CHANNELS, np.float32)
    means, squares = values.mean(axis=1), np.square(values).mean(axis=1)
    return NormalisedLayer("norm", means, squares, values, 2 * one, one, 2 * one, one)


def _predict(images: np.ndarray) -> np.ndarray:
    shares = np.linspace(0.1, 0.9, len(images))
    answers = np.repeat((1 - shares)[:, np.newaxis] / (CLASSES - 1), CLASSES, axis=1)
    answers[:, 3] = shares
    return answers.astype(np.float32)


def _filters(place: int) -> np.ndarray:
    return np.random.default_rng(place).normal(size=(3, 3, (1, 4)[place], 4)).astype(np.float32)


def _filtered(image: np.ndarray, place: int, number: int, channel: int) -> Filtered:
    plane = image[..., 0].astype(np.float32) / 255
    output = convolved(plane, _filters(place)[:, :, channel, number], 1, "same", 0.5)
    return Filtered(plane, output.astype(np.float32), 0.5)


def _answer_with(image: np.ndarray, _place: int, _number: int, _channel: int, kernel: np.ndarray) -> np.ndarray:
    answer = np.zeros(CLASSES, np.float32)
    answer[int(abs(kernel.sum())) % CLASSES] = 1
    assert image.ndim == kernel.ndim + 1
    return answer


MADE: dict[str, Callable[..., Any]] = {
    "last_layer": _last_layer,
    "first_kernels": _first_kernels,
    "normalised_layer": _normalised_layer,
    "predict": _predict,
    "convolutions": lambda: [Convolution(f"conv{at}", 3, 1, "same", (1, 4)[at], 4, "relu") for at in range(2)],
    "filters": _filters,
    "filtered": _filtered,
    "answer_with": _answer_with,
}


def asked(_run: object, function: Any, *arguments: Any, of: str, height: int) -> Any:
    """Stand in for `pages.explain.asking.asked`."""
    assert of is not None
    assert height > 0
    return MADE[function.__name__](*arguments)
