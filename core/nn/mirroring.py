"""Prediction from a picture and its mirror image: the last layer is given the mean of what is found in both.

As the last layer adds up what it is given, that is the mean of two predictions before softmax: the simplest kind of
test-time augmentation (Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural
Networks", 2012, section 4.1).
"""

from typing import Any

import keras
from keras import ops


class WithMirrorImages(keras.layers.Layer):
    """In prediction, a batch of pictures followed by their mirror images; in training, the batch as it is."""

    def call(self, pictures: Any, training: bool | None = False) -> Any:
        """Return `(2 n, height, width, channels)` of n pictures, or in training the n pictures."""
        return pictures if training else _with_mirror_images(pictures)


class MeanOfBoth(keras.layers.Layer):
    """In prediction, the mean of what was made of pictures and of their mirror images; in training, all as it is."""

    def call(self, features: Any, training: bool | None = False) -> Any:
        """Return `(n, d)` of `(2 n, d)`, or in training what is given."""
        return features if training else _mean_of_both(features)


def _with_mirror_images(pictures: Any) -> Any:
    return ops.concatenate([pictures, ops.flip(pictures, axis=2)], axis=0)


def _mean_of_both(features: Any) -> Any:
    return ops.mean(ops.reshape(features, (2, -1, *features.shape[1:])), axis=0)


def for_prediction(model: keras.Model) -> keras.Model:
    """Return a model that predicts the same by the same weights, without its optimiser and without layers of ours.

    Keras loads what is saved of it anywhere, without Pixelwise.
    """

    def call(layer: keras.layers.Layer, *arguments: Any, **options: Any) -> Any:
        match layer:
            case WithMirrorImages():
                return _with_mirror_images(*arguments)
            case MeanOfBoth():
                return _mean_of_both(*arguments)
        return layer(*arguments, **options)

    uncompiled = keras.Model(model.input, model.output)
    if not any(isinstance(layer, WithMirrorImages) for layer in model.layers):
        return uncompiled
    return keras.models.clone_model(uncompiled, clone_function=lambda layer: layer, call_function=call)
