"""Which images of a dataset, in which order."""

from dataclasses import dataclass

import numpy as np

from core.datasets import decisions, file_names
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
    if filters == Filters():
        return _sorted(dataset, order).astype(np.int64)
    passing = np.ones(len(dataset), bool)
    if filters.split is not None:
        passing &= dataset.splits == _position(filters.split, SPLITS, "split")
    if filters.classes:
        passing &= np.isin(dataset.labels, filters.classes)
    if filters.name:
        passing &= file_names.containing(dataset, filters.name)
    if filters.ids is not None:
        passing &= _mask(filters.ids, len(dataset))
    if filters.decision is not None:
        passing &= _decided(dataset, filters.decision)
    if order.by == STORED and filters.ids is not None:
        given = np.array(list(dict.fromkeys(filters.ids)), np.int64)
        given = given[(given >= 0) & (given < len(dataset))]
        return given[passing[given]]
    sorted_all = _sorted(dataset, order)
    return sorted_all[passing[sorted_all]].astype(np.int64)


def _position(name: str, names: tuple[str, ...], what: str) -> int:
    if name not in names:
        raise DatasetError(f"{name!r} is no {what}: choose one of {', '.join(names)}.")
    return names.index(name)


def _mask(ids: tuple[int, ...], images: int) -> np.ndarray:
    mask = np.zeros(images, bool)
    wanted = np.asarray(ids, np.int64)
    mask[wanted[(wanted >= 0) & (wanted < images)]] = True
    return mask


def _decided(dataset: Dataset, wanted: str) -> np.ndarray:
    _position(wanted, DECISIONS, "kind of decision")
    made = decisions.current(dataset)
    if wanted == KEEP:
        return ~_mask(tuple(made), len(dataset))
    return _mask(
        tuple(index for index, each in made.items() if wanted in (DECIDED, each.decision)),
        len(dataset),
    )


@bounded(60_000_000, lambda order: order.nbytes)
def _sorted(dataset: Dataset, order: Order) -> np.ndarray:
    """Return all images in an order, int32 `(n,)`; worked out once, since names take half a second at 1,000,000."""
    _position(order.by, SORTS, "sort")
    if order.by == RANDOM:
        found = np.random.default_rng(order.seed).permutation(len(dataset)).astype(np.int32)
        return found[::-1] if order.descending else found
    return _places(_values(dataset, order.by), descending=order.descending)


def _values(dataset: Dataset, by: str) -> np.ndarray:
    """Return what images are sorted by, numbers `(n,)`."""
    if by == CLASS:
        return dataset.labels
    if by == SIZE:
        return dataset.index["width"].astype(np.int64) * dataset.index["height"]
    if by == NAME and dataset.names:
        return file_names.ranks(dataset)
    return dataset.index[by] if by in (BRIGHTNESS, SHARPNESS) else np.arange(len(dataset))


def _places(values: np.ndarray, *, descending: bool) -> np.ndarray:
    """Return the places of numbers in order, int32 `(n,)`, equal ones as they are.

    Number and place are sorted as one, which NumPy does several times as fast as it sorts places by numbers.
    """
    if values.dtype.kind == "f":
        bits = (values.astype(np.float32) + 0).view(np.uint32)  # -0 is 0.
        keys = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31))
    else:
        least = int(values.min(initial=0))
        keys = np.minimum(values.astype(np.int64) - least, 2**32 - 1).astype(np.uint32)
    keys = ~keys if descending else keys
    both = (keys.astype(np.uint64) << np.uint64(32)) | np.arange(len(keys), dtype=np.uint64)
    both.sort()
    return (both & np.uint64(2**32 - 1)).astype(np.int32)
