"""A network's specification → a Keras model."""

from collections.abc import Iterator
from pathlib import Path

import keras

from core.network import (
    Activation,
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPool2D,
    Network,
    Normalization,
    Pretrained,
    Rescaling,
    ResidualBlock,
)
from core.nn import convolving, normalising
from core.nn.views import MeanOfViews, WithViews
from core.recipe import Fit, RecipeError
from core.shapes import shift_problem

# What each of `keras.applications` wants of values 0–255, where it does not see to it itself.
_SCALING = {"MobileNetV2": (1 / 127.5, -1.0), "ResNet50V2": (1 / 127.5, -1.0)}


def build_model(network: Network, input_shape: tuple[int, int, int], fit: Fit | None = None) -> keras.Model:
    """Make the Keras model of a network.

    Args:
        network: the layers.
        input_shape: height, width, channels; the model takes batches of it as numbers 0–255.
        fit: says from which views of a picture it predicts; none: from the picture alone.

    Raises:
        RecipeError: the layers or the views do not fit the input's shape, or a pretrained network's weights cannot be
            had. The message names the layer.
    """
    fit = fit or Fit()
    inputs = outputs = keras.Input(input_shape)
    if problem := shift_problem(fit.shifted, input_shape):
        raise RecipeError(problem)
    if fit.views > 1:
        outputs = WithViews(fit)(outputs)
    for position, layer in enumerate(network.layers, start=1):
        before = " × ".join(map(str, outputs.shape[1:]))
        if fit.views > 1 and layer is network.layers[-1]:
            outputs = MeanOfViews(fit.views)(outputs)
        try:
            outputs = _applied(layer, outputs)
        except ValueError as error:
            raise RecipeError(
                f"Layer {position} ({type(layer).__name__}) cannot work on what comes before it, {before}. "
                + _advice(layer)
            ) from error
    return keras.Model(inputs, outputs)


def _advice(layer: Layer) -> str:
    match layer:
        case Pretrained():
            return "It takes pictures, gray or in colour, of at least 32 × 32 pixels: put it first."
        case (
            Conv2D() | ResidualBlock() | MaxPool2D() | AveragePool2D() | GlobalMaxPooling2D() | GlobalAveragePooling2D()
        ):
            return "Take a smaller kernel or pool, or padding 'same', or leave a layer out; Flatten comes after them."
        case _:
            return "Leave it out, or put it elsewhere."


def _applied(layer: Layer, tensor: keras.KerasTensor) -> keras.KerasTensor:
    """Return what the layer makes of a tensor of the model.

    Raises:
        ValueError: it cannot work on the tensor's shape.
        RecipeError: a pretrained network's weights cannot be had.
    """
    layers = keras.layers
    match layer:
        case Rescaling():
            return layers.Rescaling(layer.scale, layer.offset)(tensor)
        case Normalization():
            return layers.Normalization(mean=layer.mean, variance=layer.variance)(tensor)
        case Conv2D():
            return convolving.Conv2D(
                layer.filters,
                layer.kernel_size,
                layer.strides,
                padding=layer.padding,
                activation=layer.activation,
                use_bias=layer.use_bias,
                kernel_regularizer=_penalty(layer),
            )(tensor)
        case MaxPool2D():
            return layers.MaxPool2D(layer.pool_size)(tensor)
        case AveragePool2D():
            return layers.AveragePooling2D(layer.pool_size)(tensor)
        case GlobalMaxPooling2D():
            return layers.GlobalMaxPooling2D()(tensor)
        case GlobalAveragePooling2D():
            return layers.GlobalAveragePooling2D()(tensor)
        case BatchNormalization():
            return normalising.BatchNormalization(momentum=layer.momentum)(tensor)
        case Activation():
            return layers.Activation(layer.function)(tensor)
        case Dropout():
            return layers.Dropout(layer.rate)(tensor)
        case Flatten():
            return layers.Flatten()(tensor)
        case Dense():
            # Probabilities keep 32 bits where the rest computes with fewer: the loss takes their logarithm.
            exact = {"dtype": "float32"} if layer.activation == "softmax" else {}
            return layers.Dense(layer.units, activation=layer.activation, kernel_regularizer=_penalty(layer), **exact)(
                tensor
            )
        case ResidualBlock():
            return _residual(layer, tensor)
        case Pretrained():
            return _pretrained(layer, tensor)
    raise NotImplementedError(type(layer).__name__)


def _penalty(layer: Conv2D | Dense) -> keras.Regularizer | None:
    """Return what the layer's kernel pays for its size."""
    return keras.regularizers.L1L2(layer.l1, layer.l2) if layer.l1 or layer.l2 else None


def _residual(block: ResidualBlock, tensor: keras.KerasTensor) -> keras.KerasTensor:
    """Return what a residual block makes of a tensor (He et al., "Deep residual learning", 2016, figure 2)."""
    layers = keras.layers

    def convolved(tensor: keras.KerasTensor, kernel_size: int, strides: int) -> keras.KerasTensor:
        convolution = convolving.Conv2D(block.filters, kernel_size, strides, padding="same", use_bias=False)
        return normalising.BatchNormalization()(convolution(tensor))

    changed = layers.Activation(block.activation)(convolved(tensor, 3, block.strides))
    changed = convolved(changed, 3, 1)
    same_shape = changed.shape == tensor.shape
    shortcut = tensor if same_shape else convolved(tensor, 1, block.strides)
    return layers.Activation(block.activation)(layers.Add()([changed, shortcut]))


def _pretrained(layer: Pretrained, tensor: keras.KerasTensor) -> keras.KerasTensor:
    """Return the features that a network of `keras.applications` sees: height, width and channels of its last layer.

    Its batch normalisation keeps the statistics it came with, also when its weights are trained: batches of a small
    data set would spoil them.
    """
    if tensor.shape[-1] == 1:
        tensor = keras.layers.Concatenate()([tensor] * 3)
    application = getattr(keras.applications, layer.application)
    try:
        model = application(include_top=False, weights="imagenet", input_shape=tensor.shape[1:])
    except ValueError:
        raise
    except Exception as error:  # Keras's download raises nothing narrower.
        raise RecipeError(
            f"The weights of {layer.application} are not on this machine, and getting them failed: {error}. They are "
            "downloaded once: train when there is a network, or take a recipe that begins from scratch."
        ) from error
    for each in model.layers:
        each.trainable = layer.trainable and not isinstance(each, keras.layers.BatchNormalization)
    if layer.application in _SCALING:
        tensor = keras.layers.Rescaling(*_SCALING[layer.application])(tensor)
    return model(tensor)


def take_weights(model: keras.Model, path: Path) -> None:
    """Give a model the weights of a saved one; a last layer for other classes keeps those that it has.

    Raises:
        RecipeError: the saved model cannot be read, or its weights are of other shapes.
    """
    try:
        earlier = keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError) as error:
        raise RecipeError(f"The weights to begin with cannot be read from {path.name}: {error}") from error
    last = {id(variable) for variable in model.layers[-1].weights}
    shapes = [(tuple(variable.shape), id(variable) in last) for variable in model.weights]
    given = [variable.numpy() for variable in earlier.weights]
    fitting = len(given) == len(shapes) and all(
        value.shape == shape or may_differ for value, (shape, may_differ) in zip(given, shapes, strict=True)
    )
    if not fitting:
        raise RecipeError(
            "The weights to begin with are those of another network: its layers differ. Choose a run of the same "
            "layers, or begin with weights that the seed draws."
        )
    for variable, value in zip(model.weights, given, strict=True):
        if variable.shape == value.shape:
            variable.assign(value)


def all_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Go through the layers of a model, and through those of the models within it."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from all_layers(layer)
