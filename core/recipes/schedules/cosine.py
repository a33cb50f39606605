"""Rates along half a cosine."""

import math
from dataclasses import dataclass
from typing import ClassVar

from core.recipes.schedules.base import Schedule
from core.settings import setting

_WARM_UP = "Fraction of training spent warming up."


class _Cosine(Schedule):
    """The base of schedules that fall along half a cosine after a warm-up."""

    function_code: ClassVar[str] = '''\
def half_cosine(first, last, share):
    """Return the value after a share, 0–1, of the way from first to last along half a cosine."""
    return last + (first - last) * (1 + math.cos(math.pi * min(share, 1.0))) / 2


'''
    warm_up: float
    final: float

    def rise(self, share: float) -> float:
        """Return the factor after a share of the training within the warm-up."""
        raise NotImplementedError

    def rise_code(self) -> str:
        """Return the expression for `rise`, of `share`."""
        raise NotImplementedError

    def factor(self, done: float, epochs: int) -> float:
        """Return 0–1: up to 1 at the end of the warm-up, then half a cosine to `final`."""
        share = done / epochs
        if share < self.warm_up:
            return self.rise(share)
        return half_cosine(1.0, self.final, (share - self.warm_up) / (1 - self.warm_up))

    def code(self) -> list[str]:
        """Return the same."""
        rises = [f"if share < {self.warm_up!r}:", f"    return {self.rise_code()}"]
        return [
            "share = done / EPOCHS",
            *(rises if self.warm_up else []),
            f"return half_cosine(1.0, {self.final!r}, (share - {self.warm_up!r}) / (1 - {self.warm_up!r}))",
        ]


@dataclass(frozen=True)
class Cosine(_Cosine):
    """After a linear warm-up, the rate falls along half a cosine (Loshchilov and Hutter, 2017)."""

    title: ClassVar[str] = "Cosine"
    sentence: ClassVar[str] = "lowers the learning rate smoothly, so the last epochs settle."
    does: ClassVar[str] = "falls along half a cosine"

    warm_up: float = setting(0.0, minimum=0.0, maximum=0.9, step=0.05, help=_WARM_UP)
    final: float = setting(
        0.0, minimum=0.0, maximum=1.0, step=0.01, help="Final learning rate, as a fraction of the peak."
    )

    def rise(self, share: float) -> float:
        """Return a straight line up to 1."""
        return share / self.warm_up

    def rise_code(self) -> str:
        """Return the same."""
        return f"share / {self.warm_up!r}"


@dataclass(frozen=True)
class OneCycle(_Cosine):
    """One rise to the optimiser's rate and one long fall to almost nothing (Smith and Topin, 2018)."""

    title: ClassVar[str] = "One cycle"
    sentence: ClassVar[str] = "warms up, then decays to almost zero; often the fastest way to a good network."
    does: ClassVar[str] = "rises, then falls to almost nothing"

    warm_up: float = setting(0.3, minimum=0.01, maximum=0.9, step=0.05, help=_WARM_UP)
    initial: float = setting(0.04, minimum=0.0, maximum=1.0, step=0.01, help="The share of the rate at the start.")
    final: float = setting(
        0.0001, minimum=0.0, maximum=1.0, step=0.01, help="Final learning rate, as a fraction of the peak."
    )

    def rise(self, share: float) -> float:
        """Return half a cosine from `initial` up to 1."""
        return half_cosine(self.initial, 1.0, share / self.warm_up)

    def rise_code(self) -> str:
        """Return the same."""
        return f"half_cosine({self.initial!r}, 1.0, share / {self.warm_up!r})"


def half_cosine(first: float, last: float, share: float) -> float:
    """Return the value after a share, 0–1, of the way from `first` to `last` along half a cosine."""
    return last + (first - last) * (1 + math.cos(math.pi * min(share, 1.0))) / 2
