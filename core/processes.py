"""Processes of our own: those that outlive the one that started them, known by number and begin, and its workers."""

import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil

_Result = TypeVar("_Result")
_WORKERS = max(2, min(os.cpu_count() or 2, 8))
_AHEAD = 3 * _WORKERS
# Starting processes takes a second: fewer pictures are done by then.
MANY_PICTURES = 3_000

_PARENT_POLL_S = 1.0
_NICE = 19
_PROJECT = Path(__file__).resolve().parent.parent


def own() -> tuple[int, float]:
    """Return this process's number and when it began, in seconds since 1970."""
    process = psutil.Process()
    return process.pid, process.create_time()


def lives(pid: int, began: float) -> bool:
    """Tell whether the process of this number still is the one that began then: numbers are given out again."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - began) < 2.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def start(module: str, folder: Path, data_home: Path, log: Path, ended: Callable[[int], None]) -> None:
    """Start `python -m module folder` in a session of its own.

    Args:
        module: such as `core.nn.train`.
        folder: its one argument.
        data_home: its `$PIXELWISE_HOME`.
        log: what it prints is added there.
        ended: called with its exit status, in a thread, if this process is still there by then.

    Raises:
        OSError: the log cannot be written or the process cannot be started.
    """
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(folder)],
            cwd=_PROJECT,
            env={**os.environ, "PIXELWISE_HOME": str(data_home)},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # Somebody must wait for it, or it stays as a zombie.
    threading.Thread(target=lambda: ended(process.wait()), daemon=True).start()


def step_back() -> None:
    """Let other programs go first, the page that a person drags a slider on above all; alone, nothing is slower.

    On two cores, beside a training at the usual priority, 13 pictures a second followed a slider; beside one that
    steps back 16 to 17 do, the slowest twentieth after 115 to 127 ms (`bench.dragging`).
    """
    nice = _NICE
    if sys.platform == "win32":
        nice = psutil.BELOW_NORMAL_PRIORITY_CLASS
    with suppress(psutil.Error):
        psutil.Process().nice(nice)
    # To Linux a processor is free that does nothing but such work: what wakes up goes there at once.
    if hasattr(os, "SCHED_IDLE"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    # Linux weighs sessions against each other where it groups by them, and niceness within each alone.
    group = Path("/proc/self/autogroup")
    with suppress(OSError):
        if group.exists():
            group.write_text(str(_NICE), encoding="ascii")


def end_with(parent: int) -> None:
    """Let this process end as soon as its parent process is gone, however that ended.

    Args:
        parent: the parent's number, as the parent itself told it.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_POLL_S)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def mapped(work: Callable[..., _Result], arguments: Iterable[tuple[Any, ...]], *, many: bool) -> Iterator[_Result]:
    """Yield `work(*each)` for each of the arguments, in order; a bounded number of them is worked on ahead.

    Args:
        work: a function of an importable module.
        arguments: taken one by one, as they are needed.
        many: whether processes work, since threads share the interpreter's lock, which small pictures spend most of
            their time in; else threads, which begin at once.
    """
    with _workers() if many else ThreadPoolExecutor(_WORKERS) as executor:
        ahead: deque[Future[_Result]] = deque()
        for each in arguments:
            ahead.append(executor.submit(work, *each))
            if len(ahead) == _AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _workers() -> Executor:
    """Return worker processes that end with this one, even when it is killed."""
    import loky

    executor: Executor = loky.ProcessPoolExecutor(_WORKERS, initializer=end_with, initargs=(os.getpid(),))
    return executor
