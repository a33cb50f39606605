"""RMSprop: steps divided by how large the gradients of a weight have been of late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from core.recipes.optimisers.base import Optimiser, momentum_setting, rate_setting
from core.settings import setting


@dataclass(frozen=True)
class RMSprop(Optimiser):
    """RMSprop (Hinton, Srivastava and Swersky, 2012); the defaults are Keras's."""

    title: ClassVar[str] = "RMSprop"
    sentence: ClassVar[str] = "steps of its own size for each weight, as Adam's but without momentum by itself."

    learning_rate: float = rate_setting(0.001, 1e-4)
    rho: float = setting(0.9, minimum=0.0, maximum=0.9999, step=0.01, help="How slowly the mean of squares follows.")
    momentum: float = momentum_setting(0.0)
    epsilon: float = setting(1e-7, minimum=1e-12, maximum=1.0, step=1e-8)
    centered: bool = setting(False, help="Divide by the deviation of the gradients, not by their size.")

    def arguments(self) -> Sequence[Mapping[str, Any]]:
        """Return how slowly the mean follows, then the rest."""
        return (
            {"rho": self.rho, "momentum": self.momentum},
            {"epsilon": self.epsilon, "centered": self.centered},
        )
