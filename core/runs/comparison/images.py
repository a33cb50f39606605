"""Two runs on the same images: what the change fixed, what it broke, and whether that is more than chance."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.errors import PixelwiseError
from core.evaluation import predictions
from core.evaluation.predictions import Predictions
from core.runs import Run
from core.storage.progress import counted

# The quantile of the normal distribution for intervals of 95%, and the share of chance that goes with it.
_QUANTILE = 1.959964
_SIGNIFICANT = 0.05


class ComparisonError(PixelwiseError):
    """Two runs that cannot be compared. The message says why, and what to do."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What two networks make of the same images.

    Attributes:
        before: the first one's predictions.
        after: the other's, of the same images in the same order.
    """

    before: Predictions
    after: Predictions

    @property
    def images(self) -> int:
        """How many images both were asked for."""
        return len(self.before.ids)

    @cached_property
    def fixed(self) -> np.ndarray:
        """Ids, int64, of images wrong before and right after, those with the surest right answer first."""
        return self._ids(~_right(self.before) & _right(self.after))

    @cached_property
    def broken(self) -> np.ndarray:
        """Ids, int64, of images right before and wrong after, those with the surest wrong answer first."""
        return self._ids(_right(self.before) & ~_right(self.after))

    @cached_property
    def both_wrong(self) -> np.ndarray:
        """Ids, int64, of images wrong before and after, those with the surest wrong answer first."""
        return self._ids(~_right(self.before) & ~_right(self.after))

    def _ids(self, chosen: np.ndarray) -> np.ndarray:
        positions = np.flatnonzero(chosen)
        sureness = self.after.probabilities[positions].max(axis=1)
        return self.after.ids[positions[np.argsort(-sureness, kind="stable")]]

    def position(self, index: int) -> int:
        """Return where the image with an id stands in both predictions."""
        return self.before.positions[index]

    @property
    def difference(self) -> float:
        """The accuracy after minus the accuracy before, −1 to 1."""
        return (len(self.fixed) - len(self.broken)) / self.images

    @property
    def interval(self) -> tuple[float, float]:
        """Where the difference would lie for images without number, with a confidence of 95%.

        Wald's interval with one image added to the fixed and one to the broken: D. G. Bonett and R. M. Price,
        "Adjusted Wald confidence interval for a difference of binomial proportions based on paired data", Journal of
        Educational and Behavioral Statistics 37 (2012).
        """
        n = self.images + 2
        fixed, broken = (len(self.fixed) + 1) / n, (len(self.broken) + 1) / n
        difference = fixed - broken
        half = _QUANTILE * math.sqrt((fixed + broken - difference**2) / n)
        return max(difference - half, -1.0), min(difference + half, 1.0)

    @cached_property
    def chance(self) -> float:
        """How often chance alone would divide fixed and broken as unevenly, if neither network were better: 0–1.

        McNemar's test, exact: given how many images changed sides, each is as likely fixed as broken (Q. McNemar,
        "Note on the sampling error of the difference between correlated proportions or percentages", Psychometrika 12
        (1947); binomial as in F. Mosteller, "Some statistical problems in measuring the subjective response to
        drugs", Biometrics 8 (1952)).
        """
        from scipy.stats import binomtest

        changed = len(self.fixed) + len(self.broken)
        return float(binomtest(len(self.fixed), changed).pvalue) if changed else 1.0

    @property
    def chance_said(self) -> str:
        """`chance` for a person."""
        chance = self.chance
        return "fewer than 0.1%" if chance < 0.001 else f"{chance:.1%}" if chance < 0.1 else f"{chance:.0%}"

    @property
    def verdict(self) -> str:
        """What has become of it: `better`, `worse`, `same` (no answer changed sides) or `unclear`."""
        if not len(self.fixed) and not len(self.broken):
            return "same"
        if self.chance >= _SIGNIFICANT:
            return "unclear"
        return "better" if self.difference > 0 else "worse"

    @property
    def sentence(self) -> str:
        """What the numbers say, for a person."""
        if self.verdict == "same":
            return f"No change: both runs are right and wrong on the same images ({self.images:,} in total)."
        counts = f"{len(self.fixed):,} fixed and {len(self.broken):,} broken of {counted(self.images, 'image')}"
        low, high = self.interval
        change = f"{_points(self.difference)} points (95% CI {_points(low)} to {_points(high)})"
        if self.verdict == "unclear":
            return (
                f"Not significant: {counts}, {change}. If both networks were equally good, a split at "
                f"least this uneven would occur in {self.chance_said} of cases."
            )
        return (
            f"Significantly {self.verdict}: {counts}, {change}. If both networks were equally good, a split this "
            f"uneven would occur in {self.chance_said} of cases."
        )


def compare(before: Run, after: Run, part: str) -> Comparison:
    """Compare what two runs predicted.

    Args:
        before: the first run.
        after: the one with the change.
        part: `validation` or `test`.

    Raises:
        ComparisonError: they were not asked for the same images with the same labels.
        RunError: one of them has no predictions, or they cannot be read.
    """
    if before.about.content_hash != after.about.content_hash:
        raise ComparisonError(
            f"These runs cannot be compared image by image: one was trained on {before.about.title}, the other on "
            f"{after.about.title}{' as it was at another time' if before.about.title == after.about.title else ''}. "
            "Choose two runs on the same dataset."
        )
    pair = [_by_id(predictions.load(run, part)) for run in (before, after)]
    if not np.array_equal(pair[0].ids, pair[1].ids):
        raise ComparisonError(
            f"The {part} images of these runs are not the same: their recipes divide the dataset differently. "
            + ("Compare the test images." if part == "validation" else "Train one of them again with the same split.")
        )
    if not np.array_equal(pair[0].labels, pair[1].labels):
        raise ComparisonError(
            f"Some {part} images were relabeled between these runs, so that right and wrong are not the same for "
            "both. Compare the test images."
        )
    return Comparison(*pair)


def _by_id(found: Predictions) -> Predictions:
    order = np.argsort(found.ids, kind="stable")
    return Predictions(found.ids[order], found.labels[order], found.probabilities[order])


def _right(found: Predictions) -> np.ndarray:
    return found.predicted == found.labels


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")
