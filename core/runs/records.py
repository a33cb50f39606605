"""The records of a run that goes on, read as they are added."""

import json
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO


class GrowingRecords:
    """The records of a `metrics.jsonl`, of which only what is new is read each time; several threads may."""

    def __init__(self, path: Path) -> None:
        """Read from `path`, which may not be there yet."""
        self._path = path
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._read, self._last = 0, b""
        self._records: list[dict[str, Any]] = []

    def now(self) -> list[dict[str, Any]]:
        """Return all records so far; a line that is still being written is left out."""
        with self._lock:
            try:
                with self._path.open("rb") as file:
                    self._read_on(file)
            except FileNotFoundError:
                self._forget()
            return list(self._records)

    def _read_on(self, file: BinaryIO) -> None:
        file.seek(self._read - len(self._last))
        # A resumed run's file is cut back to its checkpoint, and may have grown again since.
        if file.read(len(self._last)) != self._last:
            self._forget()
            file.seek(0)
        for line in file:
            if not line.endswith(b"\n"):
                break
            self._read, self._last = self._read + len(line), line
            with suppress(ValueError):
                self._records.append(json.loads(line))
