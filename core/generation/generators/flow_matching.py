"""One network that sees an image through noise, and so says in which direction noise becomes one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.generation.generators.base import Generator, Sampler, Shape
from core.settings import setting

_TIMES = 16
# The error of the velocity counts as if at least so much of the time were left.
_LEAST_LEFT = 0.3
# Periods of the sines that tell the network the time, from 2π down to 2π / 100.
_FREQUENCIES = np.exp(np.linspace(0.0, np.log(100.0), _TIMES)).astype(np.float32)


@dataclass(frozen=True)
class FlowMatching(Generator):
    """Flow matching with straight paths (Lipman et al., 2023; rectified flow, Liu et al., 2022), a kin of diffusion.

    A training image x₁ and noise x₀ are mixed to x = (1 − t)·x₀ + t·x₁ at a random time t; the velocity from one to the
    other is x₁ − x₀. The network says the image, from which the velocity follows as (x₁ − x) / (1 − t), and learns by
    the velocity's mean squared error: a small one could not say the noise (Li and He, 2025). A sample follows the
    velocity from t = 0 to 1 by Heun's method. Some labels are left out in training, so that samples can be pushed
    towards their class: classifier-free guidance (Ho and Salimans, 2022).
    """

    title: ClassVar[str] = "Flow matching"
    sentence: ClassVar[str] = "a network learns in which direction noise becomes an image, and a sample follows it."
    losses_said: ClassVar[Mapping[str, str]] = {"denoiser": "Velocity (mean squared error)"}

    units: int = setting(192, minimum=8, maximum=2048, step=8, help="The width of the network's blocks.")
    blocks: int = setting(3, minimum=1, maximum=12, step=1, help="How many blocks follow each other.")
    unlabeled: float = setting(
        0.1, minimum=0.0, maximum=0.9, step=0.05, help="Share of training images whose label is left out."
    )
    guidance: float = setting(
        1.5, minimum=0.0, maximum=10.0, step=0.1, help="How far samples are pushed towards their class. 1: not pushed."
    )
    steps: int = setting(12, minimum=1, maximum=200, step=1, help="How many steps a sample takes from noise to image.")

    def noise_shape(self, shape: Shape) -> tuple[int, ...]:
        """Return the image's own shape: it begins as noise."""
        return shape

    def networks(self, keras: Any, shape: Shape, classes: int) -> dict[str, Any]:
        """Return the network that says images: residual blocks of dense layers, each told the time and the class."""
        layers = keras.layers
        image, time, label = keras.Input(shape), keras.Input((2 * _TIMES,)), keras.Input((classes,))
        told = layers.Dense(64, activation="silu")(layers.Concatenate()([time, label]))
        told = layers.Dense(64, activation="silu")(told)
        tensor = layers.Dense(self.units)(layers.Flatten()(image))
        for _ in range(self.blocks):
            inner = layers.Add()([layers.Dense(self.units)(tensor), layers.Dense(self.units, use_bias=False)(told)])
            inner = layers.Dense(self.units)(layers.Activation("silu")(inner))
            tensor = layers.Add()([tensor, inner])
        tensor = layers.Dense(int(np.prod(shape)))(layers.Activation("silu")(tensor))
        return {"denoiser": keras.Model([image, time, label], layers.Reshape(shape)(tensor))}

    def draws(self, rng: np.random.Generator, count: int, shape: Shape) -> dict[str, np.ndarray]:
        """Return noise, a time for each image, and whether its label is told."""
        noise = rng.standard_normal((count, *shape), np.float32)
        times = rng.random((count, 1), np.float32)
        told = (rng.random((count, 1)) >= self.unlabeled).astype(np.float32)
        return {"noise": noise, "times": times, "told": told}

    def losses(
        self, keras: Any, networks: Mapping[str, Any], images: Any, labels: Any, drawn: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return how far the velocity is from what leads straight from the noise to the image."""
        ops, noise, times = keras.ops, drawn["noise"], drawn["times"]
        share = ops.reshape(times, (-1, 1, 1, 1))
        between = (1 - share) * noise + share * images
        said = networks["denoiser"]([between, _said(ops, times), labels * drawn["told"]], training=True)
        # The velocity is wrong by as much as the image, divided by the time that is left.
        return {"denoiser": ops.mean(ops.square((said - images) / ops.maximum(1 - share, _LEAST_LEFT)))}

    def code(self, shape: Shape) -> str:
        """Return the loop from noise to image, by Euler's steps and without guidance."""
        return (
            'denoiser = keras.saving.load_model("generator.keras")\n'
            f"x = np.random.normal(size=(1, {', '.join(map(str, shape))}))\n"
            f"for t in np.linspace(0, 1, {self.steps}, endpoint=False):\n"
            "    image = denoiser([x, sines(t), label])  # what it sees through the noise\n"
            f"    x = x + (image - x) / (1 - t) / {self.steps}  # the velocity, for one step"
        )

    def stages(self, network: Sampler, noise: np.ndarray, labels: np.ndarray) -> Iterator[np.ndarray]:
        """Yield where the velocity leads noise, from the noise on, in `steps` steps of Heun's method."""
        found: np.ndarray = noise.astype(np.float32)
        step = 1 / self.steps
        yield found
        for number in range(self.steps):
            velocity = self._velocity(network, found, number * step, labels)
            if number + 1 < self.steps:
                # At the end no time is left to divide by: there the first velocity leads to the image itself.
                then = self._velocity(network, found + np.float32(step) * velocity, (number + 1) * step, labels)
                velocity = (velocity + then) / 2
            found = found + np.float32(step) * velocity
            yield found

    def _velocity(self, network: Sampler, images: np.ndarray, time: float, labels: np.ndarray) -> np.ndarray:
        told = np.repeat(_said(np, np.full((1, 1), time, np.float32)), len(images), axis=0)
        if self.guidance == 1:
            said = network(images, told, labels)
        else:
            both = network(
                np.concatenate([images, images]),
                np.concatenate([told, told]),
                np.concatenate([labels, np.zeros_like(labels)]),
            )
            of_class, of_any = np.split(both, 2)
            said = of_any + np.float32(self.guidance) * (of_class - of_any)
        return (said - images) / np.float32(1 - time)


def _said(ops: Any, times: Any) -> Any:
    """Return times, `(n, 1)`, as sines and cosines, `(n, 32)`; `ops` is `keras.ops` or NumPy."""
    angles = times * _FREQUENCIES
    return ops.concatenate([ops.sin(angles), ops.cos(angles)], -1)
