"""Networks that make images train as runs: killed and resumed, stopped, asked for samples, collapsed and named."""

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import runs
from core.generation import sheets
from core.generation.generators import GENERATORS
from core.generation.noise import noise, sheet_labels
from core.nn import train
from core.nn.generation import sampling
from core.nn.generation.training import GenerativeTraining
from core.nn.training.journal import Journal
from core.recipes import script
from core.recipes.recipe import Recipe, find_recipe
from core.runs import Run
from core.runs.model_files import GENERATOR
from core.training import coach
from tests.processes.trainings import ended, epochs_told, wait_for

GAN = find_recipe("gan-digits").with_settings(
    {"generator.filters": 8, "fit.epochs": 4, "fit.batch_size": 128, "augmentation.width_shift_range": 0.1}
)
FLOW = find_recipe("flow-digits").with_settings({"generator.units": 64, "fit.epochs": 2, "fit.batch_size": 128})
MEASURED = ("loss", "discriminator_loss", "recognised", "diversity", "nearest")


def trained(recipe: Recipe) -> Run:
    run = runs.create(recipe)
    train.carry_out(Journal(run))
    return run


def test_a_killed_run_goes_on_and_no_epoch_that_was_told_is_lost(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = runs.create(GAN.with_settings({"fit.epochs": 500}))
    killed.start()
    wait_for(killed, lambda status: status.epoch >= 2 or ended(status))
    pid = killed.status().pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert wait_for(killed, ended).state == runs.INTERRUPTED
    saved, told = killed.checkpoint(), len(epochs_told(killed))
    assert saved is not None
    # Epochs of milliseconds are saved before they are told.
    done = saved.progress.epoch
    monkeypatch.setattr(Run, "start", lambda run: train.carry_out(Journal(Run(run.folder))))
    killed.resume(epochs=done + 2)
    assert killed.status().state == runs.FINISHED, killed.status().cause
    assert [record["epoch"] for record in epochs_told(killed)] == list(range(1, done + 3))
    assert told <= done, "what was told was on disk"
    assert sheets.epochs(killed.folder) == list(range(done + 3))
    assert killed.status().result.keys() == {"recognised", "diversity", "nearest"}


def test_a_paused_run_ends_with_the_samples_of_one_that_was_not(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, paused = trained(GAN), runs.create(GAN)
    assert whole.status().state == runs.FINISHED, whole.status().cause
    with monkeypatch.context() as patch:
        keep = GenerativeTraining._keep

        def keep_and_pause(training: GenerativeTraining, epoch: int, losses: Any, speed: Any) -> None:
            keep(training, epoch, losses, speed)
            if epoch == 2:
                paused.stop_file.write_text("pause", encoding="utf-8")

        patch.setattr(GenerativeTraining, "_keep", keep_and_pause)
        train.carry_out(Journal(Run(paused.folder)))
    assert (paused.status().state, paused.status().epoch) == (runs.PAUSED, 2)
    monkeypatch.setattr(Run, "start", lambda run: train.carry_out(Journal(Run(run.folder))))
    paused.resume()
    assert paused.status().state == runs.FINISHED, paused.status().cause
    for name in MEASURED:
        found, expected = ([record[name] for record in epochs_told(run)] for run in (paused, whole))
        assert found == pytest.approx(expected, rel=1e-3, abs=0.02), name
    before, after = (sheets.read(run.folder, 4)[0].astype(int) for run in (whole, paused))
    assert np.abs(before - after).mean() < 1


@pytest.mark.parametrize("kind", GENERATORS)
def test_every_generator_trains_and_is_asked_for_samples(kind: str, data_home: Path) -> None:
    run = trained({"GAN": replace(GAN, augmentation=None), "FlowMatching": FLOW}[kind].with_settings({"fit.epochs": 2}))
    assert run.status().state == runs.FINISHED, run.status().cause
    assert not run.has_model, "it cannot predict"
    assert not run.has_evaluation
    generator = run.recipe.generator
    assert generator
    # The first of a sheet is made of the first noise of the seed.
    sheet, labels = sheets.read(run.folder, 2)
    shape = generator.noise_shape((8, 8, 1))
    drawn = noise(run.recipe.fit.seed, len(labels), shape)
    network = sampling._graph(*sampling._version(str(run.folder)))[0]
    again = sampling.made(generator, network, drawn, sheet_labels(10), 10)
    assert np.abs(again.astype(int) - sheet).max() <= 1
    asked = (str(run.folder), generator.to_json(), 10)
    two = sampling.of_seeds(*asked, (3, 4), 7)
    way = sampling.on_the_way(*asked, (3, 4), 7, 5)
    assert (two.shape, way.shape) == ((2, 8, 8, 1), (5, 8, 8, 1))
    assert np.abs(way[[0, -1]].astype(int) - two).max() <= 1
    assert not np.array_equal(sampling.of_seeds(*asked, (3,), 1), sampling.of_seeds(*asked, (3,), 7))
    stages = sampling.forming(*asked, 3, 7)
    assert len(stages) == {"GAN": 1, "FlowMatching": 13}[kind]
    assert np.abs(stages[-1].astype(int) - two[0]).max() <= 1
    assert sampling.of_seeds(*asked, (3,), -1).shape == (1, 8, 8, 1)


@pytest.mark.parametrize("kind", GENERATORS)
def test_the_script_of_a_run_draws_the_runs_own_samples(
    kind: str, data_home: Path, tmp_path: Path, begin_script: Callable[[Path], Callable[[], str]]
) -> None:
    run = trained({"GAN": GAN, "FlowMatching": FLOW}[kind].with_settings({"fit.epochs": 2}))
    assert run.status().state == runs.FINISHED, run.status().cause
    (tmp_path / "script.py").write_text(script.run_script(run), encoding="utf-8")
    begin_script(tmp_path)()
    images, labels = sheets.read(run.folder, 2)
    with np.load(tmp_path / "samples.npz") as found:
        assert found["labels"].tolist() == labels.tolist()
        assert np.abs(found["images"].astype(int) - images).mean() < 1
    assert (tmp_path / "samples.png").exists()
    assert (tmp_path / "generator.keras").exists()


def test_a_run_that_is_stopped_keeps_its_network_and_one_that_diverges_says_so(data_home: Path) -> None:
    run = runs.create(FLOW)
    run.stop_file.write_text("stop", encoding="utf-8")
    journal = Journal(run)
    begun = iter((False, False, False))
    journal.check_wish = lambda: next(begun, None)  # type: ignore[method-assign, assignment]
    train.carry_out(journal)
    status = run.status()
    assert (status.state, status.epoch) == (runs.STOPPED, 0)
    assert (run.folder / GENERATOR).exists()

    wild = trained(FLOW.with_settings({"optimiser.learning_rate": 10.0, "optimiser.beta_1": 0.0, "fit.epochs": 20}))
    if wild.status().state == runs.FAILED:
        assert "diverged" in wild.status().cause
    found = coach.advice(wild.metrics(), wild.status(), wild.recipe, wild.about.class_names)
    assert found[0].kind in (coach.COLLAPSED, coach.DIVERGED, coach.NOT_LEARNING), found


def test_a_large_rate_collapses_a_gan_and_the_coach_names_it(data_home: Path) -> None:
    run = trained(
        replace(GAN, augmentation=None).with_settings({"optimiser.learning_rate": 0.03, "generator.dropout": 0.0})
    )
    found = coach.advice(run.metrics(), run.status(), run.recipe, run.about.class_names)
    assert found[0].kind == coach.COLLAPSED, (found, json.dumps(run.metrics()[-1]))
