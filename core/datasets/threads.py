"""Work on many images by two threads, for what lets go of Python's lock: reading, hashing, OpenCV."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from core.storage.data_home import carried

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_THREADS, _CHUNK = 2, 256


def mapped(work: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
    """Yield `work(item)` for each item, in order; a bounded number of them is worked on ahead."""
    work = carried(work)
    with ThreadPoolExecutor(_THREADS) as threads:
        for start in range(0, len(items), _CHUNK):
            yield from threads.map(work, items[start : start + _CHUNK])
