"""Real or made: a guessing game, two images at a time, of which one is a sample."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_FEWEST = 5
_SURE = 0.05


@dataclass(frozen=True)
class Round:
    """A pair of images of one class.

    Attributes:
        label: the class.
        sample: which of the samples of a sheet.
        real: which of the real images.
        made_first: whether the made one stands first.
    """

    label: int
    sample: int
    real: int
    made_first: bool


def rounds(sample_labels: np.ndarray, real_labels: np.ndarray, seed: int) -> list[Round]:
    """Return pairs of a sample and a real image of its class, each sample once, in an order that the seed decides.

    Args:
        sample_labels: classes of samples, int `(n,)`.
        real_labels: classes of real images, int `(k,)`; a class without any is left out.
        seed: decides all.
    """
    rng = np.random.default_rng(seed)
    made = []
    for sample in rng.permutation(len(sample_labels)):
        label = int(sample_labels[sample])
        real = np.flatnonzero(real_labels == label)
        chosen, first = rng.random(), rng.random() < 0.5
        if len(real):
            made.append(Round(label, int(sample), int(real[int(chosen * len(real))]), bool(first)))
    return made


def verdict(answers: Sequence[bool]) -> str:
    """Say what right and wrong guesses tell, in a sentence; empty before the first.

    Args:
        answers: whether each was right.
    """
    right, count = sum(answers), len(answers)
    if not count:
        return ""
    said = f"{right} of {count} right"
    if count < _FEWEST:
        return f"{said}. Guessing gets half: a few more pairs tell whether you see the difference."
    # How often guessing would be at least as good: a fair coin's binomial distribution.
    chance = sum(math.comb(count, k) for k in range(right, count + 1)) / 2**count
    if chance < _SURE:
        return f"{said}: you can tell the samples from real images. Guessing does as well in {chance:.1%} of games."
    return f"{said}: no better than guessing, which does as well in {chance:.0%} of games. The samples pass as real."
