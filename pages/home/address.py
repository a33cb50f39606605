"""What stands in the address of the Home page."""

from collections.abc import Iterator

from pages.common.address import Parameter, view

BEND, TRAIN, ASK = "Bend", "Train", "Ask"
VIEWS = {"bend": BEND, "train": TRAIN, "ask": ASK}
VIEW = "home_view"


def parameters() -> Iterator[Parameter]:
    """Yield all parameters: which of the three things a narrow screen shows."""
    yield view(VIEW, VIEWS)
