"""Adam and its kin: a step of its own size for each weight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from core.recipes.optimisers.base import Optimiser, decay_setting, rate_setting
from core.settings import setting


class _Moments(Optimiser):
    """The base of optimisers with moving means of gradients and of their squares."""

    beta_1: float
    beta_2: float
    epsilon: float

    def arguments(self) -> Sequence[Mapping[str, Any]]:
        """Return how slowly the means follow."""
        return ({"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon},)

    def moments(self) -> tuple[float, float, float] | None:
        """Return them."""
        return self.beta_1, self.beta_2, self.epsilon


@dataclass(frozen=True)
class Adam(_Moments):
    """Adam (Kingma and Ba, 2015); the defaults are Keras's."""

    title: ClassVar[str] = "Adam"
    sentence: ClassVar[str] = "adapts the step size of each weight; a good first choice."

    learning_rate: float = rate_setting(0.001, 1e-4)
    beta_1: float = setting(0.9, minimum=0.0, maximum=0.9999, step=0.01)
    beta_2: float = setting(0.999, minimum=0.0, maximum=0.99999, step=0.001)
    epsilon: float = setting(1e-7, minimum=1e-12, maximum=1.0, step=1e-8)


@dataclass(frozen=True)
class AdamW(_Moments):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2019); the defaults are Keras's."""

    title: ClassVar[str] = "AdamW"
    sentence: ClassVar[str] = "Adam with weight decay, which reduces overfitting."
    decays: ClassVar[bool] = True

    learning_rate: float = rate_setting(0.001, 1e-4)
    weight_decay: float = decay_setting()
    beta_1: float = setting(0.9, minimum=0.0, maximum=0.9999, step=0.01)
    beta_2: float = setting(0.999, minimum=0.0, maximum=0.99999, step=0.001)
    epsilon: float = setting(1e-7, minimum=1e-12, maximum=1.0, step=1e-8)

    def arguments(self) -> Sequence[Mapping[str, Any]]:
        """Return the decay, then what Adam has."""
        return ({"weight_decay": self.weight_decay}, *super().arguments())
