"""A network's specification → a Keras model."""

from collections.abc import Iterator
from pathlib import Path

import keras

from core.networks.layer_sizes import shift_problem
from core.networks.network import Network
from core.nn.inference.test_time_augmentation import MeanOfViews, WithViews
from core.nn.layers.own_keras import CONTEXT
from core.recipes.fit import Fit
from core.recipes.recipe import RecipeError
from core.settings import SettingError


def build_model(network: Network, input_shape: tuple[int, int, int], fit: Fit | None = None) -> keras.Model:
    """Make the Keras model of a network.

    Args:
        network: the layers.
        input_shape: height, width, channels; the model takes batches of it as numbers 0–255.
        fit: says from which views of an image it predicts; none: from the image alone.

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
            outputs = layer.keras(CONTEXT, outputs)
        except SettingError as error:
            raise RecipeError(str(error)) from error
        except ValueError as error:
            raise RecipeError(
                f"Layer {position} ({type(layer).__name__}) cannot work on what comes before it, {before}. "
                + layer.advice
            ) from error
    return keras.Model(inputs, outputs)


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


def after_features(model: keras.Model) -> keras.Model:
    """Return what a model that begins with a pretrained network, then pools, makes of features, float `(n, d)`.

    It shares its layers, and so its weights, with the model.
    """
    inside = next(place for place, layer in enumerate(model.layers) if isinstance(layer, keras.Model))
    return keras.Model(model.layers[inside + 1].output, model.output)


def all_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Go through the layers of a model, and through those of the models within it."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from all_layers(layer)


def is_convolution(layer: keras.layers.Layer) -> bool:
    """Tell whether a layer of a model slides kernels over an image, as all convolutions of Keras do."""
    return hasattr(layer, "kernel_size")
