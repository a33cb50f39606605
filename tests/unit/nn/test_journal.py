"""What a trainer writes and finds in its run's folder."""

import errno
import json
import os
import time
from pathlib import Path

import pytest

from core import runs
from core.nn.training.journal import Journal, Stopped
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.storage import processes


@pytest.fixture
def run(data_home: Path) -> Run:
    return runs.create(find_recipe("digits-cnn"))


def test_a_journal_takes_the_run_over_and_tidies_up(run: Run) -> None:
    journal = Journal(run)
    assert run.status().pid == os.getpid()
    run.stop()
    journal.record(kind="batch", epoch=0.5, loss=float("nan"), accuracy=0.5)
    assert run.metrics() == [{"kind": "batch", "epoch": 0.5, "loss": None, "accuracy": 0.5}]
    journal.close(state=runs.STOPPED, cause="")
    assert run.status().state == runs.STOPPED
    assert run.status().ended
    assert {path.name for path in run.folder.iterdir()} == {
        "recipe.json",
        "dataset.json",
        "status.json",
        "metrics.jsonl",
    }


def test_what_is_told_again_is_taken_back(run: Run) -> None:
    journal = Journal(run)
    for epoch in (1, 2, 3):
        journal.record(kind="batch", epoch=epoch - 0.5)
        journal.record(kind="batch", epoch=float(epoch))
        journal.record(kind="epoch", epoch=float(epoch))
    journal.cut(2)
    assert [(record["kind"], record["epoch"]) for record in run.metrics()] == [
        ("batch", 0.5),
        ("batch", 1.0),
        ("epoch", 1.0),
        ("batch", 1.5),
        ("batch", 2.0),
    ]
    journal.record(kind="epoch", epoch=2.0)
    assert run.metrics()[-1] == {"kind": "epoch", "epoch": 2.0}
    journal.record(kind="batch", epoch=4.0)
    journal.cut(4, [{"epoch": 2.0, "loss": 9.0}, {"epoch": 3.0, "loss": 1.0}])
    assert run.metrics()[-3:] == [
        {"kind": "epoch", "epoch": 2.0},
        {"kind": "epoch", "epoch": 3.0, "loss": 1.0},
        {"kind": "batch", "epoch": 4.0},
    ], "only what is not there is put there"
    journal.cut(0)
    assert run.metrics() == []
    journal.close(state=runs.STOPPED)


def test_wishes_are_found(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(processes.END_WITH_SERVER, raising=False)
    journal = Journal(run)
    assert journal.wish == ""
    journal.check_wish()
    run.pause()
    assert journal.wish == "pause"
    run.stop()
    with pytest.raises(Stopped, match="stop"):
        journal.check_wish()
    run.stop_file.unlink()
    journal.terminated = True
    assert journal.wish == "stop"

    assert journal.new_learning_rate() is None
    run.set_learning_rate(0.01)
    assert journal.new_learning_rate() == 0.01
    assert journal.new_learning_rate() is None, "taken up already"
    run.learning_rate_file.write_text(json.dumps("fast"))
    assert journal.new_learning_rate() is None
    journal.close(state=runs.STOPPED)


def test_a_training_pauses_with_the_server_where_that_is_set(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(processes.END_WITH_SERVER, "1")
    journal = Journal(run)
    assert journal.wish == ""
    monkeypatch.setattr(os, "getppid", lambda: 1)
    assert journal.wish == "pause"
    journal.close(state=runs.PAUSED)


def test_a_progress_that_is_told_lazily_is_written_by_a_thread_and_the_last_word_stays(run: Run) -> None:
    journal = Journal(run)
    journal._written = float("-inf")
    journal.status(lazily=True, doing="epoch 1")
    deadline = time.monotonic() + 10
    while run.status().doing != "epoch 1" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert run.status().doing == "epoch 1"
    journal.close(state=runs.FINISHED)
    assert run.status().state == runs.FINISHED


def test_a_disk_that_is_full_is_told_to_the_training(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(run)

    def full(self: Run, status: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(Run, "write_status", full)
        journal._written = float("-inf")
        journal.status(lazily=True, doing="epoch 1")
        deadline = time.monotonic() + 10
        with pytest.raises(OSError, match="full"):
            while time.monotonic() < deadline:
                journal.status(lazily=True)
                time.sleep(0.01)
    journal.close(state=runs.FAILED)
    assert run.status().state == runs.FAILED


def test_a_resume_reads_the_records_that_can_be_read(run: Run) -> None:
    whole = [{"kind": "epoch", "epoch": float(epoch), "loss": 0.5} for epoch in (1, 2, 3)]
    renamed = json.dumps({"kind": "epoch", "ep0ch": 1.0}).encode()
    lines = [json.dumps(each).encode() for each in whole]
    damaged = [
        b'{"kind": "epoch", "epoch": 1.\xff}',
        renamed,
        b"17",
        b"[]",
        b"null",
        b'{"kind": "epoch", "epoch": "x"}',
    ]
    (run.folder / "metrics.jsonl").write_bytes(b"\n".join([lines[0], *damaged, *lines[1:], b'{"kind": "ep']))
    journal = Journal(run)
    journal.cut(3)
    journal.record(**whole[2])
    assert [record["epoch"] for record in run.metrics()] == [1.0, 2.0, 3.0]
    journal.close(state=runs.STOPPED)
