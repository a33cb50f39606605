"""Two trainings compared over several seeds each: whether a change helps, and not only these two networks differ."""

from dataclasses import dataclass
from statistics import fmean, variance

from core.runs import Run
from core.sweeps.plan import ACCURACY
from core.sweeps.result import Figure, of_seeds
from core.sweeps.sweep import sweep_of
from core.sweeps.trials import Trial
from core.sweeps.variation import SweepError


@dataclass(frozen=True)
class SeedsCompared:
    """Accuracies of two trainings over their seeds.

    Attributes:
        before: the mean of the first, with its interval.
        after: that of the second.
        low: the lower end of the 95% interval of their difference, and `high` the upper.
    """

    before: Figure
    after: Figure
    low: float
    high: float

    @property
    def sentence(self) -> str:
        """What the numbers say, for a person."""
        difference = self.after.value - self.before.value
        verdict = "which may be chance" if self.low <= 0 <= self.high else "more than chance"
        return (
            f"Over {self.before.runs} and {self.after.runs} seeds: before {self.before.said()}, after "
            f"{self.after.said()}. Difference {_points(difference)} points (95% interval {_points(self.low)} to "
            f"{_points(self.high)}), {verdict}."
        )


def compare(before: Run, after: Run, part: str) -> SeedsCompared | None:
    """Compare two trainings of which these runs are one seed each; `None` where either has no other seeds.

    The interval of the difference is Welch's: B. L. Welch, The generalization of “Student's” problem when several
    different population variances are involved, Biometrika 34 (1947).

    Args:
        before: a run of the first.
        after: a run of the second.
        part: of which images, `validation` or `test`.
    """
    trials = [_trial_of(before), _trial_of(after)]
    if trials[0] is None or trials[1] is None or before.name in _runs_of(trials[1]):
        return None
    first, second = _accuracies(trials[0], part), _accuracies(trials[1], part)
    if len(first) < 2 or len(second) < 2:
        return None
    # As long as a small page takes, which others need not wait for.
    from scipy.special import stdtrit

    errors = [variance(values) / len(values) for values in (first, second)]
    difference, error = fmean(second) - fmean(first), sum(errors)
    half = 0.0
    if error > 0:
        counts = (len(first), len(second))
        freedom = error**2 / sum(each**2 / (count - 1) for each, count in zip(errors, counts, strict=True))
        half = float(stdtrit(freedom, 0.975)) * error**0.5
    return SeedsCompared(of_seeds(first), of_seeds(second), difference - half, difference + half)


def _trial_of(run: Run) -> Trial | None:
    """Return the trial that a run is of, judged by its accuracy; `None` where there is none, or it cannot be read."""
    try:
        sweep = sweep_of(run)
        if sweep is None or sweep.plan.objective != ACCURACY:
            return None
        return next((trial for trial in sweep.trials() if run.name in _runs_of(trial)), None)
    except SweepError:
        return None


def _runs_of(trial: Trial) -> list[str]:
    return [repeat.run for repeat in trial.repeats.values()]


def _accuracies(trial: Trial, part: str) -> list[float]:
    """Return a trial's accuracy with each seed; none where it has not ended or is not measured."""
    figures = [repeat.test_accuracy if part == "test" else repeat.value for repeat in trial.repeats.values()]
    return [each for each in figures if each is not None] if trial.value is not None else []


def _points(share: float) -> str:
    return f"{100 * share:+.2f}".replace("-", "−")
