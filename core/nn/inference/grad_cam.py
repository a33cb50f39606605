"""The inside of a network: the features before its last layer, and which places of an image speak for a class."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from core.evaluation.explaining.heat import GRAD_CAM, SALIENCY, HeatMaps
from core.nn.layers.build import is_convolution

# A convolution with fewer rows or columns of places tells nothing about where.
_FEWEST_PLACES = 2


class Probe:
    """A network whose last layer is dense, with what happens before that layer to look at."""

    def __init__(self, model: keras.Model) -> None:
        """Look into `model`, whose layers are used as they are.

        Raises:
            ValueError: its last layer is not dense.
        """
        if isinstance(model, keras.Sequential):
            model = keras.Model(model.inputs[0], model.outputs[0])
        self._head = model.layers[-1]
        if not isinstance(self._head, keras.layers.Dense):
            raise ValueError(f"the last layer is a {type(self._head).__name__}, not dense")
        self._inside = _inside(model, self._head)
        # A graph keeps no layer's output longer than the next ones need it.
        self._features = tf.function(lambda images: self._inside(images, training=False)["features"])

    def features(self, images: np.ndarray) -> np.ndarray:
        """Return what the last layer is given, float32 `(n, d)`, of uint8 `(n, height, width, channels)`."""
        return np.asarray(tf.cast(self._features(tf.constant(images)), tf.float32))

    def heat_maps(self, image: np.ndarray, classes: Sequence[int]) -> HeatMaps:
        """Return how much each place of an image speaks for each of some classes.

        Grad-CAM (Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization",
        ICCV 2017): the activations of the last convolution, each channel weighted by the mean gradient of the class's
        score, before softmax, with respect to it; what is below 0 is cut off. A network without convolution gets
        |gradient × input| of each pixel instead (Shrikumar et al., "Not Just a Black Box", 2016).

        Args:
            image: uint8 `(height, width, channels)`, after the run's own preprocessing.
            classes: at least one.
        """
        batch = tf.cast(tf.repeat(image[np.newaxis], len(classes), axis=0), tf.float32)
        with tf.GradientTape() as tape:
            # Watched, for the weights of a frozen network are not.
            tape.watch(batch)
            found = self._inside(batch, training=False)
            scores = tf.cast(found["features"], tf.float32) @ self._head.kernel + self._head.bias
            chosen = tf.gather(scores, tf.constant(classes), axis=1, batch_dims=1)
        places = found.get("activations", batch)
        gradients = tf.cast(tape.gradient(chosen, places), tf.float32)
        places = tf.cast(places, tf.float32)
        if "activations" in found:
            # Of a network with several views of an image, the first are those of the image itself.
            gradients, places = gradients[: len(classes)], places[: len(classes)]
            weights = tf.reduce_mean(gradients, axis=(1, 2), keepdims=True)
            return HeatMaps(GRAD_CAM, tf.nn.relu(tf.reduce_sum(weights * places, axis=3)).numpy())
        return HeatMaps(SALIENCY, tf.abs(tf.reduce_sum(gradients * places, axis=3)).numpy())


def _inside(model: keras.Model, head: keras.layers.Layer | None) -> keras.Model:
    """Return the same network with other outputs.

    Args:
        model: functional, perhaps with others in it.
        head: the layer whose input is wanted; `None`: the model's own output is.

    Returns:
        A model that gives `features`, which is that, and `activations`, those of the last convolution, if there is one.
    """
    target = _last_places(model)
    inner = _inside(target, None) if isinstance(target, keras.Model) else None
    kept = {}

    def call(layer: keras.layers.Layer, *arguments: keras.KerasTensor, **options: object) -> keras.KerasTensor:
        if layer is head:
            kept["features"] = arguments[0]
        if inner is not None and layer is target:
            found = inner(*arguments)
            kept["activations"] = found["activations"]
            return found["features"]
        given = layer(*arguments, **options)
        if layer is target:
            kept["activations"] = given
        return given

    copy = keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)
    return keras.Model(copy.inputs[0], {"features": copy.outputs[0], **kept})


def _last_places(model: keras.Model) -> keras.layers.Layer | None:
    """Return the layer whose output shows what the last convolution found, and where: itself, or what follows it.

    What follows is batch normalisation, an activation or the end of a residual block, of the same rows and columns. A
    network within the network that has a convolution is returned itself.
    """
    for position, layer in reversed(list(enumerate(model.layers))):
        if isinstance(layer, keras.Model):
            if _last_places(layer) is not None:
                return layer
        elif is_convolution(layer):
            size = _places(layer)
            if min(size) >= _FEWEST_PLACES:
                return next(each for each in reversed(model.layers[position:]) if _places(each) == size)
    return None


def _places(layer: keras.layers.Layer) -> tuple[int, ...]:
    """Return the rows and columns of a layer's output; none where it keeps no places apart."""
    return tuple(layer.output.shape[1:-1])
