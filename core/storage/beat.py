"""Signs of life of work that is done on another machine: files in its folder, written again and again.

A process's number says nothing beyond its own machine. Who does the work there, and who waits here for a machine to
take it, each write a file every `BEAT_S` seconds; while either is fresh, the work goes on. Both machines' clocks agree
within seconds: a cluster is refused otherwise.
"""

import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from core.storage import checked, data_home
from core.storage.checked import DamagedError, Longest, MissingError, Time

# Of the machine that does the work, and of the process that waits for one.
AT_WORK, IN_QUEUE = "node.json", "queue.json"
BEAT_S = 2.0
# A cluster takes up to 30 s to see that a machine is gone, and some to begin elsewhere.
SILENT_S = 60.0
_Text = Annotated[str, Longest(300)]


@dataclass(frozen=True)
class Beat:
    """What a sign of life says.

    Attributes:
        at: when it was written, in seconds since 1970.
        writer: which start of the work it is of: whoever finds another's has lost the work to that one.
        node: the name of the machine.
        doing: what is waited for, in words.
        refused: why the cluster did not take the work, in a sentence; empty while it may.
    """

    at: Time
    writer: _Text = ""
    node: _Text = ""
    doing: _Text = ""
    refused: Annotated[str, Longest(5000)] = ""

    @property
    def fresh(self) -> bool:
        """Whether it was written lately, by one that still has the work or waits with it."""
        return not self.refused and abs(time.time() - self.at) < SILENT_S


def write(folder: Path, file: str, *, writer: str = "", node: str = "", doing: str = "", refused: str = "") -> None:
    """Give a sign of life now.

    Raises:
        OSError: the folder is gone or may not be written.
    """
    checked.write(folder / file, asdict(Beat(time.time(), writer, node, doing, refused)), lasting=False)


def read(folder: Path, file: str) -> Beat | None:
    """Return the last sign of life; `None` where there never was one."""
    try:
        return checked.read_object(folder / file, Beat)
    except MissingError:
        return None
    except DamagedError:
        # It is written again within seconds, or never.
        return Beat(0.0)


def is_elsewhere(folder: Path) -> bool:
    """Tell whether the work of a folder was given to another machine, and has not been told to have ended there."""
    return any(os.path.lexists(folder / file) for file in (AT_WORK, IN_QUEUE))


def is_alive(folder: Path) -> bool:
    """Tell whether work that is elsewhere goes on, or waits there for its turn."""
    return any((found := read(folder, file)) is not None and found.fresh for file in (AT_WORK, IN_QUEUE))


def waits_for(folder: Path) -> str:
    """Return what work that is elsewhere waits for, in words; empty where it waits for nothing."""
    found = read(folder, IN_QUEUE)
    return found.doing if found is not None and found.fresh else ""


def silence(folder: Path) -> str:
    """Say for a person why work that was to be elsewhere does not go on there."""
    queued = read(folder, IN_QUEUE)
    if queued is not None and queued.refused:
        return queued.refused
    found = read(folder, AT_WORK)
    where = f"The cluster's node {found.node}" if found is not None and found.node else "The cluster"
    return f"{where} has not been heard of for more than {SILENT_S:.0f} s. Resume to continue where it was."


def forget(folder: Path) -> None:
    """Take the signs away: the work has ended, or is done on this machine from now on."""
    for file in (AT_WORK, IN_QUEUE):
        data_home.remove(folder / file)
