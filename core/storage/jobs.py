"""Long work on datasets, each job a process and a folder of the data home: `python -m core.storage.jobs JOB_DIR`.

A job outlives the page that started it. What is on disk is the truth: `job.json` says what to do, `status.json`
(replaced atomically) how it stands, the file `cancel` asks it to end.
"""

import contextlib
import importlib
import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

from filelock import FileLock

from core.errors import PixelwiseError, as_storage_error
from core.storage import beat, checked, data_home, places, processes
from core.storage.checked import Between, Count, DamagedError, Longest, OneOf, Time
from core.storage.progress import Cancelled, progress_text

RUNNING, FINISHED, FAILED, CANCELLED, INTERRUPTED = "running", "finished", "failed", "cancelled", "interrupted"
_WRITE_S = 0.2
# So many jobs of all users of a server go on at once.
PLACES = max(2, os.cpu_count() or 2)
# A process that has not written its number by then never began.
_START_S = 30
_Result = TypeVar("_Result")
_MOST_TODO = 10_000_000


@dataclass(frozen=True)
class JobStatus:
    """What a job's `status.json` says; times are seconds since 1970.

    Attributes:
        state: one of this module's states.
        created: when it was asked for.
        doing: what it does now, in words.
        done: how much of that is done, of `total` (0: not known), in `unit`, such as `images` or `bytes`.
        rate: units a second, since this part began; `None` before there is anything to measure.
        asked: that moment, as `processes.moment` marks it; empty from earlier versions.
        pid: the process number, and `pid_started` the mark of that process's begin; a time from earlier versions.
        ended: when it was over.
        cause: why it failed, in words.
        result: what the work returned.
    """

    state: Annotated[str, OneOf((RUNNING, FINISHED, FAILED, CANCELLED, INTERRUPTED))]
    created: Time
    doing: str = "starting"
    done: Count = 0
    total: Count = 0
    unit: str = ""
    rate: Annotated[float, Between(-1e15, 1e15)] | None = None
    asked: str = ""
    pid: Annotated[int, Between(1, 2**31 - 1)] | None = None
    pid_started: str | Time | None = None
    ended: Time | None = None
    cause: str = ""
    result: Any = None

    @property
    def fraction(self) -> float:
        """The share done of what it does now, 0–1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def line(self) -> str:
        """How far it is, for a person: `downloading x.zip · 45 of 170 MB · 3.2 MB/s · 39 s left`."""
        parts = [progress_text(self.doing, self.done, self.total, self.unit)]
        if self.rate:
            parts.append(f"{self.rate / 1e6:,.1f} MB/s" if self.unit == "bytes" else f"{self.rate:,.0f}/s")
        if self.seconds_left is not None:
            parts.append(f"{self.seconds_left:,.0f} s left")
        return " · ".join(parts)

    @property
    def seconds_left(self) -> float | None:
        """What remains of what it does now, estimated."""
        return (self.total - self.done) / self.rate if self.rate and self.total else None


@dataclass(frozen=True)
class _Todo:
    """What `job.json` says: which function of `core`, and its arguments."""

    call: Annotated[str, Longest(200)]
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Job:
    """A job's folder."""

    folder: Path

    @property
    def key(self) -> str:
        """The name by which it is found again."""
        return self.folder.name

    @property
    def arguments(self) -> dict[str, Any]:
        """What the work was given; nothing where that cannot be read."""
        try:
            return self._todo().arguments
        except DamagedError:
            return {}

    def _todo(self) -> "_Todo":
        return checked.read_object(self.folder / "job.json", _Todo, most=_MOST_TODO)

    @property
    def damage(self) -> str:
        """What keeps how it stands from being read, in a sentence; empty: nothing does."""
        try:
            checked.read_object(self.folder / "status.json", JobStatus)
            self._todo()
        except DamagedError as error:
            return f"The job {self.key} is damaged: {error}. Delete it, and start it again."
        return ""

    def result(self, kind: type[_Result]) -> _Result:
        """Return what the work returned, as the dataclass that declares it.

        Raises:
            DamagedError: it returned something else.
        """
        try:
            return checked.parse_as(kind, self.status().result)
        except checked.UnfitError as misfit:
            path = self.folder / "status.json"
            raise DamagedError(path, f"has another result than it should: {misfit}. Start the job again") from None

    def status(self, *, look_again: bool = True) -> JobStatus:
        """Return how it stands. A job whose process is gone is `interrupted`, whatever its file says.

        One whose files cannot be read has failed: its cause says so.

        Args:
            look_again: whether the file is read once more before a job is called so.
        """
        path = self.folder / "status.json"
        try:
            status = checked.read_object(path, JobStatus)
        except DamagedError as error:
            created = data_home.version(path)[0] / 1e9
            return JobStatus(FAILED, created, ended=created, cause=f"This job is damaged: {error}. Start it again.")
        if status.state != RUNNING:
            return status
        elsewhere = beat.is_elsewhere(self.folder)
        if (
            beat.is_alive(self.folder)
            if elsewhere
            else processes.is_alive_or_starting(status.pid, status.pid_started, status.asked, _START_S)
        ):
            return replace(status, doing=beat.waits_for(self.folder) or status.doing) if elsewhere else status
        if look_again:
            # It may have ended, and said how, since its status was read.
            return self.status(look_again=False)
        cause = "The process ended unexpectedly (killed, or the computer was switched off). Start it again."
        if elsewhere:
            cause = beat.silence(self.folder)
        return replace(status, state=INTERRUPTED, cause=cause)

    def write_status(self, status: JobStatus) -> None:
        """Replace `status.json`."""
        checked.write(self.folder / "status.json", asdict(status))

    def cancel(self) -> None:
        """Ask the job to end."""
        with contextlib.suppress(FileNotFoundError):
            (self.folder / "cancel").touch()

    def forget(self) -> None:
        """Delete the folder of a job that has ended."""
        if self.status().state != RUNNING:
            with contextlib.suppress(OSError):
                data_home.remove(self.folder)

    def _ended(self, created: float) -> None:
        """Say so when the process that was asked for then could not even begin."""
        with contextlib.suppress(OSError, ValueError):
            status = self.status()
            if status.created == created and status.state == RUNNING and status.pid is None:
                self.write_status(
                    replace(status, state=FAILED, cause=f"It could not start. See {self.folder}/job.log.")
                )


def folder() -> Path:
    """Return where jobs are kept."""
    return data_home.data_home() / "jobs"


# What starts a process for a folder, as `processes.start` does.
Begin = Callable[[str, Path, tuple[Path, Path], Path, Callable[[int], None]], None]


def start(key: str, call: str, arguments: dict[str, Any], begin: Begin = processes.start) -> Job:
    """Start a job, or return the one of the same key that is going on.

    Args:
        key: a file name, such as `audit-mnist`; an ended job of this key is forgotten.
        call: a function of `core`, such as `core.datasets.audit.report:run`. It is called with the arguments and
            `progress`, and returns what JSON can hold.
        arguments: keyword arguments that JSON can hold.
        begin: what starts its process: here, or on another machine.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    job, created = Job(folder() / key), time.time()
    with as_storage_error("the job"):
        folder().mkdir(parents=True, exist_ok=True)
        with FileLock(folder() / f".{key}.lock"):
            if (going := find(key)) is not None and going.status().state == RUNNING:
                return going
            shutil.rmtree(job.folder, ignore_errors=True)
            with data_home.new_folder(job.folder) as beside:
                checked.write(beside / "job.json", {"call": call, "arguments": arguments}, lasting=False)
                Job(beside).write_status(JobStatus(RUNNING, created, asked=processes.moment()))
            log = job.folder / "job.log"
            begin("core.storage.jobs", job.folder, data_home.around(job.folder), log, lambda _code: job._ended(created))
    return job


def find(key: str) -> Job | None:
    """Return the newest job of a key, whatever its state; `None` when there is none."""
    job = Job(folder() / key)
    return job if os.path.lexists(job.folder) else None


def all_jobs() -> list[Job]:
    """Return all jobs, newest first, with those that are damaged: these have failed.

    Raises:
        StorageError: the folder of the jobs cannot be read.
    """
    found = [Job(folder() / name) for name in data_home.folders_in(folder())]
    return sorted(found, key=lambda job: job.status().created, reverse=True)


class _Reporter:
    """Writes a job's progress, at most five times a second, and looks whether it was cancelled."""

    def __init__(self, job: Job) -> None:
        self.job, self.status = job, job.status()
        self._written = self._began = 0.0
        self._began_at = 0

    def __call__(self, doing: str, done: int, total: int, unit: str) -> None:
        now = time.monotonic()
        if doing != self.status.doing:
            self._began, self._began_at, self._written = now, done, 0.0
        if now - self._written < _WRITE_S and done != total:
            self.status = replace(self.status, doing=doing)
            return
        self._written = now
        seconds = now - self._began
        rate = (done - self._began_at) / seconds if seconds > 0.5 else None
        self.status = replace(self.status, doing=doing, done=done, total=total, unit=unit, rate=rate)
        self.job.write_status(self.status)
        if (self.job.folder / "cancel").exists():
            raise Cancelled("Canceled.")


@contextlib.contextmanager
def _place(report: _Reporter) -> Iterator[None]:
    """Where a server's users share a machine, wait for a place among all their jobs: some take a gigabyte.

    Raises:
        Cancelled: the job was, while it waited.
    """
    if data_home.common() == data_home.data_home():
        yield
        return
    folder = data_home.common() / "queue"
    folder.mkdir(parents=True, exist_ok=True)
    locks = [FileLock(folder / f"job-{number}.lock") for number in range(PLACES)]
    while (held := places.take(locks)) is None:
        report("waiting for jobs of the class", 0, 0, "")
        time.sleep(_WRITE_S)
    try:
        yield
    finally:
        held.release()


def _run(job: Job) -> None:
    """Do a job's work in this process."""
    report = _Reporter(job)
    pid, began = processes.own()
    report.status = replace(report.status, pid=pid, pid_started=began)
    job.write_status(report.status)
    todo = job._todo()
    module, _, function = todo.call.partition(":")
    try:
        with _place(report):
            result = getattr(importlib.import_module(module), function)(**todo.arguments, progress=report)
        end = {"state": FINISHED, "result": result}
    except Cancelled:
        end = {"state": CANCELLED}
    except PixelwiseError as error:
        end = {"state": FAILED, "cause": str(error)}
    except MemoryError:
        end = {"state": FAILED, "cause": "Out of memory. Close other programs and try again."}
    except Exception as error:  # The page shows the cause; the log has the rest.
        traceback.print_exc()
        end = {"state": FAILED, "cause": f"It failed ({type(error).__name__}: {error}). See {job.folder / 'job.log'}."}
    job.write_status(replace(report.status, **end, ended=max(time.time(), report.status.created)))


if __name__ == "__main__":
    processes.end_with_asked()
    _run(Job(Path(sys.argv[1]).resolve()))
