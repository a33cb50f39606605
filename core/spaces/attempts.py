"""Wrong tries at a key, counted so that nobody can try many."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

_WITHIN_S = 300.0
# Of a name, of an address, which behind a proxy is a whole class's, and of all. What tries keys needs millions.
_MOST = {"name": 10, "where": 60, "all": 200}
_KNOWN = 10_000
EVERYBODY = "all"


class Attempts:
    """Counts wrong tries by name and by address, and of everybody together."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with none; `clock` gives seconds."""
        self._clock, self._lock = clock, threading.Lock()
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def failed(self, told: Sequence[str]) -> None:
        """Count one that was wrong by all that it is told by."""
        with self._lock:
            for each in told:
                self._failed.setdefault(each, deque(maxlen=max(_MOST.values()))).append(self._clock())
                self._failed.move_to_end(each)
            while len(self._failed) > _KNOWN:
                self._failed.popitem(last=False)

    def left(self, told: Sequence[str]) -> float:
        """Return the seconds to wait before the next try; 0: none."""
        with self._lock:
            return max(self._left(each) for each in told)

    def _left(self, told: str) -> float:
        since = self._clock() - _WITHIN_S
        tries = [each for each in self._failed.get(told, ()) if each > since]
        most = _MOST[told.partition(":")[0]]
        return tries[-most] - since if len(tries) >= most else 0.0
