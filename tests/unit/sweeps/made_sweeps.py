"""Sweeps whose trials no network trains: a trainer ends a run at once, with figures that follow from its recipe."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from core import runs
from core.recipes.recipe import Recipe, find_recipe
from core.runs import Run
from core.storage import checked
from core.sweeps import folders as sweeps
from core.sweeps.driver import Driver
from core.sweeps.plan import Plan
from core.sweeps.sweep import Sweep

RATE = "optimiser.learning_rate"
TEST_IMAGES = 200


def made_sweep(*vary: str, recipe: str = "digits-dense", epochs: int = 3, **plan: Any) -> Sweep:
    """Make a sweep of a recipe on the digits, one trial at a time."""
    found = find_recipe(recipe).with_settings({"fit.epochs": epochs})
    values = {"together": 1, "trials": 4, "sampler": "random", **plan}
    return sweeps.create(Plan(found.to_json(), "digits", 0.0, vary, **values))


def accuracy_of(recipe: Recipe) -> float:
    """Return an accuracy that is best at a learning rate of 0.01, and a little different with each seed."""
    off = abs(math.log10(recipe.optimiser.learning_rate) + 2)
    return 0.95 - 0.1 * off - 0.001 * (recipe.fit.seed % 7)


def curve(run: Run) -> list[float]:
    """Return the accuracy after each epoch of a run."""
    epochs = run.recipe.fit.epochs
    return [accuracy_of(run.recipe) * (epoch + 1) / epochs for epoch in range(epochs)]


def tell_epochs(run: Run, count: int) -> None:
    """Write the records of a run's first epochs."""
    figures = curve(run)[:count]
    lines = [
        {"kind": "epoch", "epoch": float(epoch), "seconds": epoch, "val_accuracy": figure, "val_loss": 1 - figure}
        for epoch, figure in enumerate(figures, start=1)
    ]
    (run.folder / "metrics.jsonl").write_text("".join(checked.text(line) + "\n" for line in lines))


def finish(run: Run) -> None:
    """End a run as a trainer does: with its test images measured where its terms say so."""
    tell_epochs(run, run.recipe.fit.epochs)
    accuracy, status = accuracy_of(run.recipe), run.status()
    result = {"validation_accuracy": accuracy, "validation_loss": 1 - accuracy}
    parts = ["validation"]
    if run.terms.test:
        parts.append("test")
        result |= {"test_accuracy": round((accuracy - 0.05) * TEST_IMAGES) / TEST_IMAGES, "test_loss": 0.5}
    probabilities = np.full((TEST_IMAGES, 10), 0.1, np.float32)
    arrays = {"ids": np.arange(TEST_IMAGES), "labels": np.zeros(TEST_IMAGES, np.int16), "probabilities": probabilities}
    made = {f"{part}_{name}": each for part in parts for name, each in arrays.items()}
    np.savez(run.folder / "evaluation.npz", **made)  # type: ignore[arg-type]
    run.checkpoint_folder.mkdir(exist_ok=True)
    (run.checkpoint_folder / "epoch-00003.npz").touch()
    epochs = run.recipe.fit.epochs
    run.write_status(
        replace(status, state=runs.FINISHED, epoch=epochs, epochs=epochs, ended=status.place, result=result)
    )


def carried_out(sweep: Sweep, *, turns: int = 500, between: Callable[[], None] = lambda: None) -> Driver:
    """Carry a sweep out in this process, measuring the best at the end; so many turns at most."""
    driver = Driver(Sweep(sweep.folder))
    for _ in range(turns):
        if not driver.turn():
            break
        between()
    while driver.measure():
        between()
    return driver
