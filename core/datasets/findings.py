"""What a check of a data set found, in words and as the pictures concerned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PROBLEM, WARNING, INFO, PASSED = "problem", "warning", "info", "passed"
SEVERITIES = (PROBLEM, WARNING, INFO, PASSED)


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        key: a stable word, such as `leak`, that can stand in an address.
        title: what was looked for.
        sentence: what was found, with its numbers, and what to do.
        severity: one of `SEVERITIES`; `PASSED` where there is nothing to report.
        ids: the indices of the pictures concerned, the clearest case first, or group by group; may be empty.
        groups: the pictures that belong together, such as a picture and its copies.
    """

    key: str
    title: str
    sentence: str
    severity: str
    ids: tuple[int, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as `2 pictures`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def of_pictures(
    key: str,
    title: str,
    severity: str,
    ids: Sequence[int] | np.ndarray,
    *,
    found: str,
    passed: str,
) -> Finding:
    """Return the finding of a check that concerns pictures; `found` follows their number."""
    if not len(ids):
        return Finding(key, title, passed, PASSED)
    return Finding(key, title, f"{counted(len(ids), 'picture')} {found}", severity, tuple(map(int, ids)))


def of_groups(key: str, title: str, severity: str, groups: Sequence[np.ndarray], found: str, passed: str) -> Finding:
    """Return the finding of a check for pictures that belong together; `found` follows their number."""
    if not groups:
        return Finding(key, title, passed, PASSED)
    ids = tuple(int(each) for each in np.concatenate(groups))
    sentence = f"{len(ids):,} pictures in {counted(len(groups), 'group')} {found}"
    return Finding(key, title, sentence, severity, ids, tuple(tuple(map(int, group)) for group in groups))


def ordered(chosen: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return the indices where `chosen`, those with the smallest `order` first."""
    indices = np.flatnonzero(chosen)
    return indices[np.argsort(order[indices], kind="stable")]
