"""The networks of a generator as one thing that learns: an optimiser each, and a moving average to draw by."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.generation.generators import Generator
from core.nn.layers.own_keras import OPTIMIZERS
from core.nn.training.compile import Rate
from core.recipes.recipe import Recipe


class Players:
    """A generator's networks, which learn step by step.

    Attributes:
        rate: the learning rate, the same for all.
        sampler: the network that makes images; its weights are those that learn.
    """

    def __init__(self, recipe: Recipe, generator: Generator, shape: tuple[int, int, int], classes: int, steps: int):
        """Build the networks of a recipe's generator.

        Args:
            recipe: says optimiser, schedule and averaging.
            generator: the recipe's.
            shape: of an image: height, width, channels.
            classes: how many there are.
            steps: in an epoch.
        """
        self._generator, self._decay = generator, recipe.fit.averaging
        self._networks: dict[str, Any] = generator.networks(keras, shape, classes)
        self.rate = Rate(recipe, steps)
        self._optimizers = {}
        for name, network in self._networks.items():
            optimizer = recipe.optimiser.keras(OPTIMIZERS, self.rate, network.layers[-1].name, {})
            optimizer.build(network.trainable_variables)
            self._optimizers[name] = optimizer
        self.sampler = next(iter(self._networks.values()))
        self._averages = [tf.Variable(each) for each in self._averaged] if self._decay else []
        self._step: Any = None
        self._classes = classes

    @property
    def _averaged(self) -> list[keras.Variable]:
        """The sampler's weights and statistics, without what draws its dropout."""
        return [each for each in self.sampler.variables if keras.backend.is_float_dtype(each.dtype)]

    @property
    def variables(self) -> list[Any]:
        """All that a checkpoint holds, in an order that the recipe alone decides."""
        parts = (*self._networks.values(), *self._optimizers.values())
        return [*(variable for part in parts for variable in part.variables), *self._averages]

    @property
    def parameters(self) -> int:
        """How many numbers the networks hold."""
        return sum(network.count_params() for network in self._networks.values())

    def learn(self, images: np.ndarray, labels: np.ndarray, drawn: dict[str, np.ndarray]) -> dict[str, float]:
        """Take a step; return each network's loss.

        Args:
            images: uint8 `(n, height, width, channels)`.
            labels: theirs, int `(n,)`.
            drawn: what the generator's `draws` returned.
        """
        given = (images, labels.astype(np.int32), drawn)
        if self._step is None:
            # Of any number of images, else the last batch of an epoch has a graph of its own.
            taken = tf.nest.map_structure(lambda each: tf.TensorSpec((None, *each.shape[1:]), each.dtype), given)
            self._step = tf.function(self._learn, input_signature=taken)
        losses = self._step(*given)
        return {name: float(loss) for name, loss in losses.items()}

    def _learn(self, images: Any, labels: Any, drawn: dict[str, Any]) -> dict[str, Any]:
        values = tf.cast(images, tf.float32) / 127.5 - 1
        told = tf.one_hot(labels, self._classes)
        with tf.GradientTape(persistent=True) as tape:
            losses = self._generator.losses(keras, self._networks, values, told, drawn)
        for name, network in self._networks.items():
            gradients = tape.gradient(losses[name], network.trainable_variables)
            self._optimizers[name].apply_gradients(zip(gradients, network.trainable_variables, strict=True))
        # The average follows faster at first, or the first samples would be those of weights before any step.
        done = tf.cast(next(iter(self._optimizers.values())).iterations, tf.float32)
        decay = tf.minimum(self._decay, done / (done + 10))
        for average, variable in zip(self._averages, self._averaged, strict=False):
            average.assign(decay * average + (1 - decay) * variable)
        return losses

    def take_averages(self) -> Callable[[], None]:
        """Put the averages in the sampler's place, where there are any; return what puts its own weights back."""
        own = [each.numpy() for each in self._averaged] if self._averages else []
        for average, variable in zip(self._averages, self._averaged, strict=False):
            variable.assign(average)

        def restore() -> None:
            for value, variable in zip(own, self._averaged, strict=False):
                variable.assign(value)

        return restore
