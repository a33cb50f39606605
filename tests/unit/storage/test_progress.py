"""Progress and times in words."""

import pytest

from core.storage.progress import duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (0.04, "0.0 s"),
        (9.96, "10 s"),
        (89.6, "1 min 30 s"),
        (119.6, "2 min 00 s"),
        (3140.839, "52 min 21 s"),
        (3599.7, "1 h 00 min"),
        (7170, "2 h 00 min"),
    ],
)
def test_a_time_is_said_in_words(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said
