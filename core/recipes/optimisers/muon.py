"""Muon: steps that turn every direction of a kernel alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from core.recipes.optimisers.base import Optimiser, decay_setting, momentum_setting, rate_setting
from core.settings import setting


@dataclass(frozen=True)
class Muon(Optimiser):
    """Momentum made orthogonal for hidden layers' kernels (Jordan et al., 2024), AdamW for all else.

    Its steps are as large as AdamW's (Liu et al., 2025, arXiv:2502.16982), whose learning rates serve here too.
    """

    title: ClassVar[str] = "Muon"
    sentence: ClassVar[str] = "momentum with orthogonalized updates; learns a lot in few epochs."
    decays: ClassVar[bool] = True
    class_code: ClassVar[str] = '''\
class Muon(keras.optimizers.Muon):
    """Keras's Muon with the kernel of a convolution as a matrix: all that goes in by all that comes out."""

    def _should_use_adamw(self, variable):
        is_convolution = len(variable.shape) == 4 and variable.shape[-1] > 1
        return not is_convolution and super()._should_use_adamw(variable)

    def zeropower_via_newtonschulz5(self, x, steps):
        kind = keras.config.dtype_policy().compute_dtype
        matrix = keras.ops.cast(keras.ops.reshape(x, (-1, x.shape[-1])), kind)
        orthogonal = super().zeropower_via_newtonschulz5(matrix, steps)
        return keras.ops.cast(keras.ops.reshape(orthogonal, x.shape), x.dtype)

    def lr_adjust(self, x):
        return x * math.sqrt(max(math.prod(x.shape[:-1]), x.shape[-1])) * self.rms_rate'''

    learning_rate: float = rate_setting(0.001, 1e-4)
    weight_decay: float = decay_setting()
    momentum: float = momentum_setting(0.95)
    ns_steps: int = setting(
        5,
        minimum=1,
        maximum=10,
        step=1,
        help="Newton–Schulz iterations used to orthogonalize the update. More is more exact but slower.",
    )

    def arguments(self) -> Sequence[Mapping[str, Any]]:
        """Return the decay, which AdamW's part has too, and the momentum."""
        return (
            {"weight_decay": self.weight_decay, "adam_weight_decay": self.weight_decay},
            {"momentum": self.momentum, "ns_steps": self.ns_steps},
        )

    def last_layer(self, name: str) -> Mapping[str, Sequence[str]]:
        """Return the pattern of the last layer's weights, which are AdamW's."""
        return {"exclude_layers": [f"^{name}/"]}
