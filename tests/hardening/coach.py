"""Made courses of trainings: of each kind at most 5% get a false alarm at any epoch, 5% lack what is true at last."""

from collections.abc import Iterator
from pathlib import Path

from tests.unit.made_histories import KINDS, histories

SUITE = 8 * len(KINDS)
BENCH = 500 * len(KINDS)
BROWSER = False
ALLOWED = 0.05


def failures(count: int, home: Path) -> Iterator[str]:
    """Try as many of each kind; where more than the share allowed are wrong, each of those is a failure."""
    each = count // len(KINDS)
    allowed = max(1, ALLOWED * each)
    for kind in KINDS:
        made = list(histories(kind, each))
        alarms, missed = [course.false_alarm() for course in made], [course.miss() for course in made]
        bad = [sum(map(bool, found)) > allowed for found in (alarms, missed)]
        for alarm, miss in zip(alarms, missed, strict=True):
            sentence = (bad[0] and alarm) or (bad[1] and miss) or ""
            yield f"{kind}: {sentence}" if sentence else ""
