"""Two trainings compared over several seeds, or folds, each: whether a change helps beyond chance."""

from dataclasses import dataclass
from statistics import fmean

from core.runs import Run
from core.sweeps.folders import sweep_of
from core.sweeps.plan import ACCURACY, Plan
from core.sweeps.result import Figure, of_repeats, variance_of_mean
from core.sweeps.trials import Trial
from core.sweeps.variation import SweepError


@dataclass(frozen=True)
class SeedsCompared:
    """Accuracies of two trainings over their seeds or folds.

    Attributes:
        before: the mean of the first, with its interval.
        after: that of the second.
        over: of what they are, such as `3 seeds and 5 folds`.
        low: the lower end of the 95% interval of their difference, and `high` the upper.
    """

    before: Figure
    after: Figure
    over: str
    low: float
    high: float

    @property
    def sentence(self) -> str:
        """What the numbers say, for a person."""
        difference = self.after.value - self.before.value
        verdict = "which may be chance" if self.low <= 0 <= self.high else "more than chance"
        return (
            f"Over {self.over}: before {self.before.said()}, after "
            f"{self.after.said()}. Difference {_points(difference)} points (95% interval {_points(self.low)} to "
            f"{_points(self.high)}), {verdict}."
        )


def compare(before: Run, after: Run, part: str) -> SeedsCompared | None:
    """Compare two trainings of which these runs are one seed, or fold, each; `None` where either has no other.

    The interval of the difference is Welch's: B. L. Welch, The generalization of “Student's” problem when several
    different population variances are involved, Biometrika 34 (1947).

    Args:
        before: a run of the first.
        after: a run of the second.
        part: of which images, `validation` or `test`.
    """
    one, other = _trial_of(before), _trial_of(after)
    if one is None or other is None or before.name in _runs_of(other[1]):
        return None
    plans = one[0], other[0]
    first, second = _accuracies(one[1], part), _accuracies(other[1], part)
    if len(first) < 2 or len(second) < 2:
        return None
    # As long as a small page takes, which others need not wait for.
    from scipy.special import stdtrit

    both = list(zip((first, second), plans, strict=True))
    errors = [variance_of_mean(values, folds=plan.folds) for values, plan in both]
    difference, error = fmean(second) - fmean(first), sum(errors)
    half = 0.0
    if error > 0:
        counts = (len(first), len(second))
        freedom = error**2 / sum(each**2 / (count - 1) for each, count in zip(errors, counts, strict=True))
        half = float(stdtrit(freedom, 0.975)) * error**0.5
    over = " and ".join(plan.repeats_said() for plan in plans)
    figures = [of_repeats(values, folds=plan.folds) for values, plan in both]
    return SeedsCompared(figures[0], figures[1], over, difference - half, difference + half)


def _trial_of(run: Run) -> tuple[Plan, Trial] | None:
    """Return the trial that a run is of, judged by its accuracy, and the plan of its sweep.

    `None`: there is none, or it cannot be read.
    """
    try:
        sweep = sweep_of(run)
        if sweep is None or sweep.plan.objective != ACCURACY:
            return None
        return next(((sweep.plan, trial) for trial in sweep.trials() if run.name in _runs_of(trial)), None)
    except SweepError:
        return None


def _runs_of(trial: Trial) -> list[str]:
    return [repeat.run for repeat in trial.repeats.values()]


def _accuracies(trial: Trial, part: str) -> list[float]:
    """Return a trial's accuracy with each seed or fold; none where it has not ended or is not measured."""
    figures = [repeat.test_accuracy if part == "test" else repeat.value for repeat in trial.repeats.values()]
    return [each for each in figures if each is not None] if trial.value is not None else []


def _points(share: float) -> str:
    return f"{100 * share:+.2f}".replace("-", "−")
