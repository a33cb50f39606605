"""Jobs: a process of its own does the work, tells how far it is, is cancelled, and is seen when it was killed."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from filelock import FileLock

from core.storage import data_home as homes
from core.storage import jobs
from core.storage.jobs import Job
from core.storage.progress import Progress

HERE = "tests.unit.storage.test_jobs"


def work(progress: Progress, until: int) -> dict[str, Any]:
    """What the jobs of these tests do."""
    for done in range(until + 1):
        progress("counting", done, until, "numbers")
        time.sleep(0.01)
    return {"counted": until}


def fail(progress: Progress) -> None:
    raise ValueError("no such luck")


def wait(job: Job, reached: Callable[[jobs.JobStatus], bool]) -> jobs.JobStatus:
    end = time.monotonic() + 90
    while not reached(status := job.status()):
        assert time.monotonic() < end, status
        time.sleep(0.02)
    return status


def test_a_job_works_in_a_process_of_its_own_and_leaves_its_result(data_home: Path) -> None:
    job = jobs.start("count", f"{HERE}:work", {"until": 3})
    status = wait(job, lambda status: status.state != jobs.RUNNING)
    assert (status.state, status.result, status.doing, status.done) == (jobs.FINISHED, {"counted": 3}, "counting", 3)
    assert status.pid != psutil.Process().pid
    assert job.arguments == {"until": 3}
    assert jobs.all_jobs() == [job] == [jobs.find("count")]
    job.forget()
    assert jobs.find("count") is None


def test_a_job_going_on_is_not_started_twice_and_can_be_cancelled(data_home: Path) -> None:
    job = jobs.start("count", f"{HERE}:work", {"until": 3000})
    assert jobs.start("count", f"{HERE}:work", {"until": 5}) == job
    wait(job, lambda status: status.done > 0 and status.rate is not None)
    assert job.status().seconds_left
    job.cancel()
    assert wait(job, lambda status: status.state != jobs.RUNNING).state == jobs.CANCELLED
    again = jobs.start("count", f"{HERE}:work", {"until": 1})
    assert wait(again, lambda status: status.state != jobs.RUNNING).state == jobs.FINISHED


def test_a_killed_job_is_interrupted(data_home: Path) -> None:
    job = jobs.start("count", f"{HERE}:work", {"until": 3000})
    pid = wait(job, lambda status: status.pid is not None).pid
    psutil.Process(pid).kill()
    assert wait(job, lambda status: status.state != jobs.RUNNING).state == jobs.INTERRUPTED


@pytest.mark.parametrize("call", [f"{HERE}:fail", "core.nowhere:run"])
def test_a_job_that_fails_says_why(data_home: Path, call: str) -> None:
    job = jobs.start("fail", call, {})
    status = wait(job, lambda status: status.state != jobs.RUNNING)
    assert status.state == jobs.FAILED
    assert status.cause


def test_on_a_server_jobs_of_all_users_share_some_places(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(homes.COMMON, str(data_home))
    (data_home / "queue").mkdir(parents=True)
    taken = [FileLock(data_home / "queue" / f"job-{number}.lock") for number in range(jobs.PLACES)]
    for each in taken:
        each.acquire()
    with homes.at(data_home / "spaces" / "ada"):
        waits, cancelled = (jobs.start(key, f"{HERE}:work", {"until": 1}) for key in ("waits", "cancelled"))
        for job in (waits, cancelled):
            wait(job, lambda status: status.doing == "waiting for jobs of the class")
        cancelled.cancel()
        assert wait(cancelled, lambda status: status.state != jobs.RUNNING).state == jobs.CANCELLED
        taken[0].release()
        assert wait(waits, lambda status: status.state != jobs.RUNNING).state == jobs.FINISHED
    for each in taken[1:]:
        each.release()
