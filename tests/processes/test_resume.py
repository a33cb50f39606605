"""Trainings that are killed, paused, or run out of disk: they go on from the last whole epoch and end as they would."""

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import runs
from core.augmentation import Augmentation
from core.datasets import store
from core.networks.network import Network
from core.nn import train
from core.nn.training.journal import Journal
from core.recipes.optimisers import Muon
from core.recipes.recipe import Recipe, RecipeError, find_recipe
from core.recipes.schedules import OneCycle
from core.runs import Run, Status, kept_epochs
from tests.processes.trainings import begin, ended, epochs_told, wait_for
from tests.unit.made_runs import unsigned

# Whatever a checkpoint must hold: momentum, moments, schedule, averages, dropout, shuffling, augmentation, best epoch.
EVERYTHING = replace(
    find_recipe("digits-cnn"), optimiser=Muon(), schedule=OneCycle(), augmentation=Augmentation(rotation_range=15)
).with_settings(
    {
        "fit.averaging": 0.9,
        "fit.label_smoothing": 0.05,
        "fit.patience": 50,
        "fit.epochs": 8,
        "fit.batch_size": 32,
        "split.pictures": 900,
    }
)


def after(epoch: int, run: Run) -> Status:
    return wait_for(run, lambda status: status.epoch >= epoch or ended(status))


def kill(run: Run) -> None:
    pid = run.status().pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert wait_for(run, ended).state == runs.INTERRUPTED


def test_a_killed_run_ends_with_the_numbers_of_one_that_was_not(
    data_home: Path, request: pytest.FixtureRequest
) -> None:
    whole = runs.create(EVERYTHING, "digits")
    train.carry_out(Journal(Run(whole.folder)))  # Here: a process of its own would spend seconds on its imports.
    assert whole.status().state == runs.FINISHED
    killed = begin(EVERYTHING)
    for place in ("process", "here"):
        after(killed.status().epoch + 2, killed)
        kill(killed)
        told = len(epochs_told(killed))
        saved = killed.checkpoint()
        assert saved
        assert saved.progress.epoch >= told, "no whole epoch is lost"
        if place == "here":
            request.getfixturevalue("trained_here")
        killed.resume()
        assert wait_for(killed, lambda status: bool(status.pid)).epoch >= told
    status = wait_for(killed, ended)
    assert (status.state, status.epoch) == (runs.FINISHED, 8)
    expected, found = epochs_told(whole), epochs_told(killed)
    assert [record["epoch"] for record in found] == list(range(1, 9)), "none is counted twice"
    seconds = [record["seconds"] for record in found]
    assert seconds == sorted(seconds)
    for name in ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"):
        values = [record[name] for record in found]
        assert values == pytest.approx([record[name] for record in expected], rel=1e-3, abs=1e-4), name
    assert status.result == pytest.approx(whole.status().result, rel=1e-3, abs=1e-4)
    assert status.kept_epoch == whole.status().kept_epoch
    assert kept_epochs.epochs(whole) == [0, 1, 2, 4, 8]
    for epoch in kept_epochs.epochs(killed):
        kept = [kept_epochs.read(run.folder, epoch) for run in (whole, killed)]
        for wanted, weights in zip(*kept, strict=True):
            assert weights == pytest.approx(wanted, rel=1e-2, abs=1e-3), epoch


@pytest.mark.usefixtures("trained_here")
def test_epochs_that_a_kill_left_untold_are_told_when_it_goes_on(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.nn.training.callback import Live

    with monkeypatch.context() as patch:
        tell = Live._tell_epoch
        patch.setattr(Live, "_tell_epoch", lambda live, record, seen: record["epoch"] == 1 and tell(live, record, seen))
        run = begin(epochs=4)
    assert [record["epoch"] for record in epochs_told(run)] == [1]
    batches = [record for record in run.metrics() if record["kind"] == "batch"]
    run.write_status(replace(run.status(), state=runs.INTERRUPTED))
    run.resume()
    assert run.status().state == runs.FINISHED
    assert [record["epoch"] for record in epochs_told(run)] == [1, 2, 3, 4]
    places = [record["epoch"] for record in run.metrics()]
    assert places == sorted(places)
    assert [record for record in run.metrics() if record["kind"] == "batch"] == batches


def test_a_paused_run_frees_the_processor_and_goes_on_with_another_learning_rate(data_home: Path) -> None:
    run = begin("digits-cnn", epochs=1000)
    after(2, run)
    pid = run.status().pid
    run.pause()
    begun = time.monotonic()
    status = wait_for(run, ended)
    assert status.state == runs.PAUSED
    assert time.monotonic() - begun < 10
    assert not (run.folder / "model.keras").exists(), "no time is spent on it"
    assert len(epochs_told(run)) == status.epoch
    run.resume()
    now = wait_for(run, lambda now: now.epoch > status.epoch)
    assert now.pid != pid

    run.set_learning_rate(0.0001)
    wait_for(run, lambda now: now.learning_rate == 0.0001)
    reached = run.status().epoch
    after(reached + 2, run)
    run.stop()
    status = wait_for(run, ended)
    assert (status.state, status.learning_rate) == (runs.STOPPED, 0.0001)
    assert run.has_model
    rates = [record["learning_rate"] for record in epochs_told(run)]
    assert (rates[0], rates[-1]) == (0.001, 0.0001)
    assert sorted(rates, reverse=True) == rates, "changed once"


@pytest.mark.usefixtures("trained_here")
def test_a_finished_run_trains_on_and_one_stops_early(data_home: Path) -> None:
    run = begin("digits-cnn", epochs=2)
    first = wait_for(run, ended)
    run.resume(epochs=4)
    status = wait_for(run, ended)
    assert (status.state, status.epoch, status.epochs) == (runs.FINISHED, 4, 4)
    assert [record["epoch"] for record in epochs_told(run)] == [1.0, 2.0, 3.0, 4.0]
    assert status.result["validation_loss"] < first.result["validation_loss"]

    early = begin(
        find_recipe("digits-cnn").with_settings({"optimiser.learning_rate": 0.05}), epochs=300, patience=2, seed=1
    )
    status = wait_for(early, ended)
    losses = [record["val_loss"] for record in epochs_told(early)]
    best = int(np.argmin(losses)) + 1
    assert (status.state, status.epoch, status.kept_epoch) == (runs.FINISHED, best + 2, best)
    assert status.remark.startswith(f"Stopped early after epoch {best + 2} of 300: validation loss")
    assert status.result["validation_loss"] == pytest.approx(losses[best - 1], rel=1e-4)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no files")
@pytest.mark.usefixtures("trained_here")
def test_a_full_disk_while_saving_leaves_the_last_good_checkpoint(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    from core.nn.training.callback import Live

    limit = resource.getrlimit(resource.RLIMIT_FSIZE)

    def tell_and_fill(live: Live, record: dict[str, Any], seen: Any) -> None:
        tell(live, record, seen)
        if record["epoch"] == 2:
            # Status and metrics fit into it, a checkpoint does not.
            resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, limit[1]))

    with monkeypatch.context() as patch:
        tell = Live._tell_epoch
        patch.setattr(Live, "_tell_epoch", tell_and_fill)
        try:
            run = begin("digits-cnn", epochs=1000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    status = wait_for(run, ended)
    assert status.state == runs.FAILED
    assert status.cause.startswith("Could not save the run: ")
    kept = run.checkpoint()
    assert kept
    assert kept.progress.epoch >= len(epochs_told(run)) >= 2
    assert [path.suffix for path in (run.folder / "checkpoint").iterdir()] == [".npz"] * len(run.checkpoints)
    run.resume(epochs=kept.progress.epoch + 1)
    assert run.status().state == runs.FINISHED
    assert [record["epoch"] for record in epochs_told(run)] == list(range(1, kept.progress.epoch + 2))


def test_sigterm_in_the_middle_of_a_save_is_heeded_after_it(data_home: Path) -> None:
    run = begin("digits-cnn", epochs=1000)
    status = after(1, run)
    assert status.pid
    while not ended(run.status()):  # Whatever it does meanwhile: a batch, a checkpoint, the model, the predictions.
        os.kill(status.pid, signal.SIGTERM)
        time.sleep(0.005)
    assert wait_for(run, ended).state == runs.STOPPED
    assert run.has_model
    assert run.has_evaluation
    kept = run.checkpoint()
    assert kept
    assert kept.progress.epoch == run.status().epoch == len(epochs_told(run))


@pytest.mark.usefixtures("trained_here")
def test_a_diverged_run_says_so_and_a_smaller_rate_saves_it(data_home: Path) -> None:
    recipe = find_recipe("digits-dense").with_settings({"optimiser": {"kind": "SGD", "learning_rate": 10.0}})
    linear = [replace(layer, activation="linear") for layer in recipe.network.layers[1:-1]]  # type: ignore[call-arg]
    network = Network((recipe.network.layers[0], *linear, recipe.network.layers[-1]))
    broken = begin(replace(recipe, network=network), epochs=2)
    status = wait_for(broken, ended)
    assert status.state == runs.FAILED
    assert "is no longer a number since epoch 1, at a learning rate of 10: the training has diverged." in status.cause
    assert "Train again with a lower learning rate" in status.cause
    assert not broken.has_model
    assert broken.metrics()[-1]["loss"] is None, "the coach sees it"
    broken.set_learning_rate(1e-6)
    broken.resume()
    assert wait_for(broken, ended).state == runs.FINISHED


@pytest.mark.usefixtures("trained_here")
def test_what_cannot_be_gone_on_with_is_told_in_words(data_home: Path) -> None:
    run = begin(epochs=1)
    wait_for(run, ended)
    recipe = unsigned(run.folder / "recipe.json")

    (run.folder / "recipe.json").write_text(recipe.replace('"units": 32', '"units": 48'))
    run.resume(epochs=2)
    status = wait_for(run, ended)
    assert status.state == runs.FAILED
    assert status.cause.startswith("The checkpoint of epoch 1 is that of another network: recipe.json has been changed")

    (run.folder / "recipe.json").write_text(recipe.replace('"l1": 0.0', '"l1": -3'))
    with pytest.raises(RecipeError, match=r"recipe\.json: .* l1 must be a number"):
        run.resume(epochs=2)

    (run.folder / "recipe.json").write_text(recipe)
    folder = store.folder_of("digits")
    about = unsigned(folder / "dataset.json")
    changed = about.replace(store.read(folder).about.content_hash, "0" * 64)
    assert changed != about
    (folder / "dataset.json").write_text(changed)
    run.resume(epochs=2)
    with pytest.raises(runs.RunError, match="has changed since this run was made") as changed_since:
        runs.dataset_of(run)
    assert wait_for(run, ended).cause == str(changed_since.value), "said alike wherever it matters"
    (folder / "dataset.json").write_text(about)
    run.resume(epochs=2)
    assert wait_for(run, ended).state == runs.FINISHED


@pytest.mark.usefixtures("trained_here")
def test_a_network_too_big_for_memory_and_a_batch_bigger_than_the_data(data_home: Path) -> None:
    recipe = find_recipe("digits-dense").to_json()
    wide = {"kind": "Dense", "units": 8192}
    recipe["network"] = [recipe["network"][0], *([wide] * 60), recipe["network"][-1]]
    big = begin(Recipe.from_json(recipe))
    status = wait_for(big, ended)
    assert status.state == runs.FAILED
    assert status.cause.startswith("Not enough memory")
    assert (status.pictures_per_second, big.metrics()) == (None, []), "said before it begins"

    all_at_once = begin(epochs=2, batch_size=8192)
    status = wait_for(all_at_once, ended)
    assert (status.state, status.epoch, status.cause) == (runs.FINISHED, 2, "")
