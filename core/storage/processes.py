"""Processes of our own: those that outlive the one that started them, known by number and begin, and its workers."""

import ctypes
import math
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any, TypeVar

import psutil

_Result = TypeVar("_Result")
_WORKERS = max(2, min(os.cpu_count() or 2, 8))
_AHEAD = 3 * _WORKERS
# Starting processes takes a second: fewer images are done by then.
MANY_IMAGES = 3_000
MOST_BYTES_AHEAD = 16_000_000

_GIVE_BACK_S = 10.0
_ARENA_MAX = -8  # M_ARENA_MAX of <malloc.h>
_PARENT_POLL_S = 1.0
# Of a processor that others want, too, a training gets a quarter of an equal share (weight 335 to 1024, Linux's
# sched_prio_to_weight), so that it goes on however many they are; at 19 (15 to 1024) it stood still for minutes.
_NICE = 5
# Set where the app is started, it makes trainings and sweeps pause when the app ends; else they go on without it.
END_WITH_SERVER = "PIXELWISE_PAUSE_WITH_SERVER"
# The number of the process that one ends with, at once, as `end_with_asked` does.
END_WITH = "PIXELWISE_END_WITH"
# Where a cluster is that shares the data home, and, in what that started, the name of its machine.
CLUSTER, NODE = "PIXELWISE_CLUSTER", "PIXELWISE_NODE"
# Where `app.py`, `pages` and `core` are.
PROJECT = Path(__file__).resolve().parents[2]


def own() -> tuple[int, str]:
    """Return this process's number, and the mark of its begin by which `is_alive` knows it again."""
    pid = os.getpid()
    return pid, _began(pid)


def is_alive(pid: int, began: str | float) -> bool:
    """Tell whether the process of this number still is the one that began then: numbers are given out again.

    Args:
        pid: its number.
        began: the mark that `own` gave it; or, from earlier versions, its begin in seconds since 1970, which is taken
            as right within 2 s and no longer once the clock is set.
    """
    try:
        if isinstance(began, str):
            return _began(pid) == began
        process = psutil.Process(pid)
        return abs(process.create_time() - began) < 2.0 and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, ValueError, OverflowError):
        return False


def _began(pid: int) -> str:
    """Return what tells the process of a number from all others that had or will have it, fit for a file name.

    It does not follow the clock, which people and time servers set. Linux: this boot's id, and the clock ticks from
    boot to the process's begin (proc(5)). Elsewhere the begin as the system noted it then: Windows keeps it as it was
    (GetProcessTimes), macOS too, where psutil's public figure would be corrected for changes of the clock.

    Raises:
        psutil.NoSuchProcess: there is none, or it has ended and only waits to be asked for its exit status.
    """
    if sys.platform != "linux":
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            raise psutil.NoSuchProcess(pid)
        return f"{process._ident[1]:.6f}"
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise psutil.NoSuchProcess(pid) from error
    # The second field is the program's name in brackets, which may hold anything; the state and 18 others follow.
    state, *others = text.rpartition(")")[2].split()
    if state in "ZXx":
        raise psutil.NoSuchProcess(pid)
    return f"{_boot()}.{others[18]}"


@cache
def _boot() -> str:
    """Return the id of this boot of the machine; empty where the system has none."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").replace("-", "").strip()[:16]
    return ""


def is_of_another_boot(began: str) -> bool:
    """Tell whether a mark that `own` gave is of another machine, or of this one before it was started anew."""
    return began.partition(".")[0] != _boot()


def node_here() -> str:
    """Return the name of the cluster's machine that this process was started on; empty where no cluster did."""
    return os.environ.get(NODE, "")


def shares_home() -> bool:
    """Tell whether other machines may be writing into the data home, as far as the environment says."""
    return bool(os.environ.get(CLUSTER) or node_here())


def moment() -> str:
    """Return a mark of now, for `seconds_since`: this boot's id and the seconds since then; else of the clock."""
    if hasattr(time, "CLOCK_BOOTTIME") and _boot():
        return f"{_boot()}.{time.clock_gettime(time.CLOCK_BOOTTIME):.3f}"
    return f".{time.time():.3f}"


def is_alive_or_starting(pid: int | None, began: str | float | None, asked: str, within_s: float) -> bool:
    """Tell whether a process that was asked for is there, or may still be on its way.

    Args:
        pid: its number; `None` until it has written that.
        began: the mark that `own` gave it.
        asked: the moment when it was asked for; empty: not known.
        within_s: how long it may take to write its number.
    """
    if pid is not None:
        return is_alive(pid, began or "")
    try:
        return seconds_since(asked) < within_s
    except ValueError:
        return False


def seconds_since(then: str) -> float:
    """Return the seconds since `moment` gave a mark, whatever was done to the clock; infinite after another boot.

    Raises:
        ValueError: it is no such mark.
    """
    boot, seconds = then.partition(".")[::2]
    now_boot, now = moment().partition(".")[::2]
    elapsed = float(now) - float(seconds)
    return elapsed if boot == now_boot else math.inf


def start(
    module: str,
    folder: Path,
    homes: tuple[Path, Path],
    log: Path,
    ended: Callable[[int], None],
    *,
    before: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
) -> None:
    """Start `python -m module folder` in a session of its own.

    Args:
        module: such as `core.nn.train`.
        folder: its argument.
        homes: its `$PIXELWISE_HOME`, and its `$PIXELWISE_COMMON`.
        log: what it prints is added there.
        ended: called with its exit status, in a thread, if this process is still there by then.
        before: arguments that stand before the folder, and `after` those behind it.
        after: see above.

    Raises:
        OSError: the log cannot be written or the process cannot be started.
    """
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *before, str(folder), *after],
            cwd=PROJECT,
            env={**os.environ, "PIXELWISE_HOME": str(homes[0]), "PIXELWISE_COMMON": str(homes[1])},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # Somebody must wait for it, or it stays as a zombie.
    threading.Thread(target=lambda: ended(process.wait()), daemon=True).start()


def parent_to_end_with() -> int | None:
    """Return the number of the process that this one is to pause with; `None`: it goes on without that."""
    return os.getppid() if os.environ.get(END_WITH_SERVER) == "1" else None


def step_back() -> None:
    """Take less than an equal share of a busy machine, so that a page follows a slider; alone, nothing is slower."""
    nice = _NICE
    if sys.platform == "win32":
        nice = psutil.BELOW_NORMAL_PRIORITY_CLASS
    with suppress(psutil.Error):
        psutil.Process().nice(nice)
    # What wakes up need not wait until this one's turn is over. Not SCHED_IDLE: on a busy machine it never has one.
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
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


def end_with_asked() -> None:
    """End with the process that `$PIXELWISE_END_WITH` names, where it names one."""
    if parent := os.environ.get(END_WITH):
        end_with(int(parent))


def give_back_memory_often() -> None:
    """From now on, in a thread, give the system back what has been freed, which glibc else keeps for later.

    A server that 25 sessions at once had visited, Overview and Map among them, kept 460 MB without, and 320 MB with.
    """
    try:
        library = ctypes.CDLL(None)
        trim = library.malloc_trim
        # Threads then share two heaps: of one each, every heap keeps what lies below a small rest in use.
        library.mallopt(_ARENA_MAX, 2)
    except (AttributeError, OSError, TypeError):
        return  # Another C library, another system.

    def give_back() -> None:
        while True:
            time.sleep(_GIVE_BACK_S)
            trim(0)

    threading.Thread(target=give_back, name="give-back-memory", daemon=True).start()


def mapped(
    work: Callable[..., _Result],
    arguments: Iterable[tuple[Any, ...]],
    *,
    many: bool,
    sizes: Iterable[int] | None = None,
) -> Iterator[_Result]:
    """Yield `work(*each)` for each of the arguments, in order; a bounded number of them is worked on ahead.

    Args:
        work: a function of an importable module.
        arguments: taken one by one, as they are needed.
        many: whether processes work, since threads share the interpreter's lock, which small images spend most of
            their time in; else threads, which begin at once.
        sizes: how many bytes each of the arguments has; they are taken as long as all that is worked on has no more
            than `MOST_BYTES_AHEAD`, or alone.
    """
    each_size, taken = iter(sizes) if sizes is not None else repeat(0), iter(arguments)
    with _workers() if many else ThreadPoolExecutor(_WORKERS) as executor:
        ahead: deque[tuple[int, Future[_Result]]] = deque()
        for size in each_size:
            while ahead and (len(ahead) == _AHEAD or sum(other for other, _ in ahead) + size > MOST_BYTES_AHEAD):
                yield ahead.popleft()[1].result()
            try:
                ahead.append((size, executor.submit(work, *next(taken))))
            except StopIteration:
                break
        while ahead:
            yield ahead.popleft()[1].result()


def _workers() -> Executor:
    """Return worker processes that end with this one, even when it is killed."""
    import loky

    executor: Executor = loky.ProcessPoolExecutor(_WORKERS, initializer=end_with, initargs=(os.getpid(),))
    return executor
