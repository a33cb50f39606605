"""A network's specification → a compiled Keras model."""

import math

import keras

from core.network import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool2D,
    Network,
    Normalization,
    Rescaling,
)
from core.recipe import Adam, Optimiser, Recipe, RecipeError

# One execution of several steps takes about this many multiplications and additions, tens of milliseconds on a
# laptop: long enough to hide what Python spends between executions, short enough to stop at once.
_EXECUTION_OPERATIONS = 5e8
_MAX_STEPS = 64


def build_model(network: Network, input_shape: tuple[int, int, int]) -> keras.Model:
    """Make the Keras model of a network.

    Args:
        network: the layers.
        input_shape: height, width, channels; the model takes batches of it as numbers 0–255.

    Raises:
        RecipeError: the layers do not fit the input's shape. The message names the layer.
    """
    inputs = outputs = keras.Input(input_shape)
    for position, layer in enumerate(network.layers, start=1):
        before = " × ".join(map(str, outputs.shape[1:]))
        try:
            outputs = _keras_layer(layer)(outputs)
        except ValueError as error:
            raise RecipeError(
                f"Layer {position} ({type(layer).__name__}) cannot work on what comes before it, {before}. Take "
                f"a smaller kernel or pool, or padding 'same', or leave a layer out."
            ) from error
    return keras.Model(inputs, outputs)


def _keras_layer(layer: Layer) -> keras.layers.Layer:
    match layer:
        case Rescaling():
            return keras.layers.Rescaling(layer.scale, layer.offset)
        case Normalization():
            return keras.layers.Normalization(mean=layer.mean, variance=layer.variance)
        case Conv2D():
            return keras.layers.Conv2D(
                layer.filters,
                layer.kernel_size,
                layer.strides,
                padding=layer.padding,
                activation=layer.activation,
            )
        case MaxPool2D():
            return keras.layers.MaxPool2D(layer.pool_size)
        case BatchNormalization():
            return keras.layers.BatchNormalization(momentum=layer.momentum)
        case Dropout():
            return keras.layers.Dropout(layer.rate)
        case Flatten():
            return keras.layers.Flatten()
        case Dense():
            return keras.layers.Dense(layer.units, activation=layer.activation)
    raise NotImplementedError(type(layer).__name__)


def _keras_optimiser(optimiser: Optimiser) -> keras.optimizers.Optimizer:
    match optimiser:
        case Adam():
            return keras.optimizers.Adam(optimiser.learning_rate, optimiser.beta_1, optimiser.beta_2, optimiser.epsilon)
    raise NotImplementedError(type(optimiser).__name__)


def compiled_model(recipe: Recipe, input_shape: tuple[int, int, int], pictures: int) -> keras.Model:
    """Make a recipe's model, ready for `fit` with whole-number labels.

    Args:
        recipe: its network, optimiser and batch size count.
        input_shape: height, width, channels.
        pictures: how many train, so that an execution never holds more steps than an epoch.

    Raises:
        RecipeError: the layers do not fit the input's shape.
    """
    model = build_model(recipe.network, input_shape)
    steps = math.ceil(pictures / recipe.fit.batch_size)
    model.compile(
        optimizer=_keras_optimiser(recipe.optimiser),
        # The same as categorical cross-entropy on one-hot labels, without making them.
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=min(steps_per_execution(model, recipe.fit.batch_size), steps),
    )
    return model


def steps_per_execution(model: keras.Model, batch_size: int) -> int:
    """Return how many steps of a built model to run before Python looks: many for small steps, one for large ones."""
    per_picture = sum(_multiplications(layer) for layer in model.layers)
    per_step = 2 * 3 * max(per_picture, 1) * batch_size  # multiply and add; forward, and backward twice
    return int(min(max(_EXECUTION_OPERATIONS / per_step, 1), _MAX_STEPS))


def _multiplications(layer: keras.layers.Layer) -> int:
    """Return the multiplications of one picture's forward pass through the layer's kernel, if it has one."""
    kernel = getattr(layer, "kernel", None)
    if kernel is None:
        return 0
    positions = math.prod(layer.output.shape[1:-1]) if len(layer.output.shape) > 2 else 1
    return int(positions * math.prod(kernel.shape))
