"""Checkpoints written beside the training, by a thread: the network goes on learning meanwhile."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from core.runs import checkpoint
from core.runs.checkpoint import Checkpoint

# The thread rests so long that it spends no more than this share of the time on saving: epochs of some milliseconds
# are saved several at a time. But no rest is longer than `LONGEST_REST_S`, which is the most that a kill can cost.
_BUSY_SHARE = 0.02
LONGEST_REST_S = 1.0


class Saver:
    """Writes the newest checkpoint that it is offered, and tells of an epoch once that epoch is safe on disk."""

    def __init__(self, folder: Path, saved: int) -> None:
        """Save into a checkpoint folder, which has epoch `saved`; the thread ends with `close`, or with the process."""
        self._folder = folder
        self._changed = threading.Condition()
        self._offered: Checkpoint | None = None
        self._tellings: list[tuple[int, Callable[[], None]]] = []
        self._saved = saved
        self._closing = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def offer(self, offered: Checkpoint) -> None:
        """Have a checkpoint saved soon; it takes the place of one that still waits.

        Raises:
            OSError: what was offered before could not be saved.
        """
        self._check()
        with self._changed:
            self._offered = offered
            self._changed.notify()

    def when_safe(self, epoch: int, tell: Callable[[], None]) -> None:
        """Call `tell`, in the saver's thread, once a checkpoint of this epoch or a later one is on disk."""
        with self._changed:
            self._tellings.append((epoch, tell))
            self._changed.notify()

    def close(self) -> None:
        """Save and tell all that waits, and end the thread.

        Raises:
            OSError: something could not be saved.
        """
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        self._check()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            while self._wait():
                begun = time.monotonic()
                offered, self._offered = self._offered, None
                if offered is not None:
                    checkpoint.write(self._folder, offered)
                    self._saved = offered.progress.epoch
                with self._changed:
                    safe = [tell for epoch, tell in self._tellings if epoch <= self._saved]
                    self._tellings = [each for each in self._tellings if each[0] > self._saved]
                for tell in safe:
                    tell()
                rest = min((time.monotonic() - begun) / _BUSY_SHARE, LONGEST_REST_S)
                with self._changed:
                    self._changed.wait_for(lambda: self._closing, rest)
        except Exception as error:  # It is raised in the training's thread, where it ends the run.
            self._error = error

    def _wait(self) -> bool:
        """Wait for something to do; return false when there will be nothing more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._due)
            return self._due

    @property
    def _due(self) -> bool:
        return self._offered is not None or any(epoch <= self._saved for epoch, _ in self._tellings)
