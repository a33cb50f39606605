"""Whether an augmentation is safe: how far a finished run's accuracy falls on images changed by it.

An augmentation is safe when the image still shows what its label says: a flipped 2 is no 2 any more. The run's
network is asked about images that it has not been trained on, each as it is and as drawn once. What it gets wrong
only as drawn shows where to look: either the label is not true any more, or the network has still to learn.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from core.augmentation import FIELDS, Augmentation, Draw, describe
from core.augmentation.draw import UNCHANGED
from core.storage.progress import Progress, quiet

_PORTION = 256
# With fewer images, a share of them says nothing.
_FEWEST = 8
_Z_95 = 1.959964
# A smaller share, or fewer images, are not worth a word.
_SMALL, _FEW = 0.02, 3


@dataclass(frozen=True)
class Fall:
    """How far accuracy fell on the same images, in shares of all of them.

    Attributes:
        images: how many.
        plain: how many the network has right as they are.
        changed: how many it has right as drawn.
        lost: how many it has right only as they are.
        won: how many it has right only as drawn.
    """

    images: int
    plain: int
    changed: int
    lost: int
    won: int

    @property
    def share(self) -> float:
        """Accuracy on images as they are, less accuracy on them as drawn, −1 to 1."""
        return (self.lost - self.won) / self.images if self.images else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% confidence interval of `share`.

        Each image is its own control, so only those with different answers count. The adjusted Wald interval for a
        difference of paired shares adds half an image to each of the four cells: A. Agresti and Y. Min, "Simple
        improved confidence intervals for comparing matched proportions", Statistics in Medicine 24 (2005), 729–740.
        """
        lost, won, n = self.lost + 0.5, self.won + 0.5, self.images + 2
        middle = (lost - won) / n
        half = _Z_95 * math.sqrt(lost + won - (lost - won) ** 2 / n) / n
        return max(-1.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Confused:
    """A class that is most often taken for another under one setting alone.

    Attributes:
        field: the setting, of `FIELDS`.
        true: the class, and `taken_for` the other.
        count: how many of its images were taken for the other, of `of` that were changed and had been right before.
    """

    field: str
    true: int
    taken_for: int
    count: int
    of: int


@dataclass(frozen=True, eq=False)
class Safety:
    """What was found.

    Attributes:
        augmentation: with which settings.
        ids: the images, int64 `(n,)`, indices into the dataset.
        labels: their classes, int64 `(n,)`.
        draws: what was drawn for each.
        before: the predicted class of each as it is, int64 `(n,)`, and `after` as drawn.
        sure: the probability given to the prediction as drawn, float64 `(n,)`.
        alone: for each setting that is on, the fall that it causes alone, the largest first.
        confused: for each setting that is on, the class that it alone most often turns into another; none where the
            network keeps to its answers.
    """

    augmentation: Augmentation
    ids: np.ndarray
    labels: np.ndarray
    draws: Sequence[Draw]
    before: np.ndarray
    after: np.ndarray
    sure: np.ndarray
    alone: dict[str, Fall] = field(default_factory=dict)
    confused: tuple[Confused, ...] = ()

    @property
    def fall(self) -> Fall:
        """The fall over all images."""
        return _fall(self.labels, self.before, self.after)

    def by_class(self, classes: int) -> list[Fall]:
        """Return the fall of each class."""
        chosen = (self.labels == label for label in range(classes))
        return [_fall(self.labels[each], self.before[each], self.after[each]) for each in chosen]

    def lost(self) -> np.ndarray:
        """Return positions of the images that are right as they are and wrong as drawn, int64, the surest first."""
        found = np.flatnonzero((self.before == self.labels) & (self.after != self.labels))
        return found[np.argsort(-self.sure[found], kind="stable")]


def measure(
    predict: Callable[[np.ndarray], np.ndarray],
    images: np.ndarray,
    ids: np.ndarray,
    labels: np.ndarray,
    augmentation: Augmentation,
    *,
    seed: int = 0,
    progress: Progress = quiet,
) -> Safety:
    """Ask a network about images as they are, as drawn, and as drawn by each setting alone.

    Args:
        predict: returns probabilities, float `(n, classes)`, of uint8 `(n, height, width, channels)`.
        images: uint8 `(m, height, width, channels)`, of which `ids` are asked about.
        ids: indices, int64 `(n,)`.
        labels: the classes of those, int `(n,)`.
        augmentation: what may be drawn.
        seed: of the draws; with the same seed each setting alone draws what it draws among the others.
        progress: told after each portion; it may cancel.
    """
    moving = augmentation.moving
    rounds = 2 + len(moving)
    height, width = images.shape[1:3]

    def asked(settings: Augmentation | None, doing: str, round_: int) -> tuple[np.ndarray, np.ndarray, list[Draw]]:
        chance = np.random.default_rng(seed)
        draws: list[Draw] = []
        answers = []
        for begin in range(0, len(ids), _PORTION):
            progress(doing, round_ * len(ids) + begin, rounds * len(ids), "images")
            portion = np.asarray(images[ids[begin : begin + _PORTION]])
            if settings is not None:
                drawn = settings.draw(len(portion), height, width, chance)
                portion = settings.apply(portion, drawn)
                draws += drawn
            answers.append(predict(portion))
        probabilities = np.concatenate(answers)
        return np.argmax(probabilities, axis=1), np.max(probabilities, axis=1).astype(np.float64), draws

    before, _, _ = asked(None, "asking about the images as they are", 0)
    after, sure, draws = asked(augmentation, "asking about the draws", 1)
    alone, confused = {}, []
    for number, name in enumerate(moving):
        only = _only(augmentation, name)
        answers, _, drawn = asked(only, f"asking about {FIELDS[name].title.lower()} alone", 2 + number)
        alone[name] = _fall(labels, before, answers)
        changed = np.array([describe(draw) != UNCHANGED for draw in drawn])
        confused += _most_confused(name, labels, before, answers, changed)
    progress("done", rounds * len(ids), rounds * len(ids), "images")
    ranked = dict(sorted(alone.items(), key=lambda pair: -pair[1].share))
    return Safety(augmentation, ids, labels, draws, before, after, sure, ranked, tuple(confused))


def in_words(found: Safety, part: str, class_names: Sequence[str]) -> list[str]:
    """Say what was found, each sentence with the numbers it rests on; the first is the verdict.

    Args:
        found: by `check`.
        part: of which images, `validation` or `test`.
        class_names: one text a class.
    """
    fall = found.fall
    low, high = fall.interval
    if high < _SMALL:
        verdict = "Looks safe: the network classifies augmented images about as well as the originals."
    elif low > _SMALL:
        verdict = "Be careful: accuracy drops clearly on augmented images."
    else:
        verdict = "Inconclusive: the drop is small, or there are too few images to tell."
    said = [
        verdict,
        f"Accuracy {_falls(fall.share)}: {fall.plain / fall.images:.1%} on {fall.images:,} original {part} images, "
        f"{fall.changed / fall.images:.1%} on augmented ones "
        f"(95% CI of the drop: {100 * low:.1f} to {100 * high:.1f} points).",
    ]
    costly = {name: alone for name, alone in found.alone.items() if alone.interval[0] > 0}
    if costly:
        name, alone = next(iter(costly.items()))
        said.append(f"{FIELDS[name].title} has the largest effect: on its own, accuracy {_falls(alone.share)}.")
    elif found.alone:
        said.append("No single setting lowers accuracy by more than chance would explain.")
    said += [
        f"{FIELDS[each.field].title} alone: {class_names[each.true]} is classified as "
        f"{class_names[each.taken_for]} in {each.count / each.of:.0%} of cases ({each.count:,} of "
        f"{each.of:,})."
        for each in sorted(found.confused, key=lambda each: -each.count / each.of)
        # What costs nothing turns as many wrong answers right: it confuses no class in particular.
        if each.field in costly and each.count / each.of > _SMALL and each.count >= _FEW
    ]
    return said


def _falls(share: float) -> str:
    return f"{'drops' if share >= 0 else 'rises'} by {abs(100 * share):.1f} points"


def _fall(labels: np.ndarray, before: np.ndarray, after: np.ndarray) -> Fall:
    plain, changed = before == labels, after == labels
    counts = (plain.sum(), changed.sum(), (plain & ~changed).sum(), (~plain & changed).sum())
    return Fall(len(labels), *map(int, counts))


def _only(augmentation: Augmentation, name: str) -> Augmentation:
    """Return an augmentation in which no other setting changes images."""
    off, values = asdict(Augmentation()), asdict(augmentation)
    return Augmentation(**{each: off[each] if each in FIELDS and each != name else values[each] for each in values})


def _most_confused(
    name: str, labels: np.ndarray, before: np.ndarray, after: np.ndarray, changed: np.ndarray
) -> list[Confused]:
    """Return the class of which the largest share is taken for one other, of the images that had been right."""
    right = changed & (before == labels)
    found = []
    for true in np.unique(labels[right]):
        answers = after[right & (labels == true)]
        wrong = np.bincount(answers[answers != true]) if len(answers) >= _FEWEST else np.zeros(0, int)
        if wrong.sum():
            taken_for = int(wrong.argmax())
            found.append(Confused(name, int(true), taken_for, int(wrong[taken_for]), len(answers)))
    return [max(found, key=lambda each: each.count / each.of)] if found else []
