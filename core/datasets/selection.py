"""Which images of a dataset, in which order."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.datasets import decisions
from core.datasets.decisions import EXCLUDE, KEEP, KEPT, RELABEL, UNSURE
from core.datasets.store import SPLITS, Dataset, DatasetError
from core.storage.memory_cache import bounded

STORED, CLASS, SIZE, BRIGHTNESS, SHARPNESS, NAME, RANDOM = (
    "stored",
    "class",
    "size",
    "brightness",
    "sharpness",
    "name",
    "random",
)
SORTS = (STORED, CLASS, SIZE, BRIGHTNESS, SHARPNESS, NAME, RANDOM)
DECIDED = "decided"
# What a filter by decision may ask for: any decision, one kind of it, or none.
DECISIONS = (DECIDED, EXCLUDE, RELABEL, UNSURE, KEPT, KEEP)


@dataclass(frozen=True)
class Filters:
    """What an image must fulfil to be shown; the defaults let all pass.

    Attributes:
        split: its split, one of `SPLITS`; `None`: any.
        classes: its class is one of these; empty: any.
        name: its file name contains this, whatever the case.
        ids: it is one of these; `None`: any.
        decision: what was decided on it, one of `DECISIONS`; `None`: whatever.
    """

    split: str | None = None
    classes: tuple[int, ...] = ()
    name: str = ""
    ids: tuple[int, ...] | None = None
    decision: str | None = None


@dataclass(frozen=True)
class Order:
    """How images are sorted; equal ones stay as they are stored.

    Attributes:
        by: one of `SORTS`; `STORED` leaves images chosen by their ids in the order of these.
        descending: largest, brightest, last name first.
        seed: of the random order, ≥ 0.
    """

    by: str = STORED
    descending: bool = False
    seed: int = 0


def select(dataset: Dataset, filters: Filters | None = None, order: Order | None = None) -> np.ndarray:
    """Return the indices of images, int64 `(m,)`, sorted.

    Args:
        dataset: whose images they are.
        filters: which; `None`: all.
        order: in which order; `None`: as stored.

    Raises:
        DatasetError: an unknown split, sort or kind of decision.
    """
    filters, order = filters or Filters(), order or Order()
    passing = np.ones(len(dataset), bool)
    if filters.split is not None:
        passing &= dataset.splits == _position(filters.split, SPLITS, "split")
    if filters.classes:
        passing &= np.isin(dataset.labels, filters.classes)
    if filters.name:
        passing &= _named(dataset, filters.name)
    if filters.ids is not None:
        passing &= _mask(filters.ids, len(dataset))
    if filters.decision is not None:
        passing &= _decided(dataset, filters.decision)
    if order.by == STORED and filters.ids is not None:
        given = np.array(list(dict.fromkeys(filters.ids)), np.int64)
        given = given[(given >= 0) & (given < len(dataset))]
        return given[passing[given]]
    sorted_all = _sorted(dataset, order)
    return sorted_all[passing[sorted_all]]


def _position(name: str, names: tuple[str, ...], what: str) -> int:
    if name not in names:
        raise DatasetError(f"{name!r} is no {what}: choose one of {', '.join(names)}.")
    return names.index(name)


def _mask(ids: tuple[int, ...], images: int) -> np.ndarray:
    mask = np.zeros(images, bool)
    wanted = np.asarray(ids, np.int64)
    mask[wanted[(wanted >= 0) & (wanted < images)]] = True
    return mask


def _named(dataset: Dataset, part: str) -> np.ndarray:
    wanted, names = _folded(part), _folded_names(dataset)
    return np.array([wanted in name for name in names], bool) if names else np.zeros(len(dataset), bool)


def _decided(dataset: Dataset, wanted: str) -> np.ndarray:
    _position(wanted, DECISIONS, "kind of decision")
    made = decisions.current(dataset)
    if wanted == KEEP:
        return ~_mask(tuple(made), len(dataset))
    return _mask(
        tuple(index for index, each in made.items() if wanted in (DECIDED, each.decision)),
        len(dataset),
    )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


@lru_cache(maxsize=4)
def _folded_names(dataset: Dataset) -> list[str]:
    return [_folded(name) for name in dataset.names]


@bounded(30_000_000, lambda order: order.nbytes)
def _sorted(dataset: Dataset, order: Order) -> np.ndarray:
    """Return all images in an order; worked out once, since names take a third of a second at 60,000."""
    _position(order.by, SORTS, "sort")
    if order.by == RANDOM:
        found = np.random.default_rng(order.seed).permutation(len(dataset))
        return found[::-1] if order.descending else found
    values = _values(dataset, order.by)
    return np.argsort(-values if order.descending else values, kind="stable")


def _values(dataset: Dataset, by: str) -> np.ndarray:
    """Return what images are sorted by, numbers `(n,)`."""
    if by == CLASS:
        return dataset.labels.astype(np.int64)
    if by == SIZE:
        return dataset.index["width"].astype(np.int64) * dataset.index["height"]
    if by == NAME and dataset.names:
        # 2.jpg comes before 10.jpg.
        padded = [re.sub(r"\d+", lambda digits: digits[0].zfill(12), name) for name in _folded_names(dataset)]
        return np.unique(padded, return_inverse=True)[1]
    if by in (BRIGHTNESS, SHARPNESS):
        return dataset.index[by]
    return np.arange(len(dataset))
