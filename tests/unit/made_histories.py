"""Made courses of trainings of which it is known what is true: for the coach, by the hundred, always the same ones."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core import runs
from core.recipes.recipe import find_recipe
from core.runs import Status
from core.training import coach
from core.training.coach import CoachFinding

FAULTS = {
    coach.OVERFITTING,
    coach.NOT_LEARNING,
    coach.TOO_HIGH,
    coach.DIVERGED,
    coach.COLLAPSED,
    coach.UNDERFITTING,
    coach.NOISY,
    coach.LAGGING,
}


@dataclass(frozen=True)
class History:
    """A training's figures, and what is true of them.

    Attributes:
        loss: one an epoch; `accuracy`, `val_loss` and `val_accuracy` likewise.
        fault: what is to be found at its end; empty: nothing.
        since: the epoch that must be named, where one is; before it there is nothing to be found.
        also: what may be said besides.
        said: what a finding must say or propose.
        unsaid: what no sentence may say.
        more: what else its records hold.
        recipe: changes of the recipe "digits-cnn"; it plans as many epochs as there are.
        classes: how many there are.
        state: how it ended.
    """

    loss: np.ndarray
    accuracy: np.ndarray
    val_loss: np.ndarray
    val_accuracy: np.ndarray
    fault: str = ""
    since: int = 0
    also: frozenset[str] = frozenset()
    said: str = ""
    unsaid: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    classes: int = 10
    state: str = runs.FINISHED

    def advised(self, epochs: int) -> list[CoachFinding]:
        """Return what the coach says after so many epochs; after the last, the training has ended."""
        records = [
            {
                "kind": "epoch",
                "epoch": float(at + 1),
                "class_shares": [1 / self.classes] * self.classes,
                **{name: float(getattr(self, name)[at]) for name in ("loss", "accuracy", "val_loss", "val_accuracy")},
                **self.more,
            }
            for at in range(epochs)
        ]
        recipe = find_recipe("digits-cnn").with_settings({"fit.epochs": len(self.loss), **self.recipe})
        state = self.state if epochs == len(self.loss) else runs.RUNNING
        return coach.advice(records, Status(state, 0.0), recipe, [f"class {each}" for each in range(self.classes)])

    def false_alarm(self, first: int = 1) -> str:
        """Return what is said of what is not so, at the earliest epoch from `first` on; empty: nothing."""
        for epochs in range(first, len(self.loss) + 1):
            for finding in self.advised(epochs):
                wanted = finding.kind == self.fault and epochs > self.since
                if finding.kind in FAULTS and not wanted and finding.kind not in self.also:
                    return f"after {epochs} of {len(self.loss)} epochs: {finding.sentence}"
        return ""

    def miss(self) -> str:
        """Return what is missing in what is said at the end, or ought not to be there; empty where all is right."""
        found = self.advised(len(self.loss))
        told = " ".join(f"{each.sentence} Try {each.change_said}." for each in found)
        if self.fault and self.fault not in [each.kind for each in found]:
            return f"{self.fault} is not found: {told}"
        if self.since and not any(each.figures.get("since") == self.since for each in found):
            return f"not dated from epoch {self.since}: {told}"
        if self.said not in told or any(each in told for each in self.unsaid):
            return f"said: {told}"
        return ""


def histories(kind: str, count: int) -> Iterator[History]:
    """Yield that many of a kind, one of the keys of `KINDS`."""
    for seed in range(count):
        yield KINDS[kind](np.random.default_rng([seed, *kind.encode()]))


def _falling(rng: np.random.Generator, epochs: int, rest: float) -> np.ndarray:
    """Return losses that fall to `rest`, as a training loss does."""
    start, pace = rng.uniform(1.0, 2.3), epochs * rng.uniform(0.08, 0.4)
    return rest + (start - rest) * np.exp(-np.arange(epochs) / pace)


def _rising(rng: np.random.Generator, epochs: int, top: float) -> np.ndarray:
    """Return accuracies that rise to `top`."""
    start, pace = rng.uniform(0.3, 0.6), epochs * rng.uniform(0.05, 0.25)
    return top - (top - start) * np.exp(-np.arange(epochs) / pace)


def _chance(rng: np.random.Generator, values: np.ndarray, deviation: float) -> np.ndarray:
    """Add normal chance to accuracies."""
    return np.clip(values + rng.normal(0, deviation, len(values)), 0, 1)


def _sound(
    rng: np.random.Generator, *, val_noise: float, noise: float = 0.01, epochs: int = 0, **values: Any
) -> History:
    """Return a training with nothing wrong: validation follows with a gap of up to 3 points and comes to rest."""
    epochs = epochs or int(rng.integers(8, 61))
    top, gap = rng.uniform(0.96, 0.995), rng.uniform(0.0, 0.03)
    rest = rng.uniform(0.02, 0.1)
    loss = _falling(rng, epochs, rest)
    accuracy = _rising(rng, epochs, top)
    val_loss = np.maximum(loss, rest + rng.uniform(0.02, 0.2))
    return History(
        loss * (1 + rng.normal(0, noise, epochs)),
        _chance(rng, accuracy, 0.002),
        val_loss * np.exp(rng.normal(0, val_noise, epochs)),
        _chance(rng, accuracy - gap, rng.uniform(0.001, 0.004)),
        **values,
    )


def clean(rng: np.random.Generator) -> History:
    """Little chance, a small true gap."""
    return _sound(rng, val_noise=rng.uniform(0, 0.03))


def noisy(rng: np.random.Generator) -> History:
    """A validation loss without a trend among chance, while training goes on; the true gap is 3 points."""
    epochs = int(rng.integers(8, 61))
    accuracy = _rising(rng, epochs, rng.uniform(0.96, 0.995))
    return History(
        _falling(rng, epochs, rng.uniform(0.02, 0.2)),
        _chance(rng, accuracy, 0.003),
        np.maximum(rng.uniform(0.25, 0.8) + rng.normal(0, rng.uniform(0.02, 0.08), epochs), 0.01),
        _chance(rng, accuracy - 0.03, rng.uniform(0.005, 0.02)),
        also=frozenset({coach.NOISY}),
    )


def far_off_at_times(rng: np.random.Generator) -> History:
    """Chance with heavy tails: now and then an epoch is far off."""
    made = _sound(rng, val_noise=0.0)
    val_loss = made.val_loss * np.exp(0.05 * rng.standard_t(3, len(made.loss)))
    return History(made.loss, made.accuracy, val_loss, made.val_accuracy, also=frozenset({coach.NOISY}))


def plateau_then_drop(rng: np.random.Generator) -> History:
    """Nothing for a while, then all at once; after the drop validation rests."""
    before, after = int(rng.integers(4, 25)), int(rng.integers(4, 25))
    level, low = rng.uniform(0.8, 1.5), rng.uniform(0.05, 0.3)
    known, top = rng.uniform(0.4, 0.7), rng.uniform(0.955, 0.99)
    gap = rng.uniform(0, 0.03)
    fall = low + (level - low) * np.exp(-np.arange(1, after + 1) / rng.uniform(0.5, 4))
    loss = np.concatenate([np.full(before, level), fall])
    accuracy = np.concatenate([np.full(before, known), top - (top - known) * (fall - low) / (level - low)])
    total = before + after
    return History(
        loss * np.exp(rng.normal(0, 0.01, total)),
        _chance(rng, accuracy, 0.003),
        (loss + rng.uniform(0, 0.1)) * np.exp(rng.normal(0, rng.uniform(0.01, 0.05), total)),
        _chance(rng, accuracy - gap, 0.01),
        also=frozenset({coach.NOISY, coach.UNDERFITTING}),
    )


def _few_images(rng: np.random.Generator, *, known: bool) -> History:
    epochs = int(rng.integers(6, 41))
    training, watched = int(rng.integers(40, 200)), int(rng.integers(16, 60))
    right = _rising(rng, epochs, rng.uniform(0.85, 0.97))
    gap = rng.uniform(0, 0.03)
    if known:
        # The same images each time: those that are hard stay hard.
        hard = rng.uniform(size=watched)
        jitter = rng.normal(0, 0.03, (epochs, watched))
        val_accuracy = (hard + jitter < (right - gap)[:, None]).mean(axis=1)
    else:
        val_accuracy = rng.binomial(watched, right - gap) / watched
    wrong = 1 - val_accuracy
    return History(
        _falling(rng, epochs, 0.1),
        rng.binomial(training, right) / training,
        (0.15 + 1.5 * wrong) * np.exp(rng.normal(0, 0.1, epochs)),
        val_accuracy,
        also=frozenset({coach.NOISY, coach.UNDERFITTING, coach.UNFINISHED}),
        more={"val_pictures": watched} if known else {},
    )


def few_images(rng: np.random.Generator) -> History:
    """A few dozen images, as many as the records say: an accident of the draw lasts."""
    return _few_images(rng, known=True)


def few_uncounted_images(rng: np.random.Generator) -> History:
    """A few dozen images, drawn anew at each epoch, and records that do not say so."""
    return _few_images(rng, known=False)


def bad_last_epoch(rng: np.random.Generator) -> History:
    """Twenty clean epochs, the last validation far off."""
    made = _sound(rng, val_noise=rng.uniform(0, 0.03), epochs=20)
    made.val_loss[-1] *= rng.uniform(1.3, 4)
    made.val_accuracy[-1] -= rng.uniform(0, 0.2)
    return made


def bad_epoch(rng: np.random.Generator) -> History:
    """A bad epoch somewhere, validation, training or both."""
    made = _sound(rng, val_noise=rng.uniform(0, 0.03), epochs=int(rng.integers(12, 41)))
    at, which = rng.integers(5, len(made.loss)), rng.integers(1, 4)
    if which & 1:
        made.val_loss[at] *= rng.uniform(1.3, 4)
        made.val_accuracy[at] -= rng.uniform(0, 0.2)
    if which & 2:
        made.loss[at] *= rng.uniform(1.3, 4)
        made.accuracy[at] -= rng.uniform(0, 0.2)
    return made


def _turning(rng: np.random.Generator, rise: float, *, noise: float, gap: float, **values: Any) -> History:
    """Return a training whose validation loss turns and comes up to `rise` times its lowest at the end."""
    epochs = int(rng.integers(15, 61))
    turn = int(rng.integers(epochs // 4, epochs - 7))
    low, start = rng.uniform(0.1, 0.8), rng.uniform(1.2, 2.3)
    down = low + (start - low) * (1 - np.arange(turn + 1) / max(turn, 1)) ** 2
    up = low * (1 + (rise - 1) * np.arange(1, epochs - turn) / (epochs - turn - 1))
    val_loss = np.concatenate([down, up])
    accuracy = _rising(rng, epochs, rng.uniform(0.97, 1.0))
    return History(
        _falling(rng, epochs, 0.0) * np.exp(rng.normal(0, 0.01, epochs)),
        _chance(rng, accuracy, 0.002),
        val_loss * np.exp(rng.normal(0, noise, epochs)),
        _chance(rng, accuracy - gap * np.arange(epochs) / epochs, 0.004),
        fault=coach.OVERFITTING,
        **{"since": turn + 1 if noise == 0 else 0, **values},
    )


def turning_without_chance(rng: np.random.Generator) -> History:
    """A V without chance: dated from its lowest point, and nothing is said before."""
    return _turning(rng, rng.uniform(1.3, 4), noise=0.0, gap=0.08)


def overfitting_a_little(rng: np.random.Generator) -> History:
    """A validation loss a fifth to a half above its lowest, eight to fourteen times its chance."""
    rise = rng.uniform(1.2, 1.5)
    return _turning(rng, rise, noise=np.log(rise) / rng.uniform(8, 14), gap=0.045)


def overfitting(rng: np.random.Generator) -> History:
    """A validation loss one and a half times to three times its lowest, among 2 to 6% of chance."""
    return _turning(rng, rng.uniform(1.5, 3), noise=rng.uniform(0.02, 0.06), gap=0.08)


def overfitting_much(rng: np.random.Generator) -> History:
    """A validation loss three to six times its lowest, among up to 15% of chance."""
    return _turning(rng, rng.uniform(3, 6), noise=rng.uniform(0.02, 0.15), gap=0.15)


def apart(rng: np.random.Generator) -> History:
    """A validation loss that rests, and a true gap of 10 to 30 points."""
    epochs = int(rng.integers(12, 61))
    accuracy = _rising(rng, epochs, rng.uniform(0.97, 1.0))
    gap = rng.uniform(0.1, 0.3) * (1 - np.exp(-np.arange(epochs) / (0.15 * epochs)))
    return History(
        _falling(rng, epochs, 0.01),
        _chance(rng, accuracy, 0.003),
        np.maximum(_falling(rng, epochs, 0.5) * np.exp(rng.normal(0, 0.03, epochs)), 0.4),
        _chance(rng, accuracy - gap, rng.uniform(0.003, 0.02)),
        fault=coach.OVERFITTING,
        also=frozenset({coach.NOISY}),
    )


def doubled_at_a_small_gap(rng: np.random.Generator) -> History:
    """A validation loss that at least doubles while the accuracies stay within 2 points of each other."""
    return _turning(
        rng, rng.uniform(2, 4), noise=rng.uniform(0, 0.06), gap=0.015, since=0, said="too sure of its errors"
    )


def majority(rng: np.random.Generator) -> History:
    """Classes of 85:15 to 98:2, always answered by the frequent one."""
    share, epochs, classes = rng.uniform(0.85, 0.98), int(rng.integers(4, 21)), int(rng.integers(2, 6))
    rare = 1 - share
    entropy = -share * np.log(share) - rare * np.log(rare / (classes - 1))
    return History(
        entropy * (1 + 0.2 * np.exp(-np.arange(epochs))) * np.exp(rng.normal(0, 0.01, epochs)),
        _chance(rng, np.full(epochs, share), 0.003),
        entropy * np.exp(rng.normal(0, 0.02, epochs)),
        np.full(epochs, share),
        fault=coach.COLLAPSED,
        said="class weights",
        unsaid=("learning rate",),
        more={"class_shares": [1.0, *[0.0] * (classes - 1)]},
        classes=classes,
    )


def up_and_down_by_a_point(rng: np.random.Generator) -> History:
    """A validation accuracy that alternates by one point: no noise worth a word."""
    made = _sound(rng, val_noise=0.01)
    level = rng.uniform(0.6, 0.95)
    made.val_accuracy[:] = level + 0.01 * (np.arange(len(made.loss)) % 2)
    made.accuracy[:] = level + 0.01
    return History(made.loss, made.accuracy, made.val_loss, made.val_accuracy, also=frozenset({coach.UNDERFITTING}))


def up_and_down(rng: np.random.Generator) -> History:
    """A validation accuracy among 3 to 8 points of chance."""
    epochs = int(rng.integers(12, 61))
    made = _sound(rng, val_noise=0.1, epochs=epochs)
    val_accuracy = np.clip(0.9 + rng.normal(0, rng.uniform(0.03, 0.08), epochs), 0, 1)
    return History(
        made.loss, made.accuracy, made.val_loss, val_accuracy, coach.NOISY, also=frozenset({coach.OVERFITTING})
    )


def broken_off(rng: np.random.Generator) -> History:
    """Paused, stopped, failed or ended by its patience while it still learned: not for want of epochs."""
    state = str(rng.choice([runs.PAUSED, runs.STOPPED, runs.FAILED, runs.INTERRUPTED, runs.FINISHED]))
    epochs = int(rng.integers(3, 15))
    loss = 2 * np.exp(-np.arange(epochs) * rng.uniform(0.03, 0.1))
    accuracy = np.linspace(0.3, rng.uniform(0.5, 0.9), epochs)
    planned = {"fit.epochs": 2 * epochs, "fit.patience": 3 if state == runs.FINISHED else 0}
    return History(
        loss,
        accuracy,
        loss * 1.05,
        accuracy - 0.01,
        fault="" if state == runs.FINISHED else coach.UNFINISHED,
        said="" if state == runs.FINISHED else "Resume",
        unsaid=("Underfitting", "epochs."),
        recipe=planned,
        state=state,
    )


def at_rest(rng: np.random.Generator) -> History:
    """A training loss that stays where it was: nothing is learned."""
    epochs, loss = int(rng.integers(3, 41)), rng.uniform(0.01, 0.5)
    return History(
        loss * np.exp(rng.normal(0, 0.01, epochs)),
        np.full(epochs, 0.98),
        np.full(epochs, loss * 1.1),
        np.full(epochs, 0.975),
        fault=coach.RESTING,
        unsaid=("It learns",),
    )


KINDS: dict[str, Callable[[np.random.Generator], History]] = {
    made.__name__.replace("_", " "): made
    for made in (
        clean,
        noisy,
        far_off_at_times,
        plateau_then_drop,
        few_images,
        few_uncounted_images,
        bad_last_epoch,
        bad_epoch,
        turning_without_chance,
        overfitting_a_little,
        overfitting,
        overfitting_much,
        apart,
        doubled_at_a_small_gap,
        majority,
        up_and_down_by_a_point,
        up_and_down,
        broken_off,
        at_rest,
    )
}
