"""Run folders: made whole, never believed when their process is gone, and found by name."""

import json
import math
import os
import shutil
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from core import runs
from core.datasets import decisions
from core.datasets.sources import catalogue
from core.datasets.store import DatasetError
from core.errors import StorageError
from core.recipes.recipe import RecipeError, find_recipe
from core.runs import Run, RunError, Status, checkpoint, comparison
from core.runs.checkpoint import Checkpoint
from core.storage import data_home as home


@pytest.fixture
def run(data_home: Path) -> Run:
    return runs.create(find_recipe("digits-cnn"))


def with_state(run: Run, state: str, pid: int | None = None, pid_started: float | None = None) -> None:
    run.write_status(replace(Status(state, time.time()), pid=pid, pid_started=pid_started))


def own_process() -> tuple[int, float]:
    return os.getpid(), psutil.Process().create_time()


def test_a_new_run_waits_and_carries_its_whole_recipe(run: Run) -> None:
    assert run.status().state == runs.WAITING
    assert run.recipe.dataset == "digits"
    assert run.recipe.steps.steps, "the steps that bring any photo to the network's input are in the recipe"
    assert run.about.class_names == tuple("0123456789")
    assert runs.all_runs() == [run]


def test_a_run_keeps_the_decisions_of_its_moment(data_home: Path) -> None:
    digits = catalogue.open_dataset("digits")
    decisions.decide(digits, [5], decisions.EXCLUDE)
    run = runs.create(find_recipe("digits-cnn"))
    decisions.decide(digits, [6], decisions.EXCLUDE)
    assert run.decided == decisions.Decided(excluded=(5,))
    assert runs.create(find_recipe("digits-cnn").with_settings({"split.decisions": "ignore"})).decided is None


def test_a_run_carries_the_weights_it_begins_with(run: Run) -> None:
    (run.folder / "model.keras").write_bytes(b"a network")
    new = runs.create(replace(find_recipe("digits-cnn"), initial_weights="latest"))
    assert new.recipe.initial_weights == run.name
    shutil.rmtree(run.folder)
    assert new.initial_model.read_bytes() == b"a network"
    with pytest.raises(RunError, match=f"There is no run '{run.name}'"):
        runs.create(new.recipe)
    assert runs.all_runs() == [new]


def test_runs_made_in_the_same_second_have_names_of_their_own(run: Run) -> None:
    names = {runs.create(find_recipe("digits-cnn")).name for _ in range(3)}
    assert len(names | {run.name}) == 4


@pytest.mark.parametrize("state", runs.ALIVE)
def test_a_run_whose_process_is_gone_is_interrupted(run: Run, state: str) -> None:
    pid, started = own_process()
    with_state(run, state, pid, started)
    assert run.status().state == state
    with_state(run, state, pid, started - 100)
    assert run.status().state == runs.INTERRUPTED, "the number was given to another process"
    with_state(run, state, 2**22 + 1, started)
    assert run.status().state == runs.INTERRUPTED
    assert "process ended" in run.status().cause


def test_a_run_that_never_got_a_process_is_interrupted_after_a_while(run: Run) -> None:
    run.write_status(Status(runs.WAITING, time.time() - 3600))
    assert run.status().state == runs.INTERRUPTED


def test_every_status_is_seen_however_soon_it_follows_another(run: Run) -> None:
    for epoch in range(200):
        run.write_status(Status(runs.PAUSED, 1.0, epoch=epoch % 10))
        assert run.status().epoch == epoch % 10


def test_an_old_status_is_read_once_and_again_when_it_has_changed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    path = run.folder / "status.json"
    run.write_status(Status(runs.PAUSED, 1.0, epoch=3))
    os.utime(path, (1e9, 1e9))
    assert run.status().epoch == 3
    with monkeypatch.context() as context:
        context.setattr("core.storage.checked.read_object", lambda *_arguments: pytest.fail("it was read again"))
        assert run.status().epoch == 3
    run.write_status(Status(runs.PAUSED, 1.0, epoch=4))
    os.utime(path, (1e9 + 1, 1e9 + 1))
    assert run.status().epoch == 4


def test_a_wish_to_stop_shows_at_once(run: Run) -> None:
    with_state(run, runs.RUNNING, *own_process())
    run.stop()
    assert run.status().state == runs.STOPPING
    with_state(run, runs.FINISHED)
    with pytest.raises(RunError, match="nothing to stop"):
        run.stop()


def test_a_living_run_is_not_removed(run: Run) -> None:
    with_state(run, runs.RUNNING, *own_process())
    with pytest.raises(RunError, match="stop it first"):
        run.remove()
    with_state(run, runs.STOPPED)
    run.remove()
    assert not run.folder.exists()
    assert runs.all_runs() == []
    with pytest.raises(RunError, match="There is no run"):
        run.status()


def test_two_runs_of_one_name_removed_in_the_same_second_are_both_in_the_trash(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_state(run, runs.STOPPED)
    moment = time.time()
    monkeypatch.setattr(time, "time", lambda: moment)
    second = Path(shutil.copytree(run.folder, run.folder.with_name("second")))
    run.remove()
    second.rename(run.folder)
    run.remove()
    assert runs.trash() == [run.name, run.name]
    assert runs.restore(run.name) == run


def test_a_removed_run_comes_back_within_a_week(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with_state(run, runs.STOPPED)
    run.annotate(note="keep me")
    run.remove()
    assert runs.trash() == [run.name]
    assert runs.restore(run.name).about_run.note == "keep me"
    assert runs.all_runs() == [run]
    assert runs.trash() == []
    run.remove()
    runs.create(find_recipe("digits-cnn"))
    assert runs.trash() == [run.name]
    later = time.time() + 8 * 24 * 3600
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: later)
        runs.create(find_recipe("digits-cnn"))
    assert runs.trash() == []
    with pytest.raises(RunError, match=f"There is no run '{run.name}' in the trash"):
        runs.restore(run.name)


def test_what_a_user_says_of_a_run_is_kept(run: Run) -> None:
    assert run.about_run == runs.AboutRun()
    assert run.title == run.recipe.title
    run.annotate(title=" With more epochs ", star=True)
    run.annotate(note="<b>better</b>")
    assert run.about_run == runs.AboutRun("With more epochs", "<b>better</b>", True)
    assert run.title == "With more epochs"
    run.annotate(title="", star=False)
    assert run.about_run == runs.AboutRun(note="<b>better</b>")
    with pytest.raises(RunError, match=r"The title has 5,000 characters; at most 120 are taken\."):
        run.annotate(title=5000 * "x")
    (run.folder / "about.json").write_text("[1]")
    assert run.about_run == runs.AboutRun()
    second = runs.create(find_recipe("digits-cnn"), title="Twice as long", pair_of=run.name)
    assert (second.title, second.about_run.pair_of) == ("Twice as long", run.name)


@pytest.mark.parametrize("state", runs.RESUMABLE)
def test_a_run_that_ended_early_waits_for_its_turn_again(run: Run, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Run] = []
    monkeypatch.setattr(Run, "start", lambda run: started.append(run))
    later = runs.create(find_recipe("digits-cnn"))
    run.write_status(replace(run.status(), state=state, pid=1, cause="something", epoch=2, ended=1.0))
    run.stop_file.write_text("stop")
    run.resume()
    status = run.status()
    assert (status.state, status.epoch, status.cause, status.pid, status.ended) == (runs.WAITING, 2, "", None, None)
    assert not run.stop_file.exists()
    assert started == [run]
    assert run.ahead() == [later], "it goes to the end of the queue"
    with pytest.raises(RunError, match="is waiting: there is nothing to resume"):
        run.resume()


def test_a_finished_run_trains_on_when_it_gets_more_epochs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "start", lambda _run: None)
    run.write_status(replace(run.status(), state=runs.FINISHED, epoch=30))
    for epochs in (None, 30):
        with pytest.raises(RunError, match="has finished its 30 epochs"):
            run.resume(epochs)
    with pytest.raises(RunError, match="no checkpoint"):
        run.resume(40)
    progress = checkpoint.Progress(epoch=30, seconds=1.0, learning_rate=0.001)
    checkpoint.write(run.checkpoint_folder, Checkpoint(progress, [np.zeros(3)], []))
    assert run.recipe.fit.epochs == 30
    run.resume(40)
    assert run.recipe.fit.epochs == run.status().epochs == 40
    run.write_status(replace(run.status(), state=runs.STOPPED, epoch=35))
    with pytest.raises(RunError, match="has trained 35 epochs already"):
        run.resume(31)
    with pytest.raises(RecipeError, match="epochs must be a whole number from 1 to 1000"):
        run.resume(2000)
    assert run.recipe.fit.epochs == 40


def test_a_pause_and_a_learning_rate_are_asked_for_by_files(run: Run) -> None:
    with_state(run, runs.RUNNING, *own_process())
    run.pause()
    assert (run.status().state, run.stop_file.read_text()) == (runs.STOPPING, "pause")
    assert run.wanted_learning_rate() is None
    run.set_learning_rate(0.0003)
    assert run.wanted_learning_rate() == 0.0003
    for rate in (0.0, 11.0, float("nan")):
        with pytest.raises(RunError, match="must be a number from 1e-07 to 10"):
            run.set_learning_rate(rate)
    run.learning_rate_file.write_text("{}")
    assert run.wanted_learning_rate() is None
    with_state(run, runs.PAUSED)
    with pytest.raises(RunError, match="is paused, so there is nothing to pause"):
        run.pause()


def test_what_there_is_to_see_is_read_whole_or_not_at_all(run: Run) -> None:
    assert run.seen() is None
    probabilities = np.eye(10, dtype=np.float32)[[1, 0]]
    values = {
        "epoch": 3,
        "ids": np.array([7, 5]),
        "labels": np.array([0, 1], np.int16),
        "probabilities": probabilities,
        "filters": np.zeros((4, 3, 3, 1), np.float32),
        "map_id": 9,
        "maps": np.zeros((4, 8, 8), np.uint8),
    }
    np.savez(run.folder / "live.npz", **values)  # type: ignore[arg-type]
    seen = run.seen()
    assert seen
    assert (seen.epoch, seen.map_id, seen.predicted.tolist()) == (3, 9, [1, 0])
    whole = (run.folder / "live.npz").read_bytes()
    (run.folder / "live.npz").write_bytes(whole[: len(whole) // 2])
    assert run.seen() is None


def test_a_torn_last_line_is_left_out(run: Run) -> None:
    whole = json.dumps({"kind": "batch", "epoch": 0.5, "loss": 1.0})
    (run.folder / "metrics.jsonl").write_text(f"{whole}\n{whole}\n{whole[:17]}")
    assert [record["loss"] for record in run.metrics()] == [1.0, 1.0]


@pytest.mark.parametrize("created", [1e300, -1e18, math.nan, "yesterday", None])
def test_a_status_with_a_time_that_is_none_cannot_be_read(run: Run, created: object) -> None:
    found = {**json.loads((run.folder / "status.json").read_text()), "created": created}
    (run.folder / "status.json").write_text(json.dumps(found))
    with pytest.raises(RunError, match="cannot be read"):
        run.status()
    assert comparison.full_titles([run]) == {run.name: f"{run.name} · damaged"}


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_status_that_cannot_be_read_is_said(run: Run, text: str) -> None:
    (run.folder / "status.json").write_text(text)
    with pytest.raises(RunError, match="cannot be read"):
        run.status()
    assert runs.alive() == []


def test_a_status_of_a_later_version_is_read(run: Run) -> None:
    later = {**json.loads((run.folder / "status.json").read_text()), "mood": "good"}
    (run.folder / "status.json").write_text(json.dumps(later))
    assert run.status().state == runs.WAITING


def test_runs_are_found_by_name_and_beginning(run: Run) -> None:
    other = runs.create(find_recipe("exercise-51"), "digits")
    assert runs.find(run.name) == run
    assert runs.find("latest") in (run, other)
    with pytest.raises(RunError, match="Several runs begin with"):
        runs.find(run.name[:8])
    for name in ("nowhere", "", "../" + run.name):
        with pytest.raises(RunError):
            runs.find(name)


def test_earlier_runs_are_ahead(run: Run) -> None:
    pid, started = own_process()
    later = runs.create(find_recipe("digits-dense"))
    for each in (run, later):
        each.write_status(replace(each.status(), pid=pid, pid_started=started))
    assert later.ahead() == [run]
    assert run.ahead() == []
    later.write_status(replace(later.status(), state=runs.RUNNING))
    assert run.ahead() == [later], "one that already trains is ahead of all"


def test_a_data_set_that_is_not_there_leaves_no_run(data_home: Path) -> None:
    with pytest.raises(DatasetError, match="MNIST is not installed"):
        runs.create(find_recipe("exercise-51"))
    assert runs.all_runs() == []


def test_a_full_disk_leaves_no_run(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.create(find_recipe("digits-cnn")).folder.rename(data_home / "away")
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _path: usage(100, 99, 1_000_000))
        with pytest.raises(StorageError, match="has 1 MB left"):
            runs.create(find_recipe("digits-cnn"))

    def full(_path: Path, _text: str, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(home, "replace_text", full)
        with pytest.raises(StorageError, match="the disk is full"):
            runs.create(find_recipe("digits-cnn"))
    assert not list(runs.runs_folder().iterdir())
