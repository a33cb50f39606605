"""How the learning rate changes while a network trains: factors on the optimiser's own rate."""

import math
from dataclasses import dataclass
from typing import ClassVar

from core.settings import Specification, setting

_WARM_UP = "The share of the training in which the rate rises."


@dataclass(frozen=True)
class Schedule(Specification):
    """The base of all schedules."""

    def factor(self, done: float, epochs: int) -> float:
        """Return what the optimiser's learning rate is multiplied by.

        Args:
            done: epochs done so far, with the fraction of the one that runs, 0–`epochs`.
            epochs: how many there will be, 1 or more.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Schedule):
    """The same rate from start to end."""

    title: ClassVar[str] = "Constant"

    def factor(self, done: float, epochs: int) -> float:  # noqa: ARG002 as all schedules are called
        """Return 1."""
        return 1.0


@dataclass(frozen=True)
class StepDecay(Schedule):
    """The rate falls at once, each so many epochs."""

    title: ClassVar[str] = "Steps"

    every: int = setting(10, minimum=1, maximum=1000, step=1, unit="epochs", help="How many epochs a step lasts.")
    drop: float = setting(0.5, minimum=0.01, maximum=1.0, step=0.05, help="What the rate is multiplied by after each.")

    def factor(self, done: float, epochs: int) -> float:  # noqa: ARG002 as all schedules are called
        """Return `drop` to the power of the whole steps done."""
        return self.drop ** int(done / self.every)


@dataclass(frozen=True)
class Cosine(Schedule):
    """After a linear warm-up, the rate falls along half a cosine (Loshchilov and Hutter, 2017)."""

    title: ClassVar[str] = "Cosine"

    warm_up: float = setting(0.0, minimum=0.0, maximum=0.9, step=0.05, help=_WARM_UP)
    final: float = setting(0.0, minimum=0.0, maximum=1.0, step=0.01, help="The share of the rate at the end.")

    def factor(self, done: float, epochs: int) -> float:
        """Return 0–1: linear to 1 at the end of the warm-up, then half a cosine to `final`."""
        share = done / epochs
        if share < self.warm_up:
            return share / self.warm_up
        return _half_cosine(1.0, self.final, (share - self.warm_up) / (1 - self.warm_up))


@dataclass(frozen=True)
class OneCycle(Schedule):
    """One rise to the optimiser's rate and one long fall to almost nothing (Smith and Topin, 2018)."""

    title: ClassVar[str] = "One cycle"

    warm_up: float = setting(0.3, minimum=0.01, maximum=0.9, step=0.05, help=_WARM_UP)
    initial: float = setting(0.04, minimum=0.0, maximum=1.0, step=0.01, help="The share of the rate at the start.")
    final: float = setting(0.0001, minimum=0.0, maximum=1.0, step=0.01, help="The share of the rate at the end.")

    def factor(self, done: float, epochs: int) -> float:
        """Return 0–1: half a cosine from `initial` up to 1, then one down to `final`."""
        share = done / epochs
        if share < self.warm_up:
            return _half_cosine(self.initial, 1.0, share / self.warm_up)
        return _half_cosine(1.0, self.final, (share - self.warm_up) / (1 - self.warm_up))


SCHEDULES: dict[str, type[Schedule]] = {kind.__name__: kind for kind in (Constant, StepDecay, Cosine, OneCycle)}


def _half_cosine(first: float, last: float, share: float) -> float:
    """Return the value after a share, 0–1, of the way from `first` to `last` along half a cosine."""
    return last + (first - last) * (1 + math.cos(math.pi * min(share, 1.0))) / 2
