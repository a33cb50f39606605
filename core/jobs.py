"""Long work on data sets, each job a process of its own and a folder of the data home: `python -m core.jobs JOB_DIR`.

A job outlives the page that started it. What is on disk is the truth: `job.json` says what to do, `status.json`
(replaced atomically) how it stands, the file `cancel` asks it to end.
"""

import contextlib
import importlib
import json
import shutil
import sys
import time
import traceback
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from core import home, processes
from core.errors import PixelwiseError, storing
from core.progress import Cancelled, progress_text

RUNNING, FINISHED, FAILED, CANCELLED, INTERRUPTED = "running", "finished", "failed", "cancelled", "interrupted"
_WRITE_S = 0.2
# A process that has not written its number by then never began.
_START_S = 30


@dataclass(frozen=True)
class JobStatus:
    """What a job's `status.json` says; times are seconds since 1970.

    Attributes:
        state: one of this module's states.
        created: when it was asked for.
        doing: what it does now, in words.
        done: how much of that is done, of `total` (0: not known), in `unit`, such as `pictures` or `bytes`.
        rate: units a second, since this part began; `None` before there is anything to measure.
        pid: the process number, and `pid_started` when that process began.
        ended: when it was over.
        cause: why it failed, in words.
        result: what the work returned.
    """

    state: str
    created: float
    doing: str = "starting"
    done: int = 0
    total: int = 0
    unit: str = ""
    rate: float | None = None
    pid: int | None = None
    pid_started: float | None = None
    ended: float | None = None
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
class Job:
    """A job's folder."""

    folder: Path

    @property
    def key(self) -> str:
        """The name by which it is found again."""
        return self.folder.name

    @property
    def arguments(self) -> dict[str, Any]:
        """What the work was given."""
        return dict(json.loads((self.folder / "job.json").read_text(encoding="utf-8"))["arguments"])

    def status(self) -> JobStatus:
        """Return how it stands. A job whose process is gone is `interrupted`, whatever its file says."""
        text = (self.folder / "status.json").read_text(encoding="utf-8")
        known = {each.name for each in fields(JobStatus)}
        status = JobStatus(**{name: value for name, value in json.loads(text).items() if name in known})
        if status.state != RUNNING:
            return status
        if status.pid is None:
            alive = time.time() - status.created < _START_S
        else:
            alive = processes.lives(status.pid, status.pid_started or 0.0)
        cause = "Its process ended without a word: it was killed, or the machine was switched off. Start it again."
        return status if alive else replace(status, state=INTERRUPTED, cause=cause)

    def write_status(self, status: JobStatus) -> None:
        """Replace `status.json`."""
        home.replace_text(self.folder / "status.json", json.dumps(asdict(status)))

    def cancel(self) -> None:
        """Ask the job to end."""
        with contextlib.suppress(FileNotFoundError):
            (self.folder / "cancel").touch()

    def forget(self) -> None:
        """Delete the folder of a job that has ended."""
        if self.status().state != RUNNING:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _ended(self, created: float) -> None:
        """Say so when the process that was asked for then could not even begin."""
        with contextlib.suppress(OSError, ValueError):
            status = self.status()
            if status.created == created and status.state == RUNNING and status.pid is None:
                self.write_status(
                    replace(status, state=FAILED, cause=f"It could not begin. See {self.folder}/job.log.")
                )


def folder() -> Path:
    """Return where jobs are kept."""
    return home.data_home() / "jobs"


def start(key: str, call: str, arguments: dict[str, Any]) -> Job:
    """Start a job, or return the one of the same key that is going on.

    Args:
        key: a file name, such as `audit-mnist`; an ended job of this key is forgotten.
        call: a function of `core`, such as `core.datasets.audit:run`. It is called with the arguments and `progress`,
            and returns what JSON can hold.
        arguments: keyword arguments that JSON can hold.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    job, created = Job(folder() / key), time.time()
    with storing("the job"):
        folder().mkdir(parents=True, exist_ok=True)
        with FileLock(folder() / f".{key}.lock"):
            if (going := find(key)) is not None and going.status().state == RUNNING:
                return going
            shutil.rmtree(job.folder, ignore_errors=True)
            with home.new_folder(job.folder) as beside:
                (beside / "job.json").write_text(json.dumps({"call": call, "arguments": arguments}), encoding="utf-8")
                Job(beside).write_status(JobStatus(RUNNING, created))
            log = job.folder / "job.log"
            processes.start("core.jobs", job.folder, home.data_home(), log, lambda _code: job._ended(created))
    return job


def find(key: str) -> Job | None:
    """Return the newest job of a key, whatever its state; `None` when there is none."""
    job = Job(folder() / key)
    return job if (job.folder / "status.json").exists() else None


def all_jobs() -> list[Job]:
    """Return all jobs, newest first."""
    found = [Job(path.parent) for path in folder().glob("[!.]*/status.json")]
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
            raise Cancelled("Cancelled.")


def _run(job: Job) -> None:
    """Do a job's work in this process."""
    report = _Reporter(job)
    pid, began = processes.own()
    report.status = replace(report.status, pid=pid, pid_started=began)
    job.write_status(report.status)
    todo = json.loads((job.folder / "job.json").read_text(encoding="utf-8"))
    module, _, function = todo["call"].partition(":")
    try:
        result = getattr(importlib.import_module(module), function)(**todo["arguments"], progress=report)
        end = {"state": FINISHED, "result": result}
    except Cancelled:
        end = {"state": CANCELLED}
    except PixelwiseError as error:
        end = {"state": FAILED, "cause": str(error)}
    except MemoryError:
        end = {"state": FAILED, "cause": "There was not enough memory. Close other programs and try again."}
    except Exception as error:  # The page shows the cause; the log has the rest.
        traceback.print_exc()
        end = {"state": FAILED, "cause": f"It failed ({type(error).__name__}: {error}). See {job.folder / 'job.log'}."}
    job.write_status(replace(report.status, **end, ended=time.time()))


if __name__ == "__main__":
    _run(Job(Path(sys.argv[1]).resolve()))
