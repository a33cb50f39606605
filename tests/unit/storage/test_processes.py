"""Processes are known again by number and begin, whatever is done to the clock and however the system counts."""

import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from core import runs
from core.recipes.recipe import find_recipe
from core.runs import RunError
from core.runs.status import Status
from core.storage import data_home, jobs, processes


@contextmanager
def sleeping() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that does nothing and is no longer ours when the block ends."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def step_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seconds: int) -> None:
    """Set the clock: what asks for the time, and the kernel's own time of the boot, which follows it (proc(5))."""
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + seconds)
    fake = tmp_path / f"proc{seconds}"
    fake.mkdir()
    for each in Path("/proc").iterdir():
        with suppress(OSError):
            (fake / each.name).symlink_to(each)
    (fake / "stat").unlink()
    lines = Path("/proc/stat").read_text(encoding="ascii").splitlines(keepends=True)
    moved = [f"btime {int(line.split()[1]) + seconds}\n" if line.startswith("btime") else line for line in lines]
    (fake / "stat").write_text("".join(moved), encoding="ascii")
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(fake))


STEPS = [3, -3600, 5 * 3600]
linux = pytest.mark.skipif(sys.platform != "linux", reason="a made-up /proc/stat is looked at on Linux only")


@linux
@pytest.mark.parametrize("seconds", STEPS)
def test_a_living_training_stays_one_when_the_clock_is_set(
    data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    pid, began = processes.own()
    run = runs.create(find_recipe("digits-cnn"))
    waiting = runs.create(find_recipe("digits-cnn"))
    run.write_status(replace(run.status(), state=runs.RUNNING, pid=pid, pid_started=began))
    step_clock(monkeypatch, tmp_path, seconds)
    assert abs(psutil.Process().create_time() - time.time()) > 1 or seconds == 3, "the clock was set for psutil, too"
    assert run.status().state == runs.RUNNING
    assert waiting.status().state == runs.WAITING, "it was asked for a moment ago and is still on its way"
    with pytest.raises(RunError, match="nothing to resume"):
        run.resume()
    with pytest.raises(RunError, match="stop it first"):
        run.remove()
    run.stop()
    assert run.status().state == runs.STOPPING


@linux
@pytest.mark.parametrize("seconds", STEPS)
def test_what_a_living_process_builds_is_not_swept_when_the_clock_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    root = tmp_path / "datasets"
    with data_home.new_folder(root / "mine") as beside:
        step_clock(monkeypatch, tmp_path, seconds)
        with data_home.new_folder(root / "other"):
            assert beside.exists()
    assert sorted(path.name for path in root.iterdir()) == ["mine", "other"]


@linux
@pytest.mark.parametrize("seconds", STEPS)
def test_a_living_job_stays_one_when_the_clock_is_set(
    data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    job = jobs.Job(data_home / "jobs" / "count")
    job.folder.mkdir(parents=True)
    asked = jobs.JobStatus(jobs.RUNNING, time.time(), asked=processes.moment())
    job.write_status(asked)
    step_clock(monkeypatch, tmp_path, seconds)
    assert job.status().state == jobs.RUNNING, "it was asked for a moment ago and is still on its way"
    pid, began = processes.own()
    job.write_status(replace(asked, pid=pid, pid_started=began))
    assert job.status().state == jobs.RUNNING


def test_a_process_is_known_by_number_and_begin() -> None:
    pid, began = processes.own()
    assert pid == os.getpid()
    assert processes.is_alive(pid, began)
    assert not processes.is_alive(pid, began + "1"), "another process of this number"
    with sleeping() as other:
        assert not processes.is_alive(other.pid, began)
    assert processes.is_alive(pid, psutil.Process().create_time()), "the time that earlier versions wrote"
    assert not processes.is_alive(pid, psutil.Process().create_time() - 100)
    for odd in (-1, 0, 2**22 + 1, 2**40):
        assert not processes.is_alive(odd, began)


def test_a_process_that_was_killed_no_longer_lives_though_nobody_asked_how_it_ended() -> None:
    with sleeping() as process:
        began = processes._began(process.pid)
        assert processes.is_alive(process.pid, began)
        os.kill(process.pid, 9)
        end = time.monotonic() + 30
        while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < end
        assert not processes.is_alive(process.pid, began)


class FakeProcess:
    """A process as psutil shows it on macOS and Windows: its begin as the system noted it stands in `_ident`."""

    begins: dict[int, float] = {100: 1764357286.5, 101: 1764357286.5}  # noqa: RUF012
    correction = 0.0

    def __init__(self, pid: int) -> None:
        if pid not in self.begins:
            raise psutil.NoSuchProcess(pid)
        self.pid = pid
        self._ident = (pid, self.begins[pid])

    def create_time(self) -> float:
        """Follows the clock on macOS."""
        return self.begins[self.pid] + self.correction

    def status(self) -> str:
        return psutil.STATUS_RUNNING


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_tell_the_begin_that_they_noted(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(psutil, "Process", FakeProcess)
    began = processes._began(100)
    for correction in (3.0, -3600.0, 5 * 3600.0):
        monkeypatch.setattr(FakeProcess, "correction", correction)
        assert processes.is_alive(100, began)
    monkeypatch.setattr(FakeProcess, "begins", {100: 1764357290.5})
    assert not processes.is_alive(100, began), "the number was given to another process"
    monkeypatch.setattr(FakeProcess, "begins", {})
    assert not processes.is_alive(100, began)


def test_psutil_tells_what_other_systems_are_asked_for() -> None:
    """The attribute is psutil's own: a version without it must not be taken unnoticed."""
    pid, begin = psutil.Process()._ident  # type: ignore[attr-defined]
    assert pid == os.getpid()
    assert isinstance(begin, float)


def test_the_seconds_since_a_moment_follow_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    then = processes.moment()
    monkeypatch.setattr(time, "time", lambda: 4e9)
    assert 0 <= processes.seconds_since(then) < 60
    assert processes.seconds_since("anotherboot.5.0") == math.inf
    for broken in ("", "no-number", then.partition(".")[0]):
        with pytest.raises(ValueError, match="could not convert"):
            processes.seconds_since(broken)


def test_a_training_that_ends_between_two_looks_is_never_called_interrupted(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.create(find_recipe("digits-cnn"))
    with sleeping() as process:
        began = processes._began(process.pid)
        run.write_status(replace(run.status(), state=runs.RUNNING, pid=process.pid, pid_started=began))
    lives = processes.is_alive

    def ended_meanwhile(pid: int, began: str | float) -> bool:
        run.write_status(Status(runs.FINISHED, 1.0))
        return lives(pid, began)

    monkeypatch.setattr(processes, "is_alive", ended_meanwhile)
    assert run.status().state == runs.FINISHED


def test_a_busy_process_gets_its_share_though_another_steps_back() -> None:
    """What steps back must not be one of those that a busy machine never lets work."""
    code = """
import os
from core.storage import processes
processes.step_back()
print(os.nice(0), os.sched_getscheduler(0))
"""
    if not hasattr(os, "sched_getscheduler"):
        pytest.skip("only Linux tells how a process is scheduled")
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    nice, policy = map(int, printed.split())
    assert 0 < nice <= 10
    assert policy != os.SCHED_IDLE


def test_what_is_worked_on_ahead_is_bounded_by_its_bytes() -> None:
    under_way, most = 0, 0
    sizes = [processes.MOST_BYTES_AHEAD // 3] * 9 + [2 * processes.MOST_BYTES_AHEAD] * 2 + [1]

    def taken() -> Iterator[tuple[int]]:
        nonlocal under_way, most
        for size in sizes:
            under_way += 1
            most = max(most, under_way)
            yield (size,)

    found = []
    for size in processes.mapped(int, taken(), many=False, sizes=sizes):
        under_way -= 1
        found.append(size)
    assert found == sizes
    assert most <= 3
