"""What stands in the address of the Runs page."""

from collections.abc import Iterator

from core.evaluation.predictions import PARTS
from core.runs import comparison
from pages.common.address import AddressError, Parameter, one_of
from pages.runs.pair import PART

CHOSEN = "runs_chosen"


def parameters() -> Iterator[Parameter]:
    """Yield all parameters."""
    known = {row.name for row in comparison.rows()}
    if not known:
        return

    # What is not here is left out as the page chooses, so that it never begins with nothing.
    def read(texts: list[str]) -> list[str]:
        if unknown := [text for text in texts if text not in known]:
            raise AddressError(f"there is no run “{unknown[0][:60]}” here.", texts)
        return texts

    yield Parameter("run", CHOSEN, read, list, [])
    yield Parameter("part", PART, one_of(PARTS), default="test")
