"""A rate that falls in steps."""

from dataclasses import dataclass
from typing import ClassVar

from core.recipes.schedules.base import Schedule
from core.settings import setting


@dataclass(frozen=True)
class StepDecay(Schedule):
    """The rate falls at once, each so many epochs."""

    title: ClassVar[str] = "Steps"
    sentence: ClassVar[str] = "lowers the learning rate by a factor every few epochs."
    does: ClassVar[str] = "falls in steps"

    every: int = setting(10, minimum=1, maximum=1000, step=1, unit="epochs", help="Epochs between drops.")
    drop: float = setting(0.5, minimum=0.01, maximum=1.0, step=0.05, help="Factor applied at each drop.")

    def factor(self, done: float, epochs: int) -> float:  # noqa: ARG002 as all schedules are called
        """Return `drop` to the power of the whole steps done."""
        return self.drop ** int(done / self.every)

    def code(self) -> list[str]:
        """Return the same."""
        return [f"return {self.drop!r} ** int(done / {self.every})"]
