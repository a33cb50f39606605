"""What came of a sweep, in figures that are honest about how they were chosen, and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from core.evaluation.intervals import wilson_interval
from core.sweeps.plan import ACCURACY, Plan
from core.sweeps.sweep import best_of
from core.sweeps.trials import FINISHED, OPEN, Trial


@dataclass(frozen=True)
class Figure:
    """A figure with what is known of how far off it may be.

    Attributes:
        value: the figure; of several runs their mean.
        low: the lower end of its 95% interval, and `high` the upper; both `None` where nothing tells.
        runs: of how many runs it is.
    """

    value: float
    low: float | None
    high: float | None
    runs: int

    def said(self, *, share: bool = True) -> str:
        """Return it for a person, such as `97.50% (95% interval 95.34% to 98.67%)`; `share`: as a percentage."""
        form = "{:.2%}" if share else "{:.4f}"
        shown = form.format(self.value)
        if self.low is None or self.high is None:
            return shown
        return f"{shown} (95% interval {form.format(self.low)} to {form.format(self.high)})"


def variance_of_mean(values: Sequence[float], *, folds: bool) -> float:
    """Return the variance of the mean of several trainings' figures.

    Networks of a cross-validation learn from images that they share, so that their figures differ less than those of
    separate images would: C. Nadeau and Y. Bengio, Inference for the generalization error, Machine Learning 52 (2003),
    add the share that validates over the share that trains.

    Args:
        values: a figure each, at least two.
        folds: whether each is of another fold of the same images, and not of another seed.
    """
    count = len(values)
    return variance(values) * (1 / count + (1 / (count - 1) if folds else 0))


def of_repeats(values: Sequence[float], *, share: bool = True, folds: bool = False) -> Figure:
    """Return the mean of the same training with several seeds, or folds, with Student's t interval of that mean.

    Student, The probable error of a mean, Biometrika 6 (1908).

    Args:
        values: a figure each, at least one; of one alone no interval is known.
        share: whether they are from 0 to 1, and so is the interval.
        folds: as in `variance_of_mean`.
    """
    mean, count = fmean(values), len(values)
    if count < 2:
        return Figure(mean, None, None, count)
    # It takes as long as a small page, which others that show no interval should not wait for.
    from scipy.special import stdtrit

    half = float(stdtrit(count - 1, 0.975)) * variance_of_mean(values, folds=folds) ** 0.5
    low, high = mean - half, mean + half
    return Figure(mean, max(low, 0.0) if share else low, min(high, 1.0) if share else high, count)


def validation(trial: Trial, plan: Plan) -> Figure | None:
    """Return a finished trial's figure on validation images: what it was judged by."""
    values = [
        repeat.value for repeat in trial.repeats.values() if repeat.state == FINISHED and repeat.value is not None
    ]
    if not values or trial.value is None:
        return None
    return of_repeats(values, share=plan.objective == ACCURACY, folds=plan.folds)


def test(trial: Trial, plan: Plan) -> Figure | None:
    """Return a trial's accuracy on test images; `None` where it is not measured.

    Of one run, the interval is Wilson's of the images; of several, Student's of these.
    """
    measured = [
        (repeat.test_accuracy, repeat.test_images)
        for repeat in trial.repeats.values()
        if repeat.test_accuracy is not None
    ]
    if not measured:
        return None
    if len(measured) > 1:
        return of_repeats([accuracy for accuracy, _ in measured], folds=plan.folds)
    accuracy, images = measured[0]
    low, high = wilson_interval(round(accuracy * images), images)
    return Figure(accuracy, low, high, 1)


def sentences(plan: Plan, trials: Sequence[Trial]) -> list[str]:
    """Return what came of a sweep so far, a sentence each."""
    share = plan.objective == ACCURACY
    best = best_of(trials, plan.objective)
    if best is None:
        return ["No trial has finished yet."]
    valid, tested = validation(best, plan), test(best, plan)
    figure = valid.said(share=share) if valid else ""
    if not plan.vary:
        how = (
            f"{plan.repeats}-fold cross-validation" if plan.folds else f"{plan.repeats} trainings with different seeds"
        )
        said = [f"{how}: {figure} mean validation {plan.objective}."]
        return [*said, f"On the test images: {tested.said()} mean accuracy."] if tested else said
    ended = sum(trial.state != OPEN for trial in trials)
    over = f" on average over {plan.repeats_said()}" if plan.repeats > 1 else ""
    said = [f"Of {ended:,} tried, chosen by validation: trial {best.number + 1}, {figure} {plan.objective}{over}."]
    if tested is None:
        return [*said, "It is measured on the test images once, at the end."]
    said.append(f"On the test images, measured once: {tested.said()}{over}.")
    others = [each for each in trials if each.number != best.number and test(each, plan) is not None]
    if others:
        named = ", ".join(str(each.number + 1) for each in others)
        said.append(f"Before the sweep was extended, trial {named} was the best and was measured on them, too.")
    return said
