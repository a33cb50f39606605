"""Plain steps along the gradient, with momentum if wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from core.recipes.optimisers.base import Optimiser, momentum_setting, rate_setting
from core.settings import setting


@dataclass(frozen=True)
class SGD(Optimiser):
    """Stochastic gradient descent, with momentum if wanted."""

    title: ClassVar[str] = "SGD"
    sentence: ClassVar[str] = "plain gradient steps; harder to tune, often slightly better in the end."

    learning_rate: float = rate_setting(0.01, 1e-3)
    momentum: float = momentum_setting(0.9)
    nesterov: bool = setting(False, help="Evaluate the gradient at the look-ahead point (Nesterov, 1983).")

    def arguments(self) -> Sequence[Mapping[str, Any]]:
        """Return the momentum, and how it is taken."""
        return ({"momentum": self.momentum, "nesterov": self.nesterov},)
