"""A rate that stays."""

from dataclasses import dataclass
from typing import ClassVar

from core.recipes.schedules.base import Schedule


@dataclass(frozen=True)
class Constant(Schedule):
    """The same rate from start to end."""

    title: ClassVar[str] = "Constant"
    sentence: ClassVar[str] = "the same learning rate throughout."
    does: ClassVar[str] = "stays"
    stays: ClassVar[bool] = True

    def factor(self, done: float, epochs: int) -> float:  # noqa: ARG002 as all schedules are called
        """Return 1."""
        return 1.0

    def code(self) -> list[str]:
        """Return the same."""
        return ["return 1.0"]
