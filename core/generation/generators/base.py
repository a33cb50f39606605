"""What every generator answers about itself; a new one has a line in the registry."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.settings import Specification

Shape = tuple[int, int, int]
# A network that was trained, from arrays to an array.
Sampler = Callable[..., np.ndarray]


@dataclass(frozen=True)
class Generator(Specification):
    """The base of all generators: networks that learn together, and how the first of them makes images of noise.

    Inside of it values of images are −1 to 1, float32 `(n, height, width, channels)`; labels are float32 `(n, classes)`
    with a one in the place of the class, or without where the class does not matter. `keras` is the module, handed in:
    only `core.nn` imports it.
    """

    # What it does, after its title.
    sentence: ClassVar[str] = ""
    # What its losses are called for a person, by network, the one that makes images first.
    losses_said: ClassVar[Mapping[str, str]] = {}

    def noise_shape(self, shape: Shape) -> tuple[int, ...]:
        """Return the shape of the noise that becomes one image of a shape."""
        raise NotImplementedError

    def networks(self, keras: Any, shape: Shape, classes: int) -> dict[str, Any]:
        """Return its networks as Keras models, by name, the one that makes images first."""
        raise NotImplementedError

    def draws(self, rng: np.random.Generator, count: int, shape: Shape) -> dict[str, np.ndarray]:
        """Return what chance decides in a step with so many images, float32 `(count, …)` each, by name."""
        raise NotImplementedError

    def losses(
        self, keras: Any, networks: Mapping[str, Any], images: Any, labels: Any, drawn: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what each network has to make small, by the network's name; each follows its own loss only.

        Args:
            keras: the module.
            networks: as `networks` made them.
            images: real ones.
            labels: theirs.
            drawn: what `draws` returned.
        """
        raise NotImplementedError

    def code(self, shape: Shape) -> str:
        """Return the lines of Python that make an image of a shape with the Keras model of a run, in short."""
        raise NotImplementedError

    def stages(self, network: Sampler, noise: np.ndarray, labels: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the images that noise becomes, after what they were on the way there if there is one.

        Args:
            network: the first of its networks.
            noise: float32 `(n, *noise_shape)`, of a standard normal distribution.
            labels: what each shall show.
        """
        raise NotImplementedError

    def images(self, network: Sampler, noise: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return the images that noise becomes in the end; arguments are those of `stages`."""
        *_, last = self.stages(network, noise, labels)
        return last
