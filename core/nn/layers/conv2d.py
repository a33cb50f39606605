"""Convolutions on few places, such as 4×4, that learn faster on a processor than Keras's own."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

# Rows and columns up to which the gradient below is the faster one.
_FEW = 8
_Gradients = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


class Conv2D(keras.layers.Conv2D):
    """Keras's convolution, whose kernel's gradient is itself computed as a convolution where that is faster.

    TensorFlow's own kernel for that gradient is slow on a processor where 16 bits are computed with and the image has
    come down to a few places; `bench.layers` prints what a network gains. The result is the same but for rounding.
    Saved models hold Keras's own layer.
    """

    __module__ = "keras.layers"  # By this and the class's name a saved model says what to make when it is loaded.

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """Return the convolution of `(n, height, width, channels)` with a kernel of two more axes."""
        if isinstance(inputs, keras.KerasTensor) or not self._is_small(inputs):
            return super().convolution_op(inputs, kernel)
        return _convolved(inputs, tf.cast(kernel, inputs.dtype))

    def _is_small(self, inputs: tf.Tensor) -> bool:
        return (
            inputs.dtype == "bfloat16"
            and max(inputs.shape[1:3]) <= _FEW
            and self.padding == "same"
            and self.strides == (1, 1)
            and self.kernel_size[0] % 2 == 1 < self.kernel_size[0]
            and not tf.config.list_physical_devices("GPU")
        )


def _with_gradients(inputs: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, _Gradients]:
    """Return the convolution with a square kernel of an odd side, as large as the inputs, and its gradients."""

    def gradients(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        by_inputs = tf.raw_ops.Conv2DBackpropInput(
            input_sizes=tf.shape(inputs), filter=kernel, out_backprop=upstream, strides=[1, 1, 1, 1], padding="SAME"
        )
        # Channels take the place of images, and images that of channels: then the sum over images and places
        # that the kernel's gradient is, is a convolution by the upstream gradient.
        around = kernel.shape[0] // 2
        turned = tf.pad(tf.transpose(inputs, [3, 1, 2, 0]), [[0, 0], [around, around], [around, around], [0, 0]])
        by_kernel = tf.nn.conv2d(turned, tf.transpose(upstream, [1, 2, 0, 3]), 1, "VALID")
        return by_inputs, tf.transpose(by_kernel, [1, 2, 0, 3])

    return tf.nn.conv2d(inputs, kernel, 1, "SAME"), gradients


_convolved = tf.custom_gradient(_with_gradients)
