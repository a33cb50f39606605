"""Whose training begins next on a server: so many at once over all users, and of those who wait, by turns.

Each trainer that waits keeps a ticket, `queue/waiting/<space>.<run>.json` below the served root; the user whose last
turn is longest ago is next. There is no process that divides: trainers look for themselves, one at a time.
"""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from filelock import FileLock

from core.errors import as_storage_error
from core.spaces import limits
from core.storage import checked, data_home, places, processes
from core.storage.checked import Between, DamagedError, Longest, Time


@dataclass(frozen=True)
class Ticket:
    """A run that waits, or has its turn.

    Attributes:
        space: whose run.
        run: its name.
        since: when it began to wait, or its turn, in seconds since 1970.
        pid: of its trainer, and `began` the mark of that process's begin.
    """

    space: Annotated[str, Longest(200)]
    run: Annotated[str, Longest(300)]
    since: Time
    pid: Annotated[int, Between(1, 2**31 - 1)]
    began: Annotated[str, Longest(100)]


class Turn:
    """A trainer's wait for its turn among those of all users."""

    def __init__(self, run: Path, at_once: int) -> None:
        """Wait for the run of a folder; so many train at once."""
        self._places = [FileLock(_folder() / f"place-{number}.lock") for number in range(at_once)]
        pid, began = processes.own()
        self._ticket = Ticket(run.parent.parent.name, run.name, time.time(), pid, began)
        self._file = _folder() / "waiting" / f"{self._ticket.space}.{run.name}.json"
        self._taken: FileLock | None = None
        self.ahead = 0

    def take(self) -> bool:
        """Begin if it is this run's turn, which `ahead` counts the others before; tell whether it began.

        Raises:
            StorageError: the disk is full or may not be written.
        """
        with as_storage_error("the place in the queue"):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(_folder() / ".lock"):
                waiting, had = in_order(_waiting(), _had()), _had()
                if self._ticket not in waiting:
                    # New, or damaged: without it nobody would be seen to be before this one.
                    checked.write(self._file, asdict(self._ticket), lasting=False)
                    waiting = in_order([*waiting, self._ticket], had)
                self.ahead = next((place for place, each in enumerate(waiting) if each == self._ticket), 0)
                if self.ahead:
                    return False
                self._taken = places.take(self._places)
                if self._taken is None:
                    return False
                self._file.unlink(missing_ok=True)
                # Who cannot be noted as having had a turn still has it.
                with suppress(OSError):
                    checked.write(_folder() / "had.json", {**had, self._ticket.space: time.time()}, lasting=False)
                return True

    def give_back(self) -> None:
        """Leave the queue, and let another train."""
        self._file.unlink(missing_ok=True)
        if self._taken is not None:
            self._taken.release()
            self._taken = None

    @property
    def said(self) -> str:
        """What it waits for, for a person."""
        return f"waiting, {self.ahead} before it in the class" if self.ahead else "waiting, next in the class"


def turn_of(run: Path) -> Turn | None:
    """Return the wait for a run's turn; `None`: this is no server, and only the user's own runs come before it."""
    given = limits.now()
    return Turn(run, given.trainings) if given is not None else None


def waiting() -> list[Ticket]:
    """Return the runs of all users that wait, the next first.

    Raises:
        StorageError: their folder cannot be read.
    """
    return in_order(_waiting(), _had())


def in_order(tickets: Iterable[Ticket], had: dict[str, float]) -> list[Ticket]:
    """Return tickets in the order in which they will have their turn.

    Args:
        tickets: of runs that wait.
        had: when each space's last turn began; one that is not in it had none.
    """
    left, had, order = sorted(tickets, key=lambda each: (each.since, each.space, each.run)), dict(had), []
    latest = max(had.values(), default=0.0)
    while left:
        chosen = min(left, key=lambda each: had.get(each.space, 0.0))
        left.remove(chosen)
        order.append(chosen)
        latest += 1
        had[chosen.space] = latest
    return order


def _waiting() -> list[Ticket]:
    found = []
    for path in (_folder() / "waiting" / name for name in data_home.names_in(_folder() / "waiting", ".json")):
        try:
            ticket = checked.read_object(path, Ticket)
        except DamagedError:
            continue
        if processes.is_alive(ticket.pid, ticket.began):
            found.append(ticket)
        else:
            with suppress(OSError):
                path.unlink()
    return found


def _had() -> dict[str, float]:
    try:
        found = checked.read_json(_folder() / "had.json")
    except DamagedError:
        return {}
    known = found.items() if isinstance(found, dict) else ()
    return {name: float(at) for name, at in known if isinstance(at, int | float)}


def _folder() -> Path:
    return data_home.common() / "queue"
