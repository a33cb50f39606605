"""The network of a script: Keras layers, one line each."""

from core.networks.layers import LAYERS
from core.networks.network import Network
from core.recipes.fit import Fit


def _views_code(fit: Fit) -> str:
    """Return the layers that give a network several views of an image, and `for_prediction`, without them."""
    lines = ["    views = [images]"]
    if fit.shifted:
        around = (fit.shifted, fit.shifted)
        lines += [
            "    height, width = images.shape[1:3]",
            f'    padded = keras.ops.pad(images, ((0, 0), {around}, {around}, (0, 0)), mode="reflect")',
            "    views += [padded[:, :height, :width], padded[:, -height:, -width:]]",
        ]
    if fit.mirrored:
        lines.append("    views += [keras.ops.flip(view, axis=2) for view in views]")
    return _VIEWS.format(lines="\n".join(lines), count=fit.views)


# Saved, it must not need the script: the layers of the script's own become what they do.
_VIEWS = '''\
def with_views(images):
    """Return the images, then as many of each other view."""
{lines}
    return keras.ops.concatenate(views, axis=0)


def mean_of_views(features):
    return keras.ops.mean(keras.ops.reshape(features, ({count}, -1, *features.shape[1:])), axis=0)


class WithViews(layers.Layer):
    """In prediction, a batch of images followed by other views of them; in training, the batch as it is."""

    def call(self, images, training=False):
        return images if training else with_views(images)


class MeanOfViews(layers.Layer):
    """In prediction, the mean of what was made of the views of each image."""

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
        fit: says with how many bits most of the network computes, and from which views of an image it predicts; if
            there are several, there is `for_prediction(network)` too.
    """
    in_order = sorted(network.layers, key=lambda layer: list(LAYERS).index(type(layer).__name__))
    functions = "".join(dict.fromkeys(layer.functions_code() for layer in in_order))
    applied = [layer.code(mixed=fit.precision != "float32") for layer in network.layers]
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
