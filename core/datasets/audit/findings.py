"""What a check of a dataset found, in words and as the images concerned."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from core.storage.checked import Count, OneOf
from core.storage.progress import counted

PROBLEM, WARNING, INFO, PASSED = "problem", "warning", "info", "passed"
SEVERITIES = (PROBLEM, WARNING, INFO, PASSED)
# What a problem is once decisions have mended it; an audit itself, which looks at the images alone, never finds it.
GONE = "gone"


@dataclass(frozen=True)
class AuditFinding:
    """What one check found.

    Attributes:
        key: a stable word, such as `leak`, that can stand in an address.
        title: what was looked for.
        sentence: what was found, with its numbers, and what to do.
        severity: one of `SEVERITIES`; `PASSED` where there is nothing to report; or `GONE`.
        ids: the indices of the images concerned, the clearest case first, or group by group; may be empty.
        groups: the images that belong together, such as an image and its copies.
    """

    key: str
    title: str
    sentence: str
    severity: Annotated[str, OneOf(SEVERITIES)]
    ids: tuple[Count, ...] = ()
    groups: tuple[tuple[Count, ...], ...] = ()


def of_images(
    key: str,
    title: str,
    severity: str,
    ids: Sequence[int] | np.ndarray,
    *,
    found: str,
    passed: str,
) -> AuditFinding:
    """Return the finding of a check that concerns images; `found` follows their number."""
    if not len(ids):
        return AuditFinding(key, title, passed, PASSED)
    return AuditFinding(key, title, f"{counted(len(ids), 'image')} {found}", severity, tuple(map(int, ids)))


def of_groups(
    key: str, title: str, severity: str, groups: Sequence[np.ndarray], found: str, passed: str
) -> AuditFinding:
    """Return the finding of a check for images that belong together; `found` follows their number."""
    if not groups:
        return AuditFinding(key, title, passed, PASSED)
    ids = tuple(int(each) for each in np.concatenate(groups))
    sentence = f"{len(ids):,} images in {counted(len(groups), 'group')} {found}"
    return AuditFinding(key, title, sentence, severity, ids, tuple(tuple(map(int, group)) for group in groups))


def ordered(chosen: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return the indices where `chosen`, those with the smallest `order` first."""
    indices = np.flatnonzero(chosen)
    return indices[np.argsort(order[indices], kind="stable")]
