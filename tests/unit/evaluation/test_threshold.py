"""The threshold from which an answer is acted on: its default, what it leads to, and that it is kept by run."""

from pathlib import Path

import numpy as np
import pytest

from core.charts import threshold_figures
from core.evaluation import calibration, threshold
from core.evaluation.calibration import Calibration
from core.evaluation.intervals import exact_bounds
from core.evaluation.threshold import ASK, DecisionThreshold, Outcome
from core.runs import Run
from core.storage import user_library
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
    arrays |= {"validation_ids": places % 1797, "validation_labels": labels, "validation_probabilities": probabilities}
    np.savez(run.folder / "evaluation.npz", **arrays)


@pytest.fixture
def as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calibration that changes nothing."""
    monkeypatch.setattr(calibration, "fitted_temperature", lambda _found: 1.0)


def test_an_answer_is_acted_on_from_the_threshold_on() -> None:
    booked = DecisionThreshold(0.8, "")
    assert booked.decide(np.array([0.8, 0.2]), PETS) == "Cat"
    assert booked.decide(np.array([0.21, 0.79]), PETS) == ASK


def test_a_forecast_counts_right_wrong_and_asked(run: Run, as_they_are: None) -> None:
    with_validation(run, [0.95, 0.9, 0.8, 0.7, 0.6], [True, True, False, True, False])
    made = threshold.forecast(run)
    assert made.images == 5
    assert made.at(0.5) == Outcome(right=3, wrong=2, asked=0)
    assert made.at(0.75) == Outcome(right=2, wrong=1, asked=2)
    assert made.at(0.85) == Outcome(right=2, wrong=0, asked=3)
    assert made.at(1.0) == Outcome(right=0, wrong=0, asked=5)
    asked, wrong = made.shares()
    assert asked == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0])
    assert wrong == pytest.approx([0, 0, 0, 0.2, 0.2, 0.4])


def test_the_default_is_the_smallest_threshold_that_promises_enough(run: Run, as_they_are: None) -> None:
    confidences = [0.9] * 980 + [0.8025] * 1000 + [0.7025] * 20
    # Of 2,000 answered 12 may be wrong for 99% right elsewhere with 95% certainty, and of the 1,980 first as many.
    assert exact_bounds(2000 - 12, 2000)[0] > 0.99 > exact_bounds(2000 - 13, 2000)[0]
    with_validation(run, confidences, [True] * 1988 + [False] * 12)
    assert threshold.default(run).threshold == threshold.lowest(run.about.class_names) == 0.1
    with_validation(run, confidences, [True] * 1980 + [False] * 20)
    found = threshold.default(run)
    assert found.threshold == 0.705, "the next whole step: that exactly 99% of all are right is no promise"
    assert "the 2,000 validation images show that at least 99% of answers are right" in found.reason


def test_a_promise_must_hold_from_the_surest_answers_down(run: Run, as_they_are: None) -> None:
    # At 50% it would seem kept by luck: each threshold above is worse, and one of many always has luck.
    confidences = [0.9] * 500 + [0.55] * 1500
    with_validation(run, confidences, [True] * 493 + [False] * 7 + [True] * 1500)
    assert exact_bounds(1993, 2000)[0] > 0.99
    found = threshold.default(run)
    assert "comes nearest" in found.reason


def test_too_few_images_promise_nothing_and_what_comes_nearest_is_said_to_be_that(run: Run, as_they_are: None) -> None:
    with_validation(run, [0.95] * 200 + [0.6] * 50, [True] * 249 + [False])
    found = threshold.default(run)
    # All 200 are right, a bound of 98.51%; 249 of 250 are, 98.11%.
    assert found.threshold == 0.605
    assert found.reason == (
        "60.5%: the 250 validation images show for none that 99% of answers are right; this one comes nearest."
    )


def test_other_images_may_be_answered_better_or_worse(run: Run, as_they_are: None) -> None:
    from scipy import stats

    with_validation(run, [0.95] * 300 + [0.6] * 100, [True] * 397 + [False] * 3)
    outcome = threshold.forecast(run).at(0.5)
    expected = [stats.beta.ppf(0.05, 397, 4), stats.beta.ppf(0.95, 398, 3)]
    assert outcome.right_elsewhere == pytest.approx(expected)
    low, high = threshold.forecast(run).shares_elsewhere()
    assert (low[-1], high[-1]) == pytest.approx((stats.beta.ppf(0.05, 3, 398), stats.beta.ppf(0.95, 4, 397)))
    assert low[0] == 0 < high[0] < 0.01, "none of 400 answered wrong does not show that none ever is"


def test_the_promise_holds_in_19_of_20_draws_of_validation_images() -> None:
    """Also where no threshold is better than another, and many tries would have luck. More: `bench.threshold`."""
    rng, broken, draws = np.random.default_rng(0), 0, 400
    for _ in range(draws):
        right = rng.random(2000) >= 0.0105
        made = threshold.Forecast("validation", 2000, calibration.answering(rng.uniform(0.5, 1, 2000), right))
        broken += threshold.choose_threshold(made, 0.5).promises
    assert 0 < broken / draws <= 0.05


def test_where_hardly_anything_could_be_answered_the_default_is_a_half(run: Run, as_they_are: None) -> None:
    with_validation(run, [0.99] + [0.9] * 19, [True] + [True, False] * 9 + [False])
    found = threshold.default(run)
    assert found.threshold == 0.5
    assert "no threshold reaches 99% accuracy" in found.reason


def test_without_validation_images_the_default_is_a_half_and_says_why(run: Run) -> None:
    (run.folder / "evaluation.npz").unlink()
    assert threshold.decision_threshold(run) == DecisionThreshold(
        0.5, "Default 50%: this run has no validation set to choose a threshold from."
    )


def test_a_threshold_is_kept_by_run_outside_its_folder(run: Run) -> None:
    other = made_run()
    threshold.decision_threshold(run)
    before = sorted(path.name for path in run.folder.iterdir())
    threshold.save(run, 0.87)
    assert threshold.decision_threshold(run).threshold == 0.87
    assert threshold.decision_threshold(other).threshold != 0.87
    assert sorted(path.name for path in run.folder.iterdir()) == before
    threshold.reset(run)
    assert threshold.decision_threshold(run) == threshold.default(run)


@pytest.mark.parametrize("content", [{}, {"threshold": "high"}, {"threshold": 7}, [], {"threshold": float("nan")}])
def test_what_was_kept_and_makes_no_sense_counts_as_nothing(run: Run, content: object) -> None:
    user_library.save("booking", run.name, content)
    assert threshold.decision_threshold(run) == threshold.default(run)


@pytest.mark.parametrize(
    ("names", "decision", "said"),
    [
        (PETS, "Dog", "dog vet"),
        (("dogs", "cats"), "cats", "cat vet"),
        (PETS, ASK, "front desk"),
        (("7", "8"), "7", "7"),
        (("7", "8"), ASK, "needs review"),
    ],
)
def test_a_decision_in_words(names: tuple[str, ...], decision: str, said: str) -> None:
    assert threshold.in_words(decision, names) == said


@pytest.mark.parametrize(("classes", "expected"), [(2, 0.5), (3, 0.33), (10, 0.1), (1000, 0.0)])
def test_every_answer_reaches_the_lowest_threshold(classes: int, expected: float) -> None:
    assert threshold.lowest(("x",) * classes) == expected


def test_the_figure_marks_where_one_stands(run: Run, as_they_are: None) -> None:
    with_validation(run, [0.95, 0.9, 0.8, 0.7, 0.6], [True, True, False, True, False])
    band, line, mark = threshold_figures.asked_against_wrong(threshold.forecast(run), 0.75, "booked wrong").data
    assert (list(mark.x), list(mark.y)) == ([0.4], [0.2])
    assert line.x[0] == 1
    low, high = threshold.forecast(run).shares_elsewhere()
    assert (min(band.y), max(band.y)) == (low.min(), high.max())
    assert line.y[-1] == pytest.approx(0.4)


def test_a_calibration_made_anew_gives_a_forecast_made_anew(run: Run) -> None:
    first = threshold.forecast(run)
    assert threshold.forecast(run) is first
    with_validation(run, [0.9, 0.8], [True, False])
    assert threshold.forecast(run).images == 2
    assert isinstance(calibration.of(run), Calibration)
