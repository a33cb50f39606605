"""The records of a run that goes on, read as they are added."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, BinaryIO

from core.storage import checked
from core.storage.checked import Between, Count, DamagedError, OneOf, OrNan, Seconds

BATCH, EPOCH = "batch", "epoch"
_MOST_ADDED = 100_000
# As large as 32 bits hold: what is larger was never measured, and its square may be no number.
_Value = Annotated[float, Between(-1e39, 1e39)] | None


@dataclass(frozen=True)
class _Record:
    """What a record may have; numbers that were not finite are `None`."""

    kind: Annotated[str, OneOf((BATCH, EPOCH))]
    epoch: Annotated[float, Between(0, 1_000_000)]
    seconds: Seconds | None = None
    loss: _Value = None
    accuracy: _Value = None
    val_loss: _Value = None
    val_accuracy: _Value = None
    learning_rate: _Value = None
    pictures_per_second: _Value = None
    memory_mb: _Value = None
    val_pictures: Count | None = None
    discriminator_loss: _Value = None
    recognised: _Value = None
    diversity: _Value = None
    nearest: _Value = None
    class_shares: tuple[Annotated[float, Between(0, 1), OrNan()], ...] = ()


def record(line: bytes, path: Path) -> dict[str, Any]:
    """Return the record that a line of a `metrics.jsonl` says; fields that are not known are as they are.

    Raises:
        DamagedError: it says none.
    """
    made = checked.parse(line, path)
    try:
        checked.parse_as(_Record, made)
    except checked.UnfitError as misfit:
        raise DamagedError(path, f"is not what it should be: {misfit}") from None
    return dict(made)


def read(path: Path) -> list[dict[str, Any]]:
    """Return the records of a `metrics.jsonl`; lines that say none are left out."""
    found = []
    with suppress(OSError), path.open("rb") as file:
        for line in file:
            with suppress(DamagedError):
                found.append(record(line, path))
    return found


def added(path: Path, start: int) -> tuple[int, list[dict[str, Any]]]:
    """Return what was added to a `metrics.jsonl` since its first `start` bytes were read.

    Returns:
        How many bytes are read now, and the records in what is new: a line that is still being written is left for
        the next time, one that says none is left out. Where the file was cut, or too much is new to be told at once, it
        is as if all were read.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if start < 0 or not 0 <= size - start <= _MOST_ADDED:
                return size, []
            file.seek(start)
            new = file.read(size - start)
    except OSError:
        return 0, []
    lines = new[: new.rfind(b"\n") + 1].splitlines(keepends=True)
    found = []
    for line in lines:
        with suppress(DamagedError):
            found.append(record(line, path))
    return start + sum(map(len, lines)), found


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
            except OSError:
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
            with suppress(DamagedError):
                self._records.append(record(line, self._path))
