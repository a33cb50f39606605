"""The network of a script: Keras layers, one line each."""

from collections.abc import Iterator
from dataclasses import fields

from core.network import (
    Activation,
    AveragePool2D,
    Conv2D,
    Dense,
    Layer,
    MaxPool2D,
    Network,
    Normalization,
    Pretrained,
    Rescaling,
    ResidualBlock,
)
from core.recipe import Fit

_NAMES = {MaxPool2D: "MaxPooling2D", AveragePool2D: "AveragePooling2D"}
# Those of `keras.applications` that want −1 to 1; the others scale values 0–255 themselves.
_SCALED = ("MobileNetV2", "ResNet50V2")

_RESIDUAL = '''\
def residual_block(tensor, filters, strides, activation):
    """Return two convolutions of a tensor, added to the tensor itself (He et al., 2016)."""

    def convolved(tensor, kernel_size, strides):
        convolution = layers.Conv2D(filters, kernel_size, strides, padding="same", use_bias=False)
        return layers.BatchNormalization()(convolution(tensor))

    changed = layers.Activation(activation)(convolved(tensor, 3, strides))
    changed = convolved(changed, 3, 1)
    # Where the shape changes, the tensor itself is brought to it by a convolution of single pixels.
    shortcut = tensor if changed.shape == tensor.shape else convolved(tensor, 1, strides)
    return layers.Activation(activation)(layers.Add()([changed, shortcut]))


'''
_PRETRAINED = '''\
def pretrained(tensor, application, trainable, scaled):
    """Return what a network trained on ImageNet, without its last layer, sees in pictures."""
    if tensor.shape[-1] == 1:
        tensor = layers.Concatenate()([tensor] * 3)
    network = application(include_top=False, weights="imagenet", input_shape=tensor.shape[1:])
    for layer in network.layers:
        # Small batches would spoil the statistics of batch normalisation.
        layer.trainable = trainable and not isinstance(layer, layers.BatchNormalization)
    if scaled:
        tensor = layers.Rescaling(1 / 127.5, -1.0)(tensor)
    return network(tensor)


'''


def _views_code(fit: Fit) -> str:
    """Return the layers that give a network several views of a picture, and `for_prediction`, without them."""
    lines = ["    views = [pictures]"]
    if fit.shifted:
        around = (fit.shifted, fit.shifted)
        lines += [
            "    height, width = pictures.shape[1:3]",
            f'    padded = keras.ops.pad(pictures, ((0, 0), {around}, {around}, (0, 0)), mode="reflect")',
            "    views += [padded[:, :height, :width], padded[:, -height:, -width:]]",
        ]
    if fit.mirrored:
        lines.append("    views += [keras.ops.flip(view, axis=2) for view in views]")
    return _VIEWS.format(lines="\n".join(lines), count=fit.views)


# Saved, it must not need the script: the layers of the script's own become what they do.
_VIEWS = '''\
def with_views(pictures):
    """Return the pictures, then as many of each other view."""
{lines}
    return keras.ops.concatenate(views, axis=0)


def mean_of_views(features):
    return keras.ops.mean(keras.ops.reshape(features, ({count}, -1, *features.shape[1:])), axis=0)


class WithViews(layers.Layer):
    """In prediction, a batch of pictures followed by other views of them; in training, the batch as it is."""

    def call(self, pictures, training=False):
        return pictures if training else with_views(pictures)


class MeanOfViews(layers.Layer):
    """In prediction, the mean of what was made of the views of each picture."""

    def call(self, features, training=False):
        return features if training else mean_of_views(features)


def for_prediction(network):
    """Return a network that predicts the same by the same weights, for Keras to load without this script."""
    own = {{WithViews: with_views, MeanOfViews: mean_of_views}}

    def call(layer, *given, **options):
        return own[type(layer)](*given) if type(layer) in own else layer(*given, **options)

    uncompiled = keras.Model(network.inputs, network.outputs)
    return keras.models.clone_model(uncompiled, clone_function=lambda layer: layer, call_function=call)


'''


def network_code(network: Network, shape: tuple[int, int, int], fit: Fit) -> str:
    """Return the function `build_network()`, and what it needs: `keras`, and `keras.layers` as `layers`.

    Args:
        network: the layers.
        shape: height, width and channels of what goes in.
        fit: says with how many bits most of the network computes, and from which views of a picture it predicts; if
            there are several, there is `for_prediction(network)` too.
    """
    kinds = {type(layer) for layer in network.layers}
    functions = (_RESIDUAL if ResidualBlock in kinds else "") + (_PRETRAINED if Pretrained in kinds else "")
    applied = [_applied(layer, fit.precision != "float32") for layer in network.layers]
    if fit.views > 1:
        applied = ["WithViews()(tensor)", *applied[:-1], "MeanOfViews()(tensor)", applied[-1]]
    lines = [f"    tensor = {each}" for each in applied]
    return (
        functions
        + (_views_code(fit) if fit.views > 1 else "")
        + '''\
def build_network():
    """Return the network, its weights drawn with the seed."""
'''
        + f"    inputs = tensor = keras.Input({shape})\n"
        + "\n".join(lines)
        + "\n    return keras.Model(inputs, tensor)"
    )


def _applied(layer: Layer, mixed: bool) -> str:
    """Return the layer applied to `tensor`."""
    match layer:
        case ResidualBlock():
            return f'residual_block(tensor, {layer.filters}, {layer.strides}, "{layer.activation}")'
        case Pretrained():
            application = f"keras.applications.{layer.application}"
            return f"pretrained(tensor, {application}, {layer.trainable}, scaled={layer.application in _SCALED})"
    name = _NAMES.get(type(layer), type(layer).__name__)
    return f"layers.{name}({', '.join(_arguments(layer, mixed))})(tensor)"


def _arguments(layer: Layer, mixed: bool) -> Iterator[str]:
    match layer:
        case Rescaling():
            yield (
                "1 / 255" if layer.scale == 1 / 255 else "1 / 127.5" if layer.scale == 1 / 127.5 else repr(layer.scale)
            )
            if layer.offset:
                yield repr(layer.offset)
        case Normalization():
            yield f"mean={layer.mean}, variance={layer.variance}"
        case Activation():
            yield f'"{layer.function}"'
        case Conv2D() | Dense():
            yield f"{layer.filters}, {layer.kernel_size}" if isinstance(layer, Conv2D) else str(layer.units)
            yield from _given(layer, ("strides", "padding", "activation", "use_bias"))
            if layer.l1 or layer.l2:
                yield f"kernel_regularizer=keras.regularizers.L1L2({layer.l1!r}, {layer.l2!r})"
            if mixed and layer.activation == "softmax":
                yield 'dtype="float32"'
        case _:
            for each in fields(layer):
                value = getattr(layer, each.name)
                yield f"{each.name}={value!r}" if each.name == "momentum" else repr(value)


def _given(layer: Conv2D | Dense, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the arguments that are not as Keras has them by itself."""
    usual = {"strides": 1, "padding": "valid", "activation": "linear", "use_bias": True}
    for name in names:
        value = getattr(layer, name, usual[name])
        if value != usual[name]:
            yield f'{name}="{value}"' if isinstance(value, str) else f"{name}={value!r}"
