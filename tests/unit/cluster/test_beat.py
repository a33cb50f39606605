"""Whether work on another machine goes on: by its signs of life, never by a process's number."""

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core import runs
from core.cluster import setting, start
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.storage import beat, checked, data_home, jobs, processes

ANOTHER_BOOT = "0123456789abcdef.4711"


@pytest.fixture
def elsewhere(data_home: Path) -> Run:
    """A run that a node trains, whose process number is one of this machine's by chance."""
    run = runs.create(find_recipe("digits-dense"))
    run.write_status(replace(run.status(), state="running", node="b", pid=os.getpid(), pid_started=ANOTHER_BOOT))
    beat.write(run.folder, beat.AT_WORK, writer="abc", node="b")
    return run


def grow_old(folder: Path, file: str) -> None:
    said = checked.read_json(folder / file)
    checked.write(folder / file, {**said, "at": time.time() - beat.SILENT_S - 1})


def test_a_run_elsewhere_goes_on_while_it_is_heard_of(elsewhere: Run) -> None:
    assert elsewhere.status().state == "running"
    grow_old(elsewhere.folder, beat.AT_WORK)
    silent = elsewhere.status()
    assert silent.state == "interrupted"
    assert "node b has not been heard of" in silent.cause


def test_a_run_in_the_clusters_queue_waits_as_long_as_it_is_queued(elsewhere: Run) -> None:
    elsewhere.write_status(replace(elsewhere.status(), state="waiting", pid=None, pid_started=None, asked=""))
    grow_old(elsewhere.folder, beat.AT_WORK)
    beat.write(elsewhere.folder, beat.IN_QUEUE, doing="waiting for a node of the cluster")
    assert (elsewhere.status().state, elsewhere.status().doing) == ("waiting", "waiting for a node of the cluster")
    grow_old(elsewhere.folder, beat.IN_QUEUE)
    assert elsewhere.status().state == "interrupted"


def test_a_trainer_that_ended_elsewhere_without_a_word_is_interrupted(elsewhere: Run) -> None:
    beat.forget(elsewhere.folder)
    assert elsewhere.status().state == "interrupted"


def test_a_run_that_the_cluster_did_not_take_says_why(elsewhere: Run) -> None:
    beat.forget(elsewhere.folder)
    elsewhere.write_status(replace(elsewhere.status(), state="waiting", pid=None, pid_started=None))
    beat.write(elsewhere.folder, beat.IN_QUEUE, refused="No cluster answers.")
    assert (elsewhere.status().state, elsewhere.status().cause) == ("interrupted", "No cluster answers.")


def test_a_run_elsewhere_takes_no_place_here(elsewhere: Run) -> None:
    here = runs.create(find_recipe("digits-dense"))
    assert here.ahead() == []
    beat.forget(elsewhere.folder)
    pid, began = processes.own()
    elsewhere.write_status(replace(elsewhere.status(), state="running", node="", pid=pid, pid_started=began))
    assert here.ahead() == [elsewhere]


def test_a_job_elsewhere_goes_on_while_it_is_heard_of(data_home: Path) -> None:
    job = jobs.start("far", "core.nothing:here", {}, lambda *_: None)
    job.write_status(replace(job.status(), pid=os.getpid(), pid_started=ANOTHER_BOOT))
    beat.write(job.folder, beat.AT_WORK, writer="abc", node="b")
    assert job.status().state == "running"
    grow_old(job.folder, beat.AT_WORK)
    assert job.status().state == "interrupted"


def test_what_another_machine_is_writing_is_not_swept_away(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_home.mkdir()
    half = data_home / f".17-{ANOTHER_BOOT}-1234abcd-status.json"
    half.write_text("{")
    monkeypatch.setenv(setting.ADDRESS, "ray://head:10001")
    sweep(data_home)
    assert half.exists()
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(half, (long_ago, long_ago))
    sweep(data_home)
    assert not half.exists()


def test_without_a_cluster_it_is_what_an_earlier_boot_left(data_home: Path) -> None:
    data_home.mkdir()
    half = data_home / f".17-{ANOTHER_BOOT}-1234abcd-status.json"
    half.write_text("{")
    sweep(data_home)
    assert not half.exists()


def test_work_begun_here_forgets_the_cluster(elsewhere: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Any] = []
    monkeypatch.setattr(processes, "start", lambda *arguments, **_: begun.append(arguments[0]))
    start.start("core.nn.train", elsewhere.folder, data_home.around(elsewhere.folder), elsewhere.log_file, print)
    assert begun == ["core.nn.train"] and not beat.is_elsewhere(elsewhere.folder)


def test_that_work_was_handed_over_is_not_its_end(elsewhere: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(setting.ADDRESS, "ray://head:10001")
    told: list[int] = []
    begun: list[Any] = []
    monkeypatch.setattr(processes, "start", lambda *arguments, **more: begun.append((arguments, more)))
    start.start(
        "core.nn.train", elsewhere.folder, data_home.around(elsewhere.folder), elsewhere.log_file, told.append, 5
    )
    ((module, *_, ended), more) = begun[0]
    assert (module, more) == ("core.cluster.submit", {"before": ("core.nn.train",), "after": ("train.log", "5")})
    ended(0)
    assert told == []
    ended(1)
    assert told == [1]


def sweep(folder: Path) -> None:
    data_home.sweep(folder)
