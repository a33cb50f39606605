"""A recipe's optimiser, schedule, loss and averaging → a compiled Keras model."""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.nn import muon
from core.nn.build import all_layers
from core.optimiser import SGD, Adam, AdamW, Muon, Optimiser
from core.recipe import Fit, Recipe
from core.schedule import Constant

# One execution of several steps takes about this many multiplications and additions, tens of milliseconds on a
# laptop: long enough to hide what Python spends between executions, short enough to stop at once.
_EXECUTION_OPERATIONS = 5e8
_MAX_STEPS = 64


class Rate(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rate of each step: the schedule's factor on a rate that may be changed while the network trains."""

    def __init__(self, recipe: Recipe, steps: int) -> None:
        """Follow a recipe's optimiser and schedule; an epoch has `steps` steps."""
        super().__init__()
        self._base = _learning_rate(recipe.optimiser)
        self._variable = tf.Variable(self._base, dtype=tf.float32, trainable=False)
        self._epochs, self._schedule = recipe.fit.epochs, recipe.schedule
        entries = 1 if isinstance(recipe.schedule, Constant) else steps * recipe.fit.epochs
        self._factors = tf.constant([self.factor(step / steps) for step in range(entries)], tf.float32)

    def __call__(self, step: Any) -> Any:
        """Return the rate of a step, counted from 0."""
        return self._variable * tf.gather(self._factors, tf.minimum(tf.cast(step, tf.int32), len(self._factors) - 1))

    @property
    def base(self) -> float:
        """The rate before the schedule."""
        return self._base

    @base.setter
    def base(self, rate: float) -> None:
        self._base = rate
        self._variable.assign(rate)

    def factor(self, done: float) -> float:
        """Return what the schedule makes of the rate after so many epochs."""
        return self._schedule.factor(done, self._epochs)

    def at(self, done: float) -> float:
        """Return the rate after so many epochs."""
        return self.base * self.factor(done)


def _learning_rate(optimiser: Optimiser) -> float:
    match optimiser:
        case Adam() | SGD() | AdamW() | Muon():
            return optimiser.learning_rate
    raise NotImplementedError(type(optimiser).__name__)


def _keras_optimiser(
    optimiser: Optimiser, rate: Rate, averaging: float, last: keras.layers.Layer
) -> keras.optimizers.Optimizer:
    average = {"use_ema": averaging > 0, "ema_momentum": averaging}
    match optimiser:
        case Adam():
            return keras.optimizers.Adam(rate, optimiser.beta_1, optimiser.beta_2, optimiser.epsilon, **average)
        case SGD():
            return keras.optimizers.SGD(rate, optimiser.momentum, optimiser.nesterov, **average)
        case AdamW():
            made = keras.optimizers.AdamW(
                rate, optimiser.weight_decay, optimiser.beta_1, optimiser.beta_2, optimiser.epsilon, **average
            )
        case Muon():
            made = muon.Muon(
                rate,
                adam_weight_decay=optimiser.weight_decay,
                weight_decay=optimiser.weight_decay,
                exclude_layers=[f"^{last.name}/"],
                momentum=optimiser.momentum,
                ns_steps=optimiser.ns_steps,
                **average,
            )
        case _:
            raise NotImplementedError(type(optimiser).__name__)
    # Only kernels: a bias, or the scale and offset of a batch normalisation, has no reason to be small.
    made.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return made


def class_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return how much a picture of each class counts so that all classes count alike, float32 `(classes,)`.

    They are n / (classes · count), as scikit-learn's "balanced"; a class without pictures gets 0.

    Args:
        labels: of the training pictures, `(n,)`.
        classes: how many there are.
    """
    counts = np.bincount(labels, minlength=classes)
    weights = np.divide(len(labels), classes * counts, out=np.zeros(classes), where=counts > 0)
    return weights.astype(np.float32)


def _objective(fit: Fit, labels: np.ndarray, classes: int) -> str | Callable[[Any, Any], Any]:
    """Return the loss: categorical cross-entropy on whole-number labels, smoothed and weighted as wanted."""
    if fit.label_smoothing == 0 and fit.class_weights == "none":
        # The same as categorical cross-entropy on one-hot labels, without making them.
        return "sparse_categorical_crossentropy"
    weights = class_weights(labels, classes) if fit.class_weights == "balanced" else np.ones(classes, np.float32)

    def smoothed_and_weighted(true: Any, probabilities: Any) -> Any:
        true = keras.ops.cast(keras.ops.reshape(true, (-1,)), "int32")
        losses = keras.losses.categorical_crossentropy(
            keras.ops.one_hot(true, classes), probabilities, label_smoothing=fit.label_smoothing
        )
        return losses * keras.ops.take(weights, true)

    return smoothed_and_weighted


def compile_model(model: keras.Model, recipe: Recipe, labels: np.ndarray) -> Rate:
    """Make a model ready for `fit` with whole-number labels; its optimiser has all its variables from now on.

    Its logs hold `loss`, what is minimised, `accuracy`, and, where more than the cross-entropy is minimised, that as
    `crossentropy`: only that can be compared with a validation's.

    Args:
        model: as `build_model` makes it.
        recipe: its optimiser, schedule and fit settings count.
        labels: of the training pictures, `(n,)`.

    Returns:
        The learning rate, to be read and changed while the model trains.
    """
    steps = math.ceil(len(labels) / recipe.fit.batch_size)
    rate = Rate(recipe, steps)
    objective = _objective(recipe.fit, labels, model.output_shape[-1])
    penalised = any(getattr(layer, "l1", 0) or getattr(layer, "l2", 0) for layer in recipe.network.layers)
    plain = objective == "sparse_categorical_crossentropy" and not penalised
    crossentropy = [] if plain else [keras.metrics.SparseCategoricalCrossentropy(name="crossentropy")]
    optimiser = _keras_optimiser(recipe.optimiser, rate, recipe.fit.averaging, model.layers[-1])
    optimiser.build(model.trainable_variables)
    model.compile(
        optimizer=optimiser,
        loss=objective,
        metrics=["accuracy", *crossentropy],
        steps_per_execution=min(steps_per_execution(model, recipe.fit.batch_size), steps),
    )
    return rate


def steps_per_execution(model: keras.Model, batch_size: int) -> int:
    """Return how many steps of a built model to run before Python looks: many for small steps, one for large ones."""
    multiplications = sum(map(_multiplications, all_layers(model)))
    per_step = 2 * 3 * max(multiplications, 1) * batch_size  # multiply and add; forward, and backward twice
    return int(min(max(_EXECUTION_OPERATIONS / per_step, 1), _MAX_STEPS))


def _multiplications(layer: keras.layers.Layer) -> int:
    """Return the multiplications of one picture's forward pass through the layer's kernel, if it has one."""
    kernel = getattr(layer, "kernel", None)
    if kernel is None:
        return 0
    positions = math.prod(layer.output.shape[1:-1]) if len(layer.output.shape) > 2 else 1
    return int(positions * math.prod(kernel.shape))
