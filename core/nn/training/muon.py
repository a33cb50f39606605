"""The optimiser Muon, for the kernels of convolutions too."""

import math
from typing import Any

import keras
from keras import ops


class Muon(keras.optimizers.Muon):
    """Keras's Muon with the kernel of a convolution as a matrix `(height · width · channels in, channels out)`.

    So its author trains CIFAR-10 networks (Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024,
    arXiv:2404.00498, and its later `airbench94_muon`). Keras 3.15 by itself takes only dense layers for matrices and
    leaves convolutions to AdamW. Depthwise kernels, with one channel out, stay with AdamW here as well.
    """

    def _should_use_adamw(self, variable: Any) -> bool:
        is_convolution = len(variable.shape) == 4 and variable.shape[-1] > 1
        return not is_convolution and super()._should_use_adamw(variable)

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
        """Return the orthogonal matrix next to x, roughly, in x's shape; computed as the network computes."""
        matrix = ops.cast(ops.reshape(x, (-1, x.shape[-1])), keras.config.dtype_policy().compute_dtype)
        return ops.cast(ops.reshape(super().zeropower_via_newtonschulz5(matrix, steps), x.shape), x.dtype)

    def lr_adjust(self, x: Any) -> Any:
        """Return a step as large, by root mean square, as AdamW's are (Liu et al., 2025, arXiv:2502.16982)."""
        return x * math.sqrt(max(math.prod(x.shape[:-1]), x.shape[-1])) * self.rms_rate
