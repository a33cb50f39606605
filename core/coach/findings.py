"""What the curves of a training tell: each finding with the figures that it rests on, the worst first."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import fmean, median
from typing import Any

from core import runs
from core.coach import changes
from core.network import (
    BatchNormalization,
)
from core.recipe import Recipe
from core.runs import Status

LEARNING, OVERFITTING, NOT_LEARNING = "learning", "overfitting", "not learning"
TOO_HIGH, DIVERGED, COLLAPSED = "learning rate too high", "diverged", "collapsed to one class"
UNDERFITTING, NOISY, LAGGING = "underfitting", "noisy validation", "validation lags"

# A network that answers one class for all but this share of the pictures tells nothing about them.
_COLLAPSED_SHARE = 0.98
# Guessing evenly among n classes costs ln n nats: a loss within this of it knows no more than that.
_GUESSING_NATS = 0.05
# Of 1,000 pictures guessed among ten classes, 3 standard errors are 2.8 points: less is no sign of learning.
_GUESSING_POINTS = 0.03
# Weights begin small: on values of about 1, the first answers are close to even, and so their loss to ln n. An epoch's
# mean loss of twice that was made by steps that were too long, not by the start.
_BLOWN_UP = 2.0
# What the training loss may rise above its lowest before the steps are called too long; less is the chance of batches.
_RISE = 1.3
# Prechelt (1998), "Early stopping — but when?": stop when the validation loss is 5% above its lowest (GL 5). Taken of
# medians over three epochs, and beyond the noise around them.
_GENERALISATION_LOSS = 1.05
# At 90% accuracy on 400 pictures, 3 standard errors are 4.5 points: a wider gap between training and validation is not
# chance.
_GAP = 0.05
# A confident error costs about 5 nats, and 16 at most (Keras takes probabilities below 1e-7 for that): where validation
# costs more than this for each error, right answers are unsure too.
_ERROR_NATS = 10.0
# Batch normalisation's averages take 1 / (1 − momentum) steps to follow: more than 20 are more than some epochs have.
_SLOW_MOMENTUM = 0.95
# Accuracies that jump from epoch to epoch by more than this hide what a change of the recipe does.
_JUMP = 0.01
# A training loss that falls by less than this an epoch, over the last epochs, has come to rest.
_REST = 0.01
_FEWEST_EPOCHS = 3
_SOME_EPOCHS = 6
# Worth more capacity: below this, training pictures themselves are not learned.
_LEARNED = 0.95


@dataclass(frozen=True)
class Finding:
    """Something that the curves tell.

    Attributes:
        kind: one of this module's.
        sentence: for a person, with the figures in it.
        figures: the numbers it rests on, by name.
        change: settings for `Recipe.with_settings` that are worth trying; empty where there is nothing to change.
        change_said: the change, in words that go on after "Try".
    """

    kind: str
    sentence: str
    figures: Mapping[str, float]
    change: Mapping[str, Any] = field(default_factory=dict)
    change_said: str = ""


def advice(
    metrics: Sequence[Mapping[str, Any]], status: Status, recipe: Recipe, class_names: Sequence[str]
) -> list[Finding]:
    """Say what a run's curves tell so far, the worst first.

    Args:
        metrics: records of `Run.metrics`.
        status: where the run stands: whether more is to come.
        recipe: what it trains by; changes are proposed to it.
        class_names: one text a class.

    Returns:
        What was found; nothing before the first epoch has ended, unless the loss is no number.
    """
    found = _diverged(metrics, recipe)
    if found:
        return [found]
    curves = _Curves.of(metrics, recipe, tuple(class_names))
    if not curves.loss:
        return []
    stuck = [each for each in (_collapsed(curves), _too_high(curves)) if each]
    if not stuck and (idle := _not_learning(curves)):
        stuck = [idle]
    if stuck:
        return stuck
    ended = status.state not in runs.ALIVE
    # Where validation lags, its figures tell nothing of the gap to training.
    said = [_lagging(curves) or _overfitting(curves), _noisy(curves), _underfitting(curves, ended)]
    return [*(each for each in said if each), _learning(curves)]


@dataclass(frozen=True)
class _Curves:
    """The figures of whole epochs, one an epoch each, all finite."""

    recipe: Recipe
    class_names: tuple[str, ...]
    epochs: list[float]
    loss: list[float]
    accuracy: list[float]
    val_loss: list[float]
    val_accuracy: list[float]
    shares: list[float] | None

    @classmethod
    def of(cls, metrics: Sequence[Mapping[str, Any]], recipe: Recipe, class_names: tuple[str, ...]) -> "_Curves":
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        ends = [each for each in metrics if each["kind"] == "epoch" and all(name in each for name in names)]
        shares = ends[-1].get("class_shares") if ends else None
        epochs, loss, accuracy, val_loss, val_accuracy = ([each[name] for each in ends] for name in ("epoch", *names))
        return cls(recipe, class_names, epochs, loss, accuracy, val_loss, val_accuracy, shares)

    @property
    def watched(self) -> str:
        """What the pictures are called that do not train."""
        return self.recipe.split.watched

    @property
    def guessing(self) -> float:
        """The loss of an even guess, in nats."""
        return math.log(len(self.class_names))

    @cached_property
    def best(self) -> int:
        """The position of the epoch with the lowest validation loss."""
        return self.val_loss.index(min(self.val_loss))

    @property
    def scaled(self) -> bool:
        """Whether small numbers reach the first weights."""
        return changes.is_scaled(self.recipe)


def _diverged(metrics: Sequence[Mapping[str, Any]], recipe: Recipe) -> Finding | None:
    for record in metrics:
        if record.get("loss", 0.0) is None or record.get("val_loss", 0.0) is None:
            change, said = changes.calmer(recipe)
            sentence = (
                f"Diverged at epoch {record['epoch']:.3g}: the loss is no longer a number. Steps were so long that the "
                f"weights grew beyond what can be computed with, and no later step brings them back."
            )
            return Finding(DIVERGED, sentence, {"epoch": record["epoch"]}, change, said)
    return None


def _collapsed(curves: _Curves) -> Finding | None:
    """One answer for all pictures; not where nearly all pictures are of that class, nor where training tells else."""
    if curves.shares is None:
        return None
    share = max(curves.shares)
    accuracy, chance = curves.val_accuracy[-1], 1 / len(curves.class_names)
    knows = curves.accuracy[-1] > max(2 * chance, accuracy + 0.1)
    if share < _COLLAPSED_SHARE or accuracy > share - 0.02 or knows:
        return None
    name = curves.class_names[curves.shares.index(share)]
    # One answer for all is what a network gives that has hardly moved yet, or was thrown too far to come back.
    hardly_moved = curves.scaled and curves.loss[0] <= _BLOWN_UP * curves.guessing
    if hardly_moved and changes.rate_of(curves.recipe) < changes.usual(curves.recipe):
        change, said = changes.usual_rate(curves.recipe)
    else:
        change, said = changes.calmer(curves.recipe)
    sentence = (
        f"Collapsed to one class: {share:.0%} of the {curves.watched} pictures are taken for {name}, whatever they "
        f"show; the accuracy of {accuracy:.1%} is the share of that class."
    )
    return Finding(COLLAPSED, sentence, {"share": share, "val_accuracy": accuracy}, change, said)


def _too_high(curves: _Curves) -> Finding | None:
    first, last, lowest = curves.loss[0], curves.loss[-1], min(curves.loss)
    change, said = changes.slower(curves.recipe)
    if curves.scaled and first > _BLOWN_UP * curves.guessing and last > curves.guessing / 2:
        sentence = (
            f"The learning rate is too high: in the first epoch the training loss was {_nats(first)}, where guessing "
            f"evenly among {len(curves.class_names)} classes costs {curves.guessing:.2f}. The first steps threw the "
            f"weights far away."
        )
        return Finding(TOO_HIGH, sentence, {"loss": first, "guessing": curves.guessing}, change, said)
    since = len(curves.loss) - 1 - curves.loss.index(lowest)
    if since >= 2 and last > _RISE * lowest and last > _GUESSING_NATS and curves.accuracy[-1] < max(curves.accuracy):
        sentence = (
            f"The learning rate is too high: the training loss has risen from {_nats(lowest)} at epoch "
            f"{curves.epochs[curves.loss.index(lowest)]:.3g} to {_nats(last)}. Steps jump over what they look for."
        )
        return Finding(TOO_HIGH, sentence, {"lowest": lowest, "loss": last}, change, said)
    return None


def _not_learning(curves: _Curves) -> Finding | None:
    chance = 1 / len(curves.class_names)
    last, best = curves.loss[-1], max(curves.accuracy + curves.val_accuracy)
    if len(curves.loss) < _FEWEST_EPOCHS or best > chance + _GUESSING_POINTS:
        return None
    sentence = (
        f"Not learning: after {curves.epochs[-1]:.3g} epochs the best accuracy is {best:.1%}, and guessing gets "
        f"{chance:.1%}; the training loss is {_nats(last)}, and an even guess costs {curves.guessing:.2f}."
    )
    figures = {"accuracy": best, "chance": chance, "loss": last, "guessing": curves.guessing}
    rate, usual = changes.rate_of(curves.recipe), changes.usual(curves.recipe)
    if rate <= usual / 10 or (curves.scaled and rate < usual):
        change, said = changes.usual_rate(curves.recipe)
    else:
        change, said = changes.calmer(curves.recipe)
    return Finding(NOT_LEARNING, sentence, figures, change, said)


def _overfitting(curves: _Curves) -> Finding | None:
    if len(curves.loss) < _FEWEST_EPOCHS:
        return None
    change, said = changes.regularised(curves.recipe)
    gap = curves.accuracy[-1] - curves.val_accuracy[-1]
    smooth = _medians(curves.val_loss)
    noise = _noise(curves.val_loss)
    lowest = smooth.index(min(smooth))
    rise = smooth[-1] - smooth[lowest]
    learns_on = curves.loss[-1] < 0.95 * curves.loss[lowest]
    risen = smooth[-1] > _GENERALISATION_LOSS * smooth[lowest] and rise > 2 * noise
    if risen and learns_on and len(smooth) - 1 - lowest >= 2 and gap > _GAP / 2:
        since = curves.epochs[lowest]
        sentence = (
            f"Overfitting since epoch {since:.3g}: the {curves.watched} loss has risen from "
            f"{_nats(curves.val_loss[lowest])} to {_nats(curves.val_loss[-1])}, while the training loss fell from "
            f"{_nats(curves.loss[lowest])} to {_nats(curves.loss[-1])}. The network learns the "
            f"training pictures by heart."
        )
        return Finding(OVERFITTING, sentence, {"since": since, "rise": rise, "gap": gap}, change, said)
    gaps = [ours - theirs for ours, theirs in zip(curves.accuracy, curves.val_accuracy, strict=True)]
    if min(gaps[-2:]) > _GAP:
        since = next(curves.epochs[at] for at in range(len(gaps)) if min(gaps[at:]) > _GAP)
        sentence = (
            f"Overfitting since epoch {since:.3g}: {curves.accuracy[-1]:.1%} of the training pictures are recognised "
            f"and {curves.val_accuracy[-1]:.1%} of the {curves.watched} pictures, {100 * gap:.1f} points fewer."
        )
        return Finding(OVERFITTING, sentence, {"since": since, "gap": gap}, change, said)
    return None


def _lagging(curves: _Curves) -> Finding | None:
    """A validation loss that errors cannot explain: averages that come too late make right answers unsure."""
    layers = curves.recipe.network.layers
    slow = [each for each in layers if isinstance(each, BatchNormalization) and each.momentum > _SLOW_MOMENTUM]
    loss, wrong = curves.val_loss[-1], 1 - curves.val_accuracy[-1]
    unsure = loss > _ERROR_NATS * wrong and loss > 3 * curves.loss[-1] and loss > 0.3 * curves.guessing
    if not slow or not unsure or len(curves.loss) < 2:
        return None
    sentence = (
        f"The {curves.watched} loss of {_nats(curves.val_loss[-1])} lags behind the training loss of "
        f"{_nats(curves.loss[-1])}, though {curves.val_accuracy[-1]:.1%} are recognised: the averages of "
        f"batch normalisation, which validation uses, have not caught up, since an epoch has few steps."
    )
    figures = {"loss": curves.loss[-1], "val_loss": loss, "wrong": wrong}
    faster = [replace(each, momentum=0.9) if each in slow else each for each in layers]
    return Finding(LAGGING, sentence, figures, changes.with_layers(faster), "a momentum of 0.9 in batch normalisation")


def _noisy(curves: _Curves) -> Finding | None:
    recent = curves.val_accuracy[-_SOME_EPOCHS:]
    if len(curves.loss) < _SOME_EPOCHS:
        return None
    jumps, own = _noise(recent), _noise(curves.accuracy[-_SOME_EPOCHS:])
    if jumps < _JUMP or jumps < 2 * own:
        return None
    sentence = (
        f"Noisy validation: over the last {len(recent)} epochs its accuracy lay between {min(recent):.1%} and "
        f"{max(recent):.1%}, while training went on steadily. A single epoch's figure says little."
    )
    change, said = changes.with_rate(curves.recipe, changes.rate_of(curves.recipe) / 3)
    if curves.recipe.fit.averaging == 0:
        change, said = {"fit.averaging": 0.99}, "averaged weights, with a decay of 0.99"
    return Finding(NOISY, sentence, {"lowest": min(recent), "highest": max(recent), "jump": jumps}, change, said)


def _underfitting(curves: _Curves, ended: bool) -> Finding | None:
    """Training pictures that are not learned themselves: by a network at rest, or one whose time was too short."""
    accuracy, val_accuracy = curves.accuracy[-1], curves.val_accuracy[-1]
    if len(curves.loss) < _FEWEST_EPOCHS or max(accuracy, val_accuracy) > _LEARNED or accuracy - val_accuracy > _GAP:
        return None
    span = max(2, len(curves.loss) // 5)
    before, last = curves.loss[-1 - span], curves.loss[-1]
    fall = 1 - (last / before) ** (1 / span)
    figures = {"accuracy": accuracy, "val_accuracy": val_accuracy, "fall": fall}
    if fall > _REST:
        if not ended:
            return None
        sentence = (
            f"Underfitting: it ended while it still learned. {accuracy:.1%} of the training pictures are recognised, "
            f"and the training loss fell by {fall:.1%} an epoch until the end."
        )
        epochs = min(2 * curves.recipe.fit.epochs, 1000)
        return Finding(UNDERFITTING, sentence, figures, {"fit.epochs": epochs}, f"{epochs} epochs")
    sentence = (
        f"Underfitting: only {accuracy:.1%} of the training pictures are recognised, about as many as of the "
        f"{curves.watched} pictures ({val_accuracy:.1%}), and the training loss hardly falls any more "
        f"({fall:.1%} an epoch)."
    )
    change, said = changes.wider(curves.recipe)
    return Finding(UNDERFITTING, sentence, figures, change, said)


def _learning(curves: _Curves) -> Finding:
    best = curves.best
    sentence = (
        f"It learns: the training loss went from {_nats(curves.loss[0])} to {_nats(curves.loss[-1])}, and "
        f"{curves.val_accuracy[best]:.1%} of the {curves.watched} pictures are recognised at the best epoch, "
        f"{curves.epochs[best]:.3g}."
    )
    if len(curves.loss) == 1:
        sentence = (
            f"After the first epoch {curves.val_accuracy[0]:.1%} of the {curves.watched} pictures are recognised; "
            f"guessing gets {1 / len(curves.class_names):.1%}."
        )
    return Finding(LEARNING, sentence, {"best": curves.epochs[best], "val_accuracy": curves.val_accuracy[best]})


def _medians(values: Sequence[float]) -> list[float]:
    """Return the medians of each three values in a row; the ends are of two."""
    return [median(values[max(at - 1, 0) : at + 2]) for at in range(len(values))]


def _noise(values: Sequence[float]) -> float:
    """Return how far values lie from the median of themselves and their two neighbours, on average."""
    around = _medians(values)
    return fmean(abs(values[at] - around[at]) for at in range(1, len(values) - 1))


def _nats(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
