"""What a trainer writes into its run's folder while it works, and what it finds there that a user wants of it."""

import contextlib
import math
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import psutil

from core.runs import Run
from core.runs.status import PAUSE, STOP
from core.storage import checked, data_home, processes

STATUS_S = 0.5
# Space held from the start, given up when the disk is full, so that the run can still say so.
_RESERVE_BYTES = 65_536


class Stopped(Exception):  # noqa: N818 not an error: the user wanted it
    """The user asked to stop or to pause. The argument is which."""


class Journal:
    """The run's status, metrics and wishes. Threads may write."""

    def __init__(self, run: Run) -> None:
        """Take the run over: from now on its status names this process."""
        self.run = run
        self.terminated = False
        self.status_now = run.status()
        self._parent = processes.parent_to_end_with()
        self._process = psutil.Process()
        self._lock = threading.RLock()
        self._written = float("-inf")
        self._writing = threading.Lock()
        self._error: OSError | None = None
        self._due, self._closed = threading.Event(), False
        self._thread = threading.Thread(target=self._write_when_due, daemon=True)
        self._thread.start()
        self._rate_changed_ns = 0
        self._reserve = run.folder / "reserve"
        self._reserve.write_bytes(bytes(_RESERVE_BYTES))
        self._path = run.folder / "metrics.jsonl"
        self._metrics = self._path.open("a", encoding="utf-8")
        pid, began = processes.own()
        self.status(pid=pid, pid_started=began, node=processes.node_here())

    def status(self, *, lazily: bool = False, lasting: bool = True, **changes: Any) -> None:
        """Change the status and write it, to last through a power cut.

        Args:
            lazily: whether it is written at most each `STATUS_S` seconds, and by a thread: putting it on the disk took
                5 to 10 ms, which would be up to 2% of a training that waits for it; handing it over takes 0.05 ms.
            lasting: whether it is on the disk when this returns; else readers see it now, and a thread makes it last.
            changes: what is new.

        Raises:
            OSError: it could not be written, now or by the thread.
        """
        with self._lock:
            now = time.monotonic()
            self.status_now = replace(self.status_now, heartbeat=time.time(), **changes)
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            if lazily and now - self._written < STATUS_S:
                return
            self._written = now
            if lazily:
                self._due.set()
            elif lasting:
                self._write()
            else:
                with self._writing:
                    self.run.write_status(self.status_now, lasting=False)
                self._due.set()

    def _write(self) -> None:
        with self._writing:
            self.run.write_status(self.status_now)

    def _write_when_due(self) -> None:
        while self._due.wait() and not self._closed:
            self._due.clear()
            try:
                self._write()
                os.fsync(self._metrics.fileno())
            except OSError as error:
                self._error = error
            except ValueError:
                pass  # The metrics are being cut.

    def record(self, **values: Any) -> None:
        """Append a record to `metrics.jsonl`; numbers that are not finite become `None`."""
        finite = {name: _finite(value) for name, value in values.items()}
        with self._lock:
            self._metrics.write(checked.text(finite) + "\n")
            self._metrics.flush()

    def cut(self, epoch: int, untold: Sequence[Mapping[str, Any]] = ()) -> None:
        """Take back what was told of the end of an epoch and after it: it is told again.

        Args:
            epoch: the last whole one.
            untold: records of epochs before it, as `Progress.untold` has them; those that are not there are put there.
        """
        with self._lock:
            self._metrics.close()
            kept = [
                record
                for record in self.run.metrics()
                if record["epoch"] < epoch or (record["epoch"] == epoch and record["kind"] != "epoch")
            ]
            told = {record["epoch"] for record in kept if record["kind"] == "epoch"}
            kept += [{"kind": "epoch", **record} for record in untold if record["epoch"] not in told]
            kept.sort(key=lambda record: record["epoch"])
            data_home.replace_text(self._path, "".join(checked.text(record) + "\n" for record in kept))
            self._metrics = self._path.open("a", encoding="utf-8")

    def close(self, **changes: Any) -> None:
        """Write the final status and tidy up, also on a full disk."""
        self._reserve.unlink(missing_ok=True)
        self._closed = True
        self._due.set()
        self._thread.join()
        self._error = None
        with contextlib.suppress(OSError):
            self._metrics.close()
        self.run.stop_file.unlink(missing_ok=True)
        self.status(ended=max(time.time(), self.status_now.place), doing="", seconds_left=None, **changes)

    @property
    def wish(self) -> str:
        """`stop` or `pause`, as the user or the system wants it; empty: to go on."""
        if self.terminated:
            return STOP
        if self._parent is not None and os.getppid() != self._parent:
            return PAUSE
        try:
            return PAUSE if self.run.stop_file.read_text(encoding="utf-8") == PAUSE else STOP
        except FileNotFoundError:
            return ""

    def check_wish(self) -> None:
        """Raise `Stopped` when the training shall not go on."""
        if wish := self.wish:
            raise Stopped(wish)

    def new_learning_rate(self) -> float | None:
        """Return the learning rate that a user set since the last call; `None`: none."""
        try:
            changed = self.run.learning_rate_file.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        if changed == self._rate_changed_ns:
            return None
        self._rate_changed_ns = changed
        return self.run.wanted_learning_rate()

    def memory_mb(self) -> float:
        """Return what this process has in memory, in millions of bytes."""
        return float(round(self._process.memory_info().rss / 1e6, 1))


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
