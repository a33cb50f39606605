"""A script trains the same network to the same numbers as the run that it is the script of."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core import codegen, runs
from core.network import BatchNormalization, Dense, Dropout, Flatten, MaxPool2D, Network, Rescaling, ResidualBlock
from core.recipe import AdamW, Recipe, find_recipe
from core.schedule import OneCycle
from tests.processes.trainings import PATIENCE_S, ended, epochs_told, wait_for


def plain() -> Recipe:
    return find_recipe("digits-dense").with_settings({"fit.epochs": 2})


def everything() -> Recipe:
    """A recipe with a residual block and everything that decides a training, which ends early."""
    layers = (
        Rescaling(),
        ResidualBlock(8),
        MaxPool2D(),
        BatchNormalization(momentum=0.9),
        Dropout(0.2),
        Flatten(),
        Dense(32, "relu", l2=1e-3),
        Dense(10, "softmax"),
    )
    settings = {
        "fit.epochs": 5,
        "fit.patience": 1,
        "fit.label_smoothing": 0.1,
        "fit.class_weights": "balanced",
        "fit.averaging": 0.8,
        "fit.batch_size": 100,
        "augmentation.rotation_range": 12,
        "augmentation.fill_mode": "constant",
        "augmentation.brightness_range": [0.8, 1.2],
    }
    recipe = find_recipe("digits-cnn").with_settings(settings)
    changed = replace(recipe, network=Network(layers), optimiser=AdamW(learning_rate=0.02), schedule=OneCycle())
    return replace(changed, name="everything")


@pytest.mark.parametrize("recipe", [plain(), everything()], ids=lambda recipe: recipe.name)
def test_the_script_comes_to_the_runs_numbers(data_home: Path, tmp_path: Path, recipe: Recipe) -> None:
    run = runs.create(recipe)
    path = tmp_path / "script.py"
    path.write_text(codegen.run_script(run), encoding="utf-8")
    # Nothing of Pixelwise is on its path, and it runs beside the trainer.
    with subprocess.Popen(
        [sys.executable, path.name],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as script:
        run.start()
        status = wait_for(run, ended)
        printed, _ = script.communicate(timeout=PATIENCE_S)
    assert status.state == runs.FINISHED, status.cause
    assert script.returncode == 0, printed[-2000:]
    epochs = epochs_told(run)
    logs = re.findall(r"- accuracy: .*", printed)
    assert len(logs) == len(epochs)
    for log, record in zip(logs, epochs, strict=True):
        shown = {name: float(value) for name, value in re.findall(r"(\w+): ([\d.]+)", log)}
        loss = "crossentropy" if "crossentropy" in shown else "loss"
        expected = [record[name] for name in ("loss", "accuracy", "val_loss", "val_accuracy")]
        found = [shown[name] for name in (loss, "accuracy", f"val_{loss}", "val_accuracy")]
        assert found == pytest.approx(expected, rel=1e-3, abs=1e-3)
    for part in ("validation", "test"):
        (last,) = re.findall(rf"^{part}: accuracy ([\d.]+), loss ([\d.]+)", printed, re.M)
        expected = [status.result[f"{part}_accuracy"], status.result[f"{part}_loss"]]
        assert [float(value) for value in last] == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert (tmp_path / "network.keras").exists()
