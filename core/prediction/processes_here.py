"""Parts of a folder's answers, made by processes of this machine: as many as its cores and free memory allow."""

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import psutil
from loky import ProcessPoolExecutor

from core.nn.inference import models
from core.prediction import folder, worker
from core.prediction.folder import Part, Work
from core.runs import RunError
from core.storage import data_home

_MOST = 16
_made: list[Any] = []


def number() -> int:
    """Return how many processes there are to be."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, int(psutil.virtual_memory().available // folder.PROCESS_BYTES), _MOST))


def work_through(work: Work, parts: Sequence[Part], told: Callable[[int], None]) -> None:
    """Make parts; `told` is called with how many images are done.

    Raises:
        RunError: the model cannot be read, or a process was killed.
    """
    log = data_home.data_home() / "worker.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    count = min(number(), len(parts))
    # One image at a time leaves nothing for more threads to do.
    environment = {**worker.ENVIRONMENT, "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    executor = ProcessPoolExecutor(
        count, initializer=models.initialise, initargs=(os.getpid(), str(log)), env=environment
    )
    done, rest, going = 0, deque(parts), deque[tuple[Part, Future[None]]]()
    try:
        told(0)
        while rest or going:
            while rest and len(going) < 2 * count:
                part = rest.popleft()
                going.append((part, executor.submit(_make, work, part)))
            part, made = going.popleft()
            made.result()
            done += len(part.names)
            told(done)
    except BrokenProcessPool as error:
        raise RunError(
            "A prediction process was killed by the operating system, possibly out of memory. Begin again: what is "
            "done is kept."
        ) from error
    finally:
        executor.shutdown(wait=True, kill_workers=True)


def _make(work: Work, part: Part) -> None:
    """Make a part in a process that keeps what it needs for the next."""
    if not _made:
        _made.append(folder.Maker(work))
    _made[0].make(part)
