"""What the curves of a training tell: each finding with the figures that it rests on, the worst first."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from core import runs
from core.recipes.recipe import Recipe
from core.runs import Status
from core.training.coach import chance, changes
from core.training.coach.course import Course

LEARNING, OVERFITTING, NOT_LEARNING = "learning", "overfitting", "not learning"
TOO_HIGH, DIVERGED, COLLAPSED = "learning rate too high", "diverged", "collapsed to one class"
UNDERFITTING, NOISY, LAGGING = "underfitting", "noisy validation", "validation lags"
UNFINISHED, RESTING = "unfinished", "at rest"

# A network that answers one class for all but this share of the images tells nothing about them.
_COLLAPSED_SHARE = 0.98
# Guessing evenly among n classes costs ln n nats: a loss within this of it knows no more than that.
_GUESSING_NATS = 0.05
# Of 1,000 images guessed among ten classes, 3 standard errors are 2.8 points: less is no sign of learning.
_GUESSING_POINTS = 0.03
# Weights begin small: on values of about 1, the first answers are close to even, and so their loss to ln n. An epoch's
# mean loss of twice that was made by steps that were too long, not by the start.
_BLOWN_UP = 2.0
# What the training loss may rise above its lowest, and above its middle over some epochs, before the steps are called
# too long; less is the chance of batches.
_RISE = 1.3
# Prechelt (1998), "Early stopping — but when?": stop when the validation loss is 5% above its lowest (GL 5).
_GENERALISATION_LOSS = 1.05
# Where as many are recognised as before, a loss that is a little higher changes no answer; one half as high again tells
# of probabilities that are no longer to be trusted.
_UNSURE = 1.5
# At 90% accuracy on 400 images, 3 standard errors are 4.5 points: a wider gap between training and validation is not
# chance. Where the number of images is known, 2 of its own standard errors are added.
_GAP = 0.05
# How much the gap differs from epoch to epoch at least, whatever few epochs show.
_GAP_SPREAD = 0.005
# All in one class of which there are as many times more than of others on average is what imbalance teaches.
_IMBALANCED = 3
# A confident error costs about 5 nats, and 16 at most (Keras takes probabilities below 1e-7 for that): where validation
# costs more than this for each error, right answers are unsure too.
_ERROR_NATS = 10.0
# Batch normalisation's averages take 1 / (1 − momentum) steps to follow: more than 20 are more than some epochs have.
_SLOW_MOMENTUM = 0.95
# Accuracies that go up and down by more than this deviation hide what a change of the recipe does; over so many epochs.
_JUMP, _RECENT = 0.01, 10
# A training loss that falls by less than this an epoch, over the last epochs, has come to rest; by less than that over
# all epochs, there was nothing to learn.
_REST, _FALL = 0.01, 0.05
_BROKEN_OFF = {
    runs.STOPPED: "was stopped",
    runs.PAUSED: "was paused",
    runs.FAILED: "failed",
    runs.INTERRUPTED: "was interrupted",
}
_FEWEST_EPOCHS = 3
_SOME_EPOCHS = 6
# Worth more capacity: below this, training images themselves are not learned.
_LEARNED = 0.95


@dataclass(frozen=True)
class CoachFinding:
    """Something that the curves tell.

    Attributes:
        kind: one of this module's.
        sentence: for a person, with the figures in it.
        figures: the numbers it rests on, by name.
        change: settings for `Recipe.with_settings` that are worth trying; empty where there is nothing to change.
        change_said: the change, in words that follow "Try:".
    """

    kind: str
    sentence: str
    figures: Mapping[str, float]
    change: Mapping[str, Any] = field(default_factory=dict)
    change_said: str = ""


def advice(
    metrics: Sequence[Mapping[str, Any]], status: Status, recipe: Recipe, class_names: Sequence[str]
) -> list[CoachFinding]:
    """Say what the curves of a network that classifies tell. Arguments and answer are those of `coach.advice`."""
    return [_that_changes(recipe, each) for each in _found(metrics, status, recipe, class_names)]


def _that_changes(recipe: Recipe, finding: CoachFinding) -> CoachFinding:
    """Leave out a change to what the recipe has already, such as more epochs than there can be."""
    if finding.change and recipe.with_settings(finding.change) == recipe:
        return replace(finding, change={}, change_said="")
    return finding


def _found(
    metrics: Sequence[Mapping[str, Any]], status: Status, recipe: Recipe, class_names: Sequence[str]
) -> list[CoachFinding]:
    found = _diverged(metrics, recipe)
    if found:
        return [found]
    curves = Course.of(metrics, recipe, tuple(class_names))
    if not curves.loss:
        return []
    stuck = [each for each in (_collapsed(curves), _too_high(curves)) if each]
    if not stuck and (idle := _not_learning(curves)):
        stuck = [idle]
    if stuck:
        return stuck
    # Where validation lags, its figures tell nothing of the gap to training. What overfits needs nothing to learn more.
    gap = _lagging(curves) or _overfitting(curves)
    more = None if gap and gap.kind == OVERFITTING else _underfitting(curves, status)
    return [*(each for each in (gap, _noisy(curves), more) if each), _learning(curves)]


def _diverged(metrics: Sequence[Mapping[str, Any]], recipe: Recipe) -> CoachFinding | None:
    for record in metrics:
        if record.get("loss", 0.0) is None or record.get("val_loss", 0.0) is None:
            change, said = changes.calmer(recipe)
            sentence = (
                f"Diverged at epoch {_epoch(record['epoch'])}: the loss is NaN. The steps were so "
                "large that the weights overflowed; training cannot recover from this."
            )
            return CoachFinding(DIVERGED, sentence, {"epoch": record["epoch"]}, change, said)
    return None


def _collapsed(curves: Course) -> CoachFinding | None:
    """One answer for all images; not where nearly all images are of that class, nor where training tells else."""
    if curves.shares is None:
        return None
    share = max(curves.shares)
    accuracy, even = curves.val_accuracy[-1], 1 / len(curves.class_names)
    knows = curves.accuracy[-1] > max(2 * even, accuracy + 0.1)
    nearly_right = accuracy > share - 0.02 if share < 1 else accuracy >= 1
    if share < _COLLAPSED_SHARE or nearly_right or knows:
        return None
    others = (1 - accuracy) / max(len(curves.class_names) - 1, 1)
    imbalanced = accuracy >= _IMBALANCED * others and curves.recipe.fit.class_weights == "none"
    if imbalanced and len(curves.loss) < _FEWEST_EPOCHS:
        # To answer the most frequent class is the first that a network learns of such images.
        return None
    name = curves.class_names[curves.shares.index(share)]
    # One answer for all is what a network gives that has hardly moved yet, or was thrown too far to come back.
    hardly_moved = curves.scaled and curves.loss[0] <= _BLOWN_UP * curves.guessing
    if imbalanced:
        change, said = changes.balanced()
    elif hardly_moved and changes.rate_of(curves.recipe) < changes.usual(curves.recipe):
        change, said = changes.usual_rate(curves.recipe)
    else:
        change, said = changes.calmer(curves.recipe)
    sentence = (
        f"Collapsed to one class: {share:.0%} of the {curves.watched} images are predicted as {name}, "
        f"whatever they show. The accuracy of {accuracy:.1%} is simply the share of that class."
    )
    return CoachFinding(COLLAPSED, sentence, {"share": share, "val_accuracy": accuracy}, change, said)


def _too_high(curves: Course) -> CoachFinding | None:
    first, last, lowest = curves.loss[0], curves.loss[-1], min(curves.loss)
    change, said = changes.slower(curves.recipe)
    if curves.scaled and first > _BLOWN_UP * curves.guessing and last > curves.guessing / 2:
        sentence = (
            f"Learning rate too high: training loss in the first epoch was {_nats(first)}; uniform "
            f"guessing over {len(curves.class_names)} classes gives {curves.guessing:.2f}. The first "
            "steps pushed the weights too far."
        )
        return CoachFinding(TOO_HIGH, sentence, {"loss": first, "guessing": curves.guessing}, change, said)
    since = len(curves.loss) - 1 - curves.loss.index(lowest)
    # Two epochs in a row: a single bad one says nothing.
    lasts = min(curves.loss[-2:]) > _RISE * lowest and last > _RISE * median(curves.loss[-2 - _SOME_EPOCHS : -2])
    if since >= 2 and lasts and last > _GUESSING_NATS and curves.accuracy[-1] < max(curves.accuracy):
        sentence = (
            f"Learning rate too high: training loss rose from {_nats(lowest)} at epoch "
            f"{_epoch(curves.epochs[curves.loss.index(lowest)])} to {_nats(last)}. The steps "
            "overshoot the minimum."
        )
        return CoachFinding(TOO_HIGH, sentence, {"lowest": lowest, "loss": last}, change, said)
    return None


def _not_learning(curves: Course) -> CoachFinding | None:
    even = 1 / len(curves.class_names)
    last, best = curves.loss[-1], max(curves.accuracy + curves.val_accuracy)
    if len(curves.loss) < _FEWEST_EPOCHS or best > even + _GUESSING_POINTS:
        return None
    sentence = (
        f"Not learning: after {_epoch(curves.epochs[-1])} epochs the best accuracy is {best:.1%} "
        f"(chance: {even:.1%}) and training loss is {_nats(last)} (uniform guessing: "
        f"{curves.guessing:.2f})."
    )
    figures = {"accuracy": best, "chance": even, "loss": last, "guessing": curves.guessing}
    rate, usual = changes.rate_of(curves.recipe), changes.usual(curves.recipe)
    if rate <= usual / 10 or (curves.scaled and rate < usual):
        change, said = changes.usual_rate(curves.recipe)
    else:
        change, said = changes.calmer(curves.recipe)
    return CoachFinding(NOT_LEARNING, sentence, figures, change, said)


def _overfitting(curves: Course) -> CoachFinding | None:
    if len(curves.loss) < _FEWEST_EPOCHS:
        return None
    return _rising(curves) or _apart(curves)


def _rising(curves: Course) -> CoachFinding | None:
    """A validation loss that has come up from its lowest, while the training loss has not."""
    low, loss = curves.best, curves.val_loss
    times = min(loss[-2:]) / max(loss[low], 1e-7)
    parted = curves.gap > _GAP / 2
    if times <= (_GENERALISATION_LOSS if parted else _UNSURE) or median(curves.loss[-3:]) > curves.loss[low]:
        return None
    if not chance.has_risen(loss):
        return None
    since, before, now = curves.epochs[low], _nats(curves.loss[low]), _nats(curves.loss[-1])
    training = f"fell from {before} to {now}" if curves.loss[-1] < curves.loss[low] else f"is {now}"
    what = (
        "The network is memorizing the training images."
        if parted
        else f"About as many images are right, but the network grows too sure of its errors: "
        f"{curves.val_accuracy[low]:.1%} were right then, {curves.val_accuracy[-1]:.1%} are now."
    )
    sentence = (
        f"Overfitting since epoch {_epoch(since)}: {curves.watched} loss rose from {_nats(loss[low])} to "
        f"{_nats(loss[-1])} while training loss {training}. {what}"
    )
    figures = {"since": since, "rise": loss[-1] - loss[low], "gap": curves.gap}
    return CoachFinding(OVERFITTING, sentence, figures, *changes.regularised(curves.recipe))


def _apart(curves: Course) -> CoachFinding | None:
    """Far more of the training images recognised than of the others, beyond the chance of epochs and of images."""
    accuracy, val_accuracy = median(curves.accuracy[-3:]), median(curves.val_accuracy[-3:])
    level = _GAP
    if curves.images:
        level += 2 * math.sqrt(val_accuracy * (1 - val_accuracy) / curves.images)
    if not chance.is_above(curves.gaps, level, _GAP_SPREAD) or accuracy <= val_accuracy:
        return None
    # Where the last medians are not above it themselves, what many epochs tell is dated from their middle.
    within = [at for at, gap in enumerate(chance.medians(curves.gaps)) if gap <= _GAP]
    first = within[-1] + 1 if within else 0
    since = curves.epochs[min(first, len(curves.epochs) - 1)]
    sentence = (
        f"Overfitting since epoch {_epoch(since)}: {accuracy:.1%} of the training images are right of late, and "
        f"{val_accuracy:.1%} of the {curves.watched} images, {100 * (accuracy - val_accuracy):.1f} points fewer."
    )
    figures = {"since": since, "gap": accuracy - val_accuracy}
    return CoachFinding(OVERFITTING, sentence, figures, *changes.regularised(curves.recipe))


def _lagging(curves: Course) -> CoachFinding | None:
    """A validation loss that errors cannot explain: averages that come too late make right answers unsure."""
    layers = curves.recipe.network.layers
    slow = [each for each in layers if each.statistics_momentum > _SLOW_MOMENTUM]
    loss, wrong = curves.val_loss[-1], 1 - curves.val_accuracy[-1]
    # Of two epochs in a row: a single bad one says nothing.
    least = min(curves.val_loss[-2:])
    unsure = least > _ERROR_NATS * wrong and least > 3 * curves.loss[-1] and least > 0.3 * curves.guessing
    if not slow or not unsure or len(curves.loss) < 2:
        return None
    sentence = (
        f"The {curves.watched} loss of {_nats(curves.val_loss[-1])} lags behind the training loss of "
        f"{_nats(curves.loss[-1])}, though {curves.val_accuracy[-1]:.1%} are right: the averages of "
        f"batch normalization, which validation uses, have not caught up, since an epoch has few steps."
    )
    figures = {"loss": curves.loss[-1], "val_loss": loss, "wrong": wrong}
    faster = [each.with_statistics_momentum(0.9) if each in slow else each for each in layers]
    return CoachFinding(
        LAGGING, sentence, figures, changes.with_layers(faster), "a momentum of 0.9 in batch normalization"
    )


def _noisy(curves: Course) -> CoachFinding | None:
    if len(curves.loss) < _SOME_EPOCHS:
        return None
    recent = curves.val_accuracy[-_RECENT:]
    jumps, own = chance.wobble(recent), chance.wobble(curves.accuracy[-_RECENT:])
    if jumps < _JUMP or jumps < 2 * own:
        return None
    sentence = (
        f"Noisy validation: accuracy varied between {min(recent):.1%} and {max(recent):.1%} over the "
        f"last {len(recent)} epochs while training was steady. Do not read much into a single epoch."
    )
    change, said = changes.with_rate(curves.recipe, changes.rate_of(curves.recipe) / 3)
    if curves.recipe.fit.averaging == 0:
        change, said = {"fit.averaging": 0.99}, "averaged weights, with a decay of 0.99"
    return CoachFinding(NOISY, sentence, {"lowest": min(recent), "highest": max(recent), "jump": jumps}, change, said)


def _underfitting(curves: Course, status: Status) -> CoachFinding | None:
    """Training images that are not learned themselves: by a network at rest, or one whose time was too short."""
    done, planned = len(curves.loss), curves.recipe.fit.epochs
    # What goes on may still learn: its loss may fall again, at the latest with a lower rate.
    if done < _FEWEST_EPOCHS or status.state in runs.ALIVE:
        return None
    accuracy, val_accuracy = median(curves.accuracy[-3:]), median(curves.val_accuracy[-3:])
    if max(accuracy, val_accuracy) > _LEARNED or curves.gap > _GAP:
        return None
    fall = chance.decline(curves.loss)
    figures = {"accuracy": accuracy, "val_accuracy": val_accuracy, "fall": fall}
    if fall > _REST and status.state in _BROKEN_OFF:
        if curves.epochs[-1] >= planned:
            return None
        sentence = (
            f"Not at its end: it {_BROKEN_OFF[status.state]} after epoch {_epoch(curves.epochs[-1])} of {planned:,}, "
            f"while the training loss still fell by {fall:.1%} an epoch. Resume it before you judge it."
        )
        return CoachFinding(UNFINISHED, sentence, figures)
    if fall > _REST and curves.recipe.fit.patience and curves.epochs[-1] < planned:
        # It ended early since validation no longer gained: more epochs would not help.
        return None
    if fall > _REST:
        sentence = (
            "Underfitting: training stopped while the network was still improving. Training accuracy "
            f"is {accuracy:.1%}, and training loss was still falling by {fall:.1%} per epoch."
        )
        epochs = min(2 * planned, 1000)
        return CoachFinding(UNDERFITTING, sentence, figures, {"fit.epochs": epochs}, f"{epochs} epochs")
    sentence = (
        f"Underfitting: training accuracy is only {accuracy:.1%}, close to {curves.watched} accuracy "
        f"({val_accuracy:.1%}), and training loss has almost stopped falling ({fall:.1%} per epoch)."
    )
    change, said = changes.wider(curves.recipe)
    return CoachFinding(UNDERFITTING, sentence, figures, change, said)


def _learning(curves: Course) -> CoachFinding:
    best, first = curves.best, curves.loss[0]
    now = median(curves.loss[-3:]) if len(curves.loss) > 2 else curves.loss[-1]
    kind = LEARNING if len(curves.loss) == 1 or now < (1 - _FALL) * first else RESTING
    begun = (
        f"It learns: the training loss went from {_nats(first)} to {_nats(curves.loss[-1])}, and "
        if kind == LEARNING
        else f"The training loss was {_nats(first)} after the first epoch and is {_nats(curves.loss[-1])} now: little "
        f"is learned. "
    )
    sentence = (
        f"{begun}{curves.val_accuracy[best]:.1%} of the {curves.watched} images are right at the best epoch, "
        f"{_epoch(curves.epochs[best])}."
    )
    if len(curves.loss) == 1:
        sentence = (
            f"After one epoch, {curves.watched} accuracy is {curves.val_accuracy[0]:.1%} (chance: "
            f"{1 / len(curves.class_names):.1%})."
        )
    return CoachFinding(kind, sentence, {"best": curves.epochs[best], "val_accuracy": curves.val_accuracy[best]})


def _nats(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _epoch(value: float) -> str:
    """Return an epoch for a person, whole ones without decimals: 3, 0.25, 1,000."""
    return f"{value:,.2f}".removesuffix("00").rstrip("0").removesuffix(".") if value % 1 else f"{value:,.0f}"
