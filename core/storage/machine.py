"""How busy the machine is with other programs than a training, and how much memory it has."""

import threading
import time
from dataclasses import dataclass
from functools import lru_cache

import psutil

# A share of the processors is measured over at least so long, and over no more than that.
_SPAN_S, _LONGEST_SPAN_S = 4.0, 30.0
# With so much taken by others, at least, a training is noticeably slower.
_BUSY = 0.5


@dataclass(frozen=True)
class Shares:
    """Who used the machine's processors lately.

    Attributes:
        process: the share of all processors' time that the process had, 0–1.
        others: what other programs had.
    """

    process: float
    others: float

    @property
    def busy(self) -> bool:
        """Whether others use so much that the process is noticeably slower."""
        return self.others >= _BUSY

    @property
    def sentence(self) -> str:
        """Who uses the machine, for a person."""
        return (
            f"The machine is busy: other programs use {self.others:.0%} of its processors, and this training gets "
            f"{self.process:.0%}. It goes on, only slower."
        )


@dataclass(frozen=True)
class _Reading:
    """The seconds of processor time that had been used, by whom, at a moment."""

    at: float
    process: float
    all: float


class _Meter:
    """Measures the shares of one process since some seconds ago."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._lock = threading.Lock()
        self._readings = [self._read()]

    def _read(self) -> _Reading:
        # What prepares images for it, each in a process of its own, belongs to it.
        family = [each.cpu_times() for each in (self._process, *self._process.children(recursive=True))]
        whole = psutil.cpu_times()
        idle = whole.idle + getattr(whole, "iowait", 0.0)
        # Linux counts guests' time twice, as theirs and as the user's.
        guests = getattr(whole, "guest", 0.0) + getattr(whole, "guest_nice", 0.0)
        used = sum(each.user + each.system for each in family)
        return _Reading(time.monotonic(), used, sum(whole) - idle - guests)

    def now(self) -> Shares | None:
        """Return the shares; `None` until there is a span to measure."""
        with self._lock:
            now = self._read()
            recent = [each for each in self._readings if now.at - each.at <= _LONGEST_SPAN_S]
            old_enough = [each for each in recent if now.at - each.at >= _SPAN_S]
            self._readings = [*recent[max(len(old_enough) - 1, 0) :], now]
            if not old_enough:
                return None
            begin = old_enough[-1]
        available = (now.at - begin.at) * (psutil.cpu_count() or 1)
        process = min(max((now.process - begin.process) / available, 0.0), 1.0)
        others = min(max((now.all - begin.all) / available - process, 0.0), 1.0 - process)
        return Shares(process, others)


_meter = lru_cache(maxsize=32)(_Meter)


def cpu_shares(pid: int | None) -> Shares | None:
    """Return who used the processors in the last seconds: a process, and all others.

    Args:
        pid: the process's number, such as a trainer's; to be asked about again and again, each second or so.

    Returns:
        `None` until it has been asked for some seconds, where the process has ended, or the system does not tell.
    """
    try:
        return None if pid is None else _meter(pid).now()
    except psutil.Error:
        return None


@dataclass(frozen=True)
class Memory:
    """The machine's memory, in bytes: all of it, and what programs could have now."""

    total: int
    available: int


def memory() -> Memory:
    """Return how much memory the machine has, and how much of it is free now."""
    found = psutil.virtual_memory()
    return Memory(int(found.total), int(found.available))
