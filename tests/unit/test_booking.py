"""The threshold from which an answer is acted on: its default, what it leads to, and that it is kept by run."""

from pathlib import Path

import numpy as np
import pytest

from core import booking, booking_figures, calibration, saved
from core.booking import ASK, Booking, Outcome
from core.calibration import Calibration
from core.runs import Run
from tests.unit.made_runs import made_run

PETS = ("Cat", "Dog")


@pytest.fixture
def run(data_home: Path) -> Run:
    return made_run()


def with_validation(run: Run, confidences: list[float], right: list[bool]) -> None:
    """Give a run validation predictions, two likely classes each, that are calibrated as they are."""
    labels = np.zeros(len(right), np.int16)
    probabilities = np.zeros((len(right), 10), np.float32)
    places = np.arange(len(right))
    probabilities[places, np.where(right, 0, 1)] = confidences
    probabilities[places, np.where(right, 1, 0)] = 1 - np.array(confidences)
    with np.load(run.folder / "evaluation.npz") as stored:
        arrays = dict(stored)
    arrays |= {"validation_ids": places, "validation_labels": labels, "validation_probabilities": probabilities}
    np.savez(run.folder / "evaluation.npz", **arrays)


@pytest.fixture
def as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calibration that changes nothing."""
    monkeypatch.setattr(calibration, "fitted_temperature", lambda _found: 1.0)


def test_an_answer_is_acted_on_from_the_threshold_on() -> None:
    booked = Booking(0.8, "")
    assert booked.decide(np.array([0.8, 0.2]), PETS) == "Cat"
    assert booked.decide(np.array([0.21, 0.79]), PETS) == ASK


def test_a_forecast_counts_right_wrong_and_asked(run: Run, as_they_are: None) -> None:
    with_validation(run, [0.95, 0.9, 0.8, 0.7, 0.6], [True, True, False, True, False])
    made = booking.forecast(run)
    assert made.pictures == 5
    assert made.at(0.5) == Outcome(right=3, wrong=2, asked=0)
    assert made.at(0.75) == Outcome(right=2, wrong=1, asked=2)
    assert made.at(0.85) == Outcome(right=2, wrong=0, asked=3)
    assert made.at(1.0) == Outcome(right=0, wrong=0, asked=5)
    asked, wrong = made.shares()
    assert asked == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0])
    assert wrong == pytest.approx([0, 0, 0, 0.2, 0.2, 0.4])


def test_the_default_is_the_smallest_threshold_that_is_right_often_enough(run: Run, as_they_are: None) -> None:
    confidences = [0.9] * 98 + [0.8025] * 100 + [0.7] * 2
    with_validation(run, confidences, [True] * 198 + [False] * 2)
    # All answered, 198 of 200 are right: 99%.
    assert booking.default(run).threshold == booking.lowest(run.about.class_names) == 0.1
    with_validation(run, confidences, [True] * 196 + [False] * 4)
    found = booking.default(run)
    assert found.threshold == 0.805, "the next whole step"
    assert "99% of the answers to validation pictures right" in found.reason


def test_where_hardly_anything_could_be_answered_the_default_is_a_half(run: Run, as_they_are: None) -> None:
    with_validation(run, [0.99] + [0.9] * 19, [True] + [True, False] * 9 + [False])
    found = booking.default(run)
    assert found.threshold == 0.5
    assert "no threshold answers a tenth" in found.reason


def test_without_validation_pictures_the_default_is_a_half_and_says_why(run: Run) -> None:
    (run.folder / "evaluation.npz").unlink()
    assert booking.booking(run) == Booking(0.5, "50%: the run has no validation pictures to judge by.")


def test_a_threshold_is_kept_by_run_outside_its_folder(run: Run) -> None:
    other = made_run()
    booking.booking(run)
    before = sorted(path.name for path in run.folder.iterdir())
    booking.keep(run, 0.87)
    assert booking.booking(run).threshold == 0.87
    assert booking.booking(other).threshold != 0.87
    assert sorted(path.name for path in run.folder.iterdir()) == before
    booking.forget(run)
    assert booking.booking(run) == booking.default(run)


@pytest.mark.parametrize("content", [{}, {"threshold": "high"}, {"threshold": 7}, [], {"threshold": float("nan")}])
def test_what_was_kept_and_makes_no_sense_counts_as_nothing(run: Run, content: object) -> None:
    saved.save("booking", run.name, content)
    assert booking.booking(run) == booking.default(run)


@pytest.mark.parametrize(
    ("names", "decision", "said"),
    [
        (PETS, "Dog", "dog vet"),
        (("dogs", "cats"), "cats", "cat vet"),
        (PETS, ASK, "ask at the desk"),
        (("7", "8"), "7", "7"),
        (("7", "8"), ASK, "ask somebody"),
    ],
)
def test_a_decision_in_words(names: tuple[str, ...], decision: str, said: str) -> None:
    assert booking.in_words(decision, names) == said


@pytest.mark.parametrize(("classes", "expected"), [(2, 0.5), (3, 0.33), (10, 0.1), (1000, 0.0)])
def test_every_answer_reaches_the_lowest_threshold(classes: int, expected: float) -> None:
    assert booking.lowest(("x",) * classes) == expected


def test_the_figure_marks_where_one_stands(run: Run, as_they_are: None) -> None:
    with_validation(run, [0.95, 0.9, 0.8, 0.7, 0.6], [True, True, False, True, False])
    line, mark = booking_figures.asked_against_wrong(booking.forecast(run), 0.75, "booked wrong").data
    assert (list(mark.x), list(mark.y)) == ([0.4], [0.2])
    assert line.x[0] == 1
    assert line.y[-1] == pytest.approx(0.4)


def test_a_calibration_made_anew_gives_a_forecast_made_anew(run: Run) -> None:
    first = booking.forecast(run)
    assert booking.forecast(run) is first
    with_validation(run, [0.9, 0.8], [True, False])
    assert booking.forecast(run).pictures == 2
    assert isinstance(calibration.of(run), Calibration)
