"""What layers with a kernel, weights that go over what comes in, have in common."""

from dataclasses import replace
from typing import Any

from core.networks.layers.base import Layer, Penalty
from core.settings import setting

_L1 = "L1 penalty on the kernel weights; drives many of them to 0."
_L2 = "L2 penalty on the kernel weights; keeps them small."
# As Keras has them by itself.
_USUAL = {"strides": 1, "padding": "valid", "activation": "linear", "use_bias": True}


def l1_setting() -> Any:
    """Declare the field `l1`."""
    return setting(0.0, minimum=0.0, maximum=1.0, step=1e-4, help=_L1)


def l2_setting() -> Any:
    """Declare the field `l2`."""
    return setting(0.0, minimum=0.0, maximum=1.0, step=1e-4, help=_L2)


class KernelLayer(Layer):
    """The base of layers with a kernel and an activation; they have the fields `l1` and `l2`, last."""

    activation: str
    l1: float
    l2: float

    def unusual(self) -> dict[str, Any]:
        """Return the named arguments that are not as Keras has them by itself."""
        values = {name: getattr(self, name, usual) for name, usual in _USUAL.items()}
        return {name: value for name, value in values.items() if value != _USUAL[name]}

    def penalty(self) -> dict[str, Any]:
        """Return the argument that says what the kernel pays for its size; nothing where that is nothing."""
        return {"kernel_regularizer": Penalty(self.l1, self.l2)} if self.is_penalised else {}

    def penalties_said(self) -> list[str]:
        """Return what the kernel pays, for a person."""
        return [f"{name} {value:g}" for name, value in (("L1", self.l1), ("L2", self.l2)) if value]

    @property
    def is_penalised(self) -> bool:
        """Whether the kernel pays for its size."""
        return bool(self.l1 or self.l2)

    def with_l2(self, factor: float) -> Layer:
        """Return it with a kernel that pays this times its square."""
        return replace(self, l2=factor)  # type: ignore[call-arg]
