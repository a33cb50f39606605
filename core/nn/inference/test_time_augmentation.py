"""Prediction from several views of an image: the last layer is given the mean of what is found in them.

As the last layer adds up what it is given, that is the mean of their predictions before softmax: test-time
augmentation. The mirror image is that of Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep
Convolutional Neural Networks", 2012, section 4.1; the images moved along a diagonal are those of Jordan, "94% on
CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, who weights the image itself twice as much.
"""

from typing import Any

import keras
from keras import ops

from core.recipes.fit import Fit


class WithViews(keras.layers.Layer):
    """In prediction, a batch of images followed by other views of them; in training, the batch as it is."""

    def __init__(self, fit: Fit) -> None:
        """Give an image the views that a recipe's fit asks for."""
        super().__init__()
        self._mirrored, self._shift, self.count = fit.mirrored, fit.shifted, fit.views

    def call(self, images: Any, training: bool | None = False) -> Any:
        """Return `(count · n, height, width, channels)` of n images, or in training the n images."""
        return images if training else self.views(images)

    def views(self, images: Any) -> Any:
        """Return the n images, then as many of each other view."""
        views = [images]
        if self._shift:
            height, width = images.shape[1:3]
            around = (self._shift, self._shift)
            padded = ops.pad(images, ((0, 0), around, around, (0, 0)), mode="reflect")
            views += [padded[:, :height, :width], padded[:, -height:, -width:]]
        if self._mirrored:
            views += [ops.flip(view, axis=2) for view in views]
        return ops.concatenate(views, axis=0)


class MeanOfViews(keras.layers.Layer):
    """In prediction, the mean of what was made of the views of each image; in training, all as it is."""

    def __init__(self, count: int) -> None:
        """Take so many views of each image."""
        super().__init__()
        self._count = count

    def call(self, features: Any, training: bool | None = False) -> Any:
        """Return `(n, …)` of `(count · n, …)`, or in training what is given."""
        return features if training else self.mean(features)

    def mean(self, features: Any) -> Any:
        """Return the mean over the views."""
        return ops.mean(ops.reshape(features, (self._count, -1, *features.shape[1:])), axis=0)


def for_prediction(model: keras.Model) -> keras.Model:
    """Return a model that predicts the same by the same weights, without its optimiser and without layers of ours.

    Keras loads what is saved of it anywhere, without Pixelwise.
    """

    def call(layer: keras.layers.Layer, *arguments: Any, **options: Any) -> Any:
        match layer:
            case WithViews():
                return layer.views(*arguments)
            case MeanOfViews():
                return layer.mean(*arguments)
        return layer(*arguments, **options)

    uncompiled = keras.Model(model.input, model.output)
    if views_of(model) == 1:
        return uncompiled
    return keras.models.clone_model(uncompiled, clone_function=lambda layer: layer, call_function=call)


def views_of(model: keras.Model) -> int:
    """Return how many views of an image a model predicts from while it trains."""
    return next((layer.count for layer in model.layers if isinstance(layer, WithViews)), 1)
