"""What a run is made under beyond its recipe: what a sweep asks of its trials."""

from dataclasses import dataclass
from typing import Annotated

from core.storage.checked import Between

FILE = "terms.json"


@dataclass(frozen=True)
class Terms:
    """What `terms.json` says; a run without it is under none.

    Attributes:
        together: how many runs may train at once while this one does. Its share of the processor's cores follows from
            that, for good: with another number of threads, sums are added up in another order.
        test: whether the test images are measured at the end. Of a trial they are not, so that whoever chooses among
            trials cannot choose by them.
    """

    together: Annotated[int, Between(1, 64)] = 1
    test: bool = True

    def threads(self, cores: int) -> int:
        """Return how many threads it computes with on so many cores."""
        return max(1, cores // self.together)
