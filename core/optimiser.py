"""Optimisers: what turns gradients into steps."""

from dataclasses import dataclass
from typing import Any, ClassVar

from core.settings import Specification, setting


@dataclass(frozen=True)
class Optimiser(Specification):
    """The base of all optimisers."""


@dataclass(frozen=True)
class Adam(Optimiser):
    """Adam (Kingma and Ba, 2015); the defaults are Keras's."""

    title: ClassVar[str] = "Adam"

    learning_rate: float = setting(0.001, minimum=1e-7, maximum=10.0, step=1e-4, help="The size of a step.")
    beta_1: float = setting(0.9, minimum=0.0, maximum=0.9999, step=0.01)
    beta_2: float = setting(0.999, minimum=0.0, maximum=0.99999, step=0.001)
    epsilon: float = setting(1e-7, minimum=1e-12, maximum=1.0, step=1e-8)


def _momentum(default: float) -> Any:
    return setting(default, minimum=0.0, maximum=0.9999, step=0.01, help="The share of the last step that goes on.")


def _weight_decay() -> Any:
    said = "Each step shrinks the kernels by this times the learning rate."
    return setting(0.004, minimum=0.0, maximum=1.0, step=1e-3, help=said)


@dataclass(frozen=True)
class SGD(Optimiser):
    """Stochastic gradient descent, with momentum if wanted."""

    title: ClassVar[str] = "SGD"

    learning_rate: float = setting(0.01, minimum=1e-7, maximum=10.0, step=1e-3, help="The size of a step.")
    momentum: float = _momentum(0.9)
    nesterov: bool = setting(False, help="Look at the gradient where the momentum leads (Nesterov, 1983).")


@dataclass(frozen=True)
class AdamW(Optimiser):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2019); the defaults are Keras's."""

    title: ClassVar[str] = "AdamW"

    learning_rate: float = setting(0.001, minimum=1e-7, maximum=10.0, step=1e-4, help="The size of a step.")
    weight_decay: float = _weight_decay()
    beta_1: float = setting(0.9, minimum=0.0, maximum=0.9999, step=0.01)
    beta_2: float = setting(0.999, minimum=0.0, maximum=0.99999, step=0.001)
    epsilon: float = setting(1e-7, minimum=1e-12, maximum=1.0, step=1e-8)


@dataclass(frozen=True)
class Muon(Optimiser):
    """Momentum made orthogonal for hidden layers' kernels (Jordan et al., 2024), AdamW for all else.

    Its steps are as large as AdamW's (Liu et al., 2025, arXiv:2502.16982), whose learning rates serve here too.
    """

    title: ClassVar[str] = "Muon"

    learning_rate: float = setting(0.001, minimum=1e-7, maximum=10.0, step=1e-4, help="The size of a step.")
    weight_decay: float = _weight_decay()
    momentum: float = _momentum(0.95)
    ns_steps: int = setting(
        5,
        minimum=1,
        maximum=10,
        step=1,
        help="Newton-Schulz iterations that make a step orthogonal: more come nearer, and take longer.",
    )


OPTIMISERS: dict[str, type[Optimiser]] = {kind.__name__: kind for kind in (Adam, SGD, AdamW, Muon)}
