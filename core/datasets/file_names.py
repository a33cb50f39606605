"""The file names of many images, searched and sorted at once: a list of Python's texts takes seconds at 1,000,000."""

import unicodedata
from functools import lru_cache
from typing import Any

import numpy as np

from core.datasets.store import Dataset

_ZERO, _NINE, _END = ord("0"), ord("9"), ord("\n")
_LONGEST_NUMBER = 99


def containing(dataset: Dataset, part: str) -> np.ndarray:
    """Tell of each image whether its file name contains a text, whatever the case, bool `(n,)`."""
    # Arrow's import takes longer than all else that a page begins with.
    import pyarrow.compute

    wanted = _folded(part).encode(errors="replace").decode()
    if not dataset.names or "\n" in wanted:
        return np.zeros(len(dataset), bool)
    return np.asarray(pyarrow.compute.match_substring(_searched(dataset), wanted))


def ranks(dataset: Dataset) -> np.ndarray:
    """Return the place of each image by its file name, int64 `(n,)`, the same for equal names; 2.jpg is before 10.jpg.

    Args:
        dataset: one with names.
    """
    import pyarrow.compute

    found = pyarrow.compute.rank(_texts(_with_lengths(_bytes(dataset))), tiebreaker="dense")
    return np.asarray(found).astype(np.int64)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


@lru_cache(maxsize=4)
def _searched(dataset: Dataset) -> Any:
    """Return all names, folded, as Arrow's array of texts."""
    return _texts(_bytes(dataset))


def _bytes(dataset: Dataset) -> np.ndarray:
    """Return all names, folded, in UTF-8, each with a line's end, uint8 `(m,)`; names have none in themselves."""
    return np.frombuffer(_folded("\n".join(dataset.names) + "\n").encode(), np.uint8)


def _texts(lines: np.ndarray) -> Any:
    """Return lines, uint8 `(m,)`, as Arrow's array of texts, whose ends are no matter for search or order."""
    import pyarrow

    ends = np.append(0, np.flatnonzero(lines == _END) + 1)
    buffers = [pyarrow.py_buffer(each) for each in (ends, np.ascontiguousarray(lines))]
    return pyarrow.LargeStringArray.from_buffers(len(ends) - 1, *buffers)


def _with_lengths(lines: np.ndarray) -> np.ndarray:
    """Return texts in which each number has two digits before it, how many it has itself, and no zeros at its begin.

    So texts are in the order of their numbers.
    """
    digit = (lines >= _ZERO) & (lines <= _NINE)
    edges = np.flatnonzero(np.diff(digit, prepend=False, append=False))
    begins, ends = edges[::2], edges[1::2]
    if not len(begins):
        return lines
    # Where the zeros end that a number begins with.
    others = np.append(np.flatnonzero(digit & (lines != _ZERO)), len(lines))
    firsts = np.minimum(others[np.searchsorted(others, begins)], ends)
    steps = np.zeros(len(lines) + 1, np.int8)
    steps[begins] += 1
    steps[firsts] -= 1
    kept = lines[np.cumsum(steps[:-1], dtype=np.int8) == 0]
    zeros = firsts - begins
    places = begins - (np.cumsum(zeros) - zeros)
    lengths = np.minimum(ends - firsts, _LONGEST_NUMBER)
    two = np.stack([lengths // 10, lengths % 10], axis=1).astype(np.uint8) + _ZERO
    return np.insert(kept, np.repeat(places, 2), two.ravel())
