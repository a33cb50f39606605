"""Two networks against each other: one makes images, one tells them from real ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.generation.generators.base import Generator, Sampler, Shape
from core.settings import setting

_SLOPE = 0.2
_QUARTER = 4


@dataclass(frozen=True)
class GAN(Generator):
    """A generative adversarial network (Goodfellow et al., 2014) with the non-saturating loss of that paper.

    Both networks are convolutional as in DCGAN (Radford et al., 2016), and are told the class: the discriminator by
    projection (Miyato and Koyama, 2018).
    """

    title: ClassVar[str] = "GAN"
    sentence: ClassVar[str] = "a generator draws, a discriminator tells its drawings from real images, and both learn."
    losses_said: ClassVar[Mapping[str, str]] = {"generator": "Generator", "discriminator": "Discriminator"}

    latent: int = setting(32, minimum=2, maximum=512, step=2, help="How many random numbers an image is made of.")
    filters: int = setting(32, minimum=4, maximum=256, step=4, help="The width of both networks.")
    dropout: float = setting(
        0.3, minimum=0.0, maximum=0.9, step=0.05, help="Dropout in the discriminator: it learns fewer images by heart."
    )

    def noise_shape(self, shape: Shape) -> tuple[int, ...]:  # noqa: ARG002 as all generators are asked
        """Return how many numbers there are."""
        return (self.latent,)

    def networks(self, keras: Any, shape: Shape, classes: int) -> dict[str, Any]:
        """Return the generator and the discriminator."""
        return {
            "generator": self._generator(keras, shape, classes),
            "discriminator": self._discriminator(keras, shape, classes),
        }

    def _generator(self, keras: Any, shape: Shape, classes: int) -> Any:
        layers = keras.layers
        height, width = (-(-side // _QUARTER) for side in shape[:2])
        noise, label = keras.Input((self.latent,)), keras.Input((classes,))
        tensor = layers.Dense(height * width * 2 * self.filters, use_bias=False)(layers.Concatenate()([noise, label]))
        tensor = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(tensor))
        tensor = layers.Reshape((height, width, 2 * self.filters))(tensor)
        tensor = layers.Conv2DTranspose(self.filters, 4, strides=2, padding="same", use_bias=False)(tensor)
        tensor = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(tensor))
        tensor = layers.Conv2DTranspose(shape[2], 4, strides=2, padding="same", activation="tanh")(tensor)
        rest = (_QUARTER * height - shape[0], _QUARTER * width - shape[1])
        cropped = layers.Cropping2D(((0, rest[0]), (0, rest[1])))(tensor) if any(rest) else tensor
        return keras.Model([noise, label], cropped)

    def _discriminator(self, keras: Any, shape: Shape, classes: int) -> Any:
        layers = keras.layers
        image, label = keras.Input(shape), keras.Input((classes,))
        tensor = image
        for filters in (self.filters, 2 * self.filters):
            tensor = layers.Conv2D(filters, 4, strides=2, padding="same")(tensor)
            tensor = layers.Dropout(self.dropout)(layers.LeakyReLU(negative_slope=_SLOPE)(tensor))
        features = layers.Dense(4 * self.filters)(layers.Flatten()(tensor))
        features = layers.LeakyReLU(negative_slope=_SLOPE)(features)
        of_class = layers.Dense(4 * self.filters, use_bias=False)(label)
        score = layers.Add()([layers.Dense(1)(features), layers.Dot(1)([features, of_class])])
        return keras.Model([image, label], score)

    def draws(self, rng: np.random.Generator, count: int, shape: Shape) -> dict[str, np.ndarray]:
        """Return the noise that the generator makes images of."""
        return {"noise": rng.standard_normal((count, *self.noise_shape(shape)), np.float32)}

    def losses(
        self, keras: Any, networks: Mapping[str, Any], images: Any, labels: Any, drawn: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return how often the discriminator errs, and how seldom it errs on what the generator made, in nats."""
        ops, discriminator = keras.ops, networks["discriminator"]
        made = networks["generator"]([drawn["noise"], labels], training=True)
        real = discriminator([images, labels], training=True)
        unreal = discriminator([ops.stop_gradient(made), labels], training=True)
        fooled = discriminator([made, labels], training=True)
        return {
            "generator": ops.mean(ops.softplus(-fooled)),
            "discriminator": (ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(unreal))) / 2,
        }

    def code(self, shape: Shape) -> str:  # noqa: ARG002 as all generators are asked
        """Return a call of the generator."""
        return (
            'generator = keras.saving.load_model("generator.keras")\n'
            f"noise = np.random.normal(size=(1, {self.latent}))\n"
            "image = generator([noise, label])  # label: a one in the class's place; image: -1 to 1"
        )

    def stages(self, network: Sampler, noise: np.ndarray, labels: np.ndarray) -> Iterator[np.ndarray]:
        """Yield what the generator makes of noise, at once."""
        yield network(noise, labels)
