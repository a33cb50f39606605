"""What a trainer writes into its run's folder while it works, and what it finds there that a user wants of it."""

import contextlib
import json
import math
import os
import threading
import time
from dataclasses import replace
from typing import Any

import psutil

from core import home, processes
from core.runs import Run
from core.runs.run import PAUSE, STOP

STATUS_S = 0.5
# Set where the app is started, it makes trainings pause when the app ends; else they go on without it.
END_WITH_SERVER = "PIXELWISE_PAUSE_WITH_SERVER"
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
        self._parent = os.getppid() if os.environ.get(END_WITH_SERVER) == "1" else None
        self._process = psutil.Process()
        self._lock = threading.RLock()
        self._written = 0.0
        self._rate_changed_ns = 0
        self._reserve = run.folder / "reserve"
        self._reserve.write_bytes(bytes(_RESERVE_BYTES))
        self._path = run.folder / "metrics.jsonl"
        self._metrics = self._path.open("a", encoding="utf-8")
        pid, began = processes.own()
        self.status(pid=pid, pid_started=began)

    def status(self, *, lazily: bool = False, **changes: Any) -> None:
        """Change the status and write it; `lazily` at most each `STATUS_S` seconds."""
        with self._lock:
            now = time.time()
            self.status_now = replace(self.status_now, heartbeat=now, **changes)
            if not lazily or now - self._written >= STATUS_S:
                self._written = now
                self.run.write_status(self.status_now)

    def record(self, **values: Any) -> None:
        """Append a record to `metrics.jsonl`; numbers that are not finite become `None`."""
        finite = {name: _finite(value) for name, value in values.items()}
        with self._lock:
            self._metrics.write(json.dumps(finite) + "\n")
            self._metrics.flush()

    def cut(self, epoch: int) -> None:
        """Take back what was told of the end of an epoch and after it: it is told again."""
        with self._lock:
            self._metrics.close()
            kept = [
                record
                for record in self.run.metrics()
                if record["epoch"] < epoch or (record["epoch"] == epoch and record["kind"] != "epoch")
            ]
            home.replace_text(self._path, "".join(json.dumps(record) + "\n" for record in kept))
            self._metrics = self._path.open("a", encoding="utf-8")

    def close(self, **changes: Any) -> None:
        """Write the final status and tidy up, also on a full disk."""
        self._reserve.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._metrics.close()
        self.run.stop_file.unlink(missing_ok=True)
        self.status(ended=time.time(), doing="", seconds_left=None, **changes)

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
