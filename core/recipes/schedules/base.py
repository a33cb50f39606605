"""What every schedule answers about itself; a new one changes what differs, and has a line in the registry."""

from dataclasses import dataclass
from typing import ClassVar

from core.settings import Specification


@dataclass(frozen=True)
class Schedule(Specification):
    """The base of all schedules: how the learning rate changes while a network trains, by factors on it."""

    # What it does and when to take it, after its title.
    sentence: ClassVar[str] = ""
    # What the rate does, for the script: "it …".
    does: ClassVar[str] = ""
    # Whether the rate stays as it is throughout.
    stays: ClassVar[bool] = False
    # A function of the script that its code calls, with two empty lines after it.
    function_code: ClassVar[str] = ""

    def factor(self, done: float, epochs: int) -> float:
        """Return what the optimiser's learning rate is multiplied by.

        Args:
            done: epochs done so far, with the fraction of the one that runs, 0–`epochs`.
            epochs: how many there will be, 1 or more.
        """
        raise NotImplementedError

    def code(self) -> list[str]:
        """Return the lines of a script's function that returns `factor`, of `done` and `EPOCHS`."""
        raise NotImplementedError
