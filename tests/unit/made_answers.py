"""A worker that is made up: for tests of what is done with answers."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from core.networks.receptive_field import Field
from core.nn.inference import layers, models
from core.nn.inference.layers import LayerMaps, Layers, Products
from core.nn.inference.models import Given
from core.runs import Run


def probabilities(image: np.ndarray) -> np.ndarray:
    """Return probabilities of ten classes that follow an image's brightness, float32 `(10,)`."""
    values = np.ones(10, np.float32)
    values[int(image.mean() / 25.6)] = 9
    return np.asarray(values / values.sum(), np.float32)


def made_layers() -> Layers:
    """Return a network of one convolution with three maps of 7×7, that finds ten classes alike."""
    maps, filters = np.zeros((3, 7, 7), np.uint8), np.zeros((0, 0, 0, 1), np.uint8)
    fields = (Field(1, 0, 1), Field(1, 0, 1))
    convolution = LayerMaps(4, "Conv2D", "2×2", (7, 7, 3), maps, [0.0] * 3, [1.0] * 3, 1, fields, filters)
    return Layers([convolution], np.zeros(10), np.full(10, 0.1))


def made_products() -> Products:
    """Return four products with a sum of 2 and a bias of 1."""
    return Products(np.ones((2, 2, 1)), np.full((2, 2, 1), 0.5), 1.0, 3.0, 3.0, "relu", "")


class MadeAnswer:
    """Stands in for `core.prediction.worker.WorkerCall` where images are answered; it lets itself be waited for once.

    Attributes:
        asked: with how many images each of them was made, but for none.
    """

    asked: ClassVar[list[int]] = []

    def __init__(self, _run: Run, function: object, images: Sequence[np.ndarray] | np.ndarray, *_more: object) -> None:
        """Ask."""
        self._function, self._images = function, images
        self._waited = False
        if len(images):
            MadeAnswer.asked.append(len(images))

    def within(self, _seconds: float) -> Any:
        """Answer, the second time."""
        if not self._waited:
            self._waited = True
            return None
        if self._function is layers.maps:
            return made_layers()
        if self._function is layers.products:
            return (made_products(),)
        if self._function is models.predict:
            return np.stack([probabilities(image) for image in self._images])
        return [Given(probabilities(image), known=True) if image.shape == (8, 8, 1) else None for image in self._images]

    def wait(self) -> Any:
        """Answer."""
        self._waited = True
        return self.within(0)
