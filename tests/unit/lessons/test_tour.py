"""The tour, and what is kept of it."""

from pathlib import Path

import pytest

from core.lessons import tour


def test_it_leads_from_the_first_digit_to_a_pet() -> None:
    assert len(tour.STEPS) == 10
    assert tour.STEPS[0].asks["dataset"] == "digits"
    assert tour.STEPS[-1].asks["run"] == "pets"


def test_it_is_taken_up_where_it_was_left(data_home: Path) -> None:
    assert tour.left_at() is None
    tour.leave_at(3)
    assert tour.left_at() == 3
    tour.leave_at(None)
    assert tour.left_at() is None
    assert not (data_home / "tour.json").exists()


@pytest.mark.parametrize("text", ["", "{", '{"step": 10}', '{"step": -1}', '{"step": "two"}', "[" * 5000])
def test_a_damaged_file_begins_it_anew(data_home: Path, text: str) -> None:
    data_home.mkdir(parents=True, exist_ok=True)
    (data_home / "tour.json").write_text(text)
    assert tour.left_at() is None
    tour.leave_at(2)
    assert tour.left_at() == 2
