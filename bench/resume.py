"""Trainings killed at random moments, and stopped: python -m bench.resume [KILLS] [STOPS] [EPOCHS]

A network on the digits with all that a checkpoint must hold (schedule, augmentation, dropout, averages) trains once
undisturbed. Then a training of the same recipe is killed with SIGKILL, wherever it is, and resumed, again and again.
Counted: how often it went on; whole epochs that it had told of and did not have when it went on; epochs told of twice;
and how far its numbers are from the undisturbed training's. Then trainings are stopped, and the time is taken until the
training has ended and a whole checkpoint of its last whole epoch is on disk.
"""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from core import runs
from core.augmentation import Augmentation
from core.recipes.optimisers import AdamW
from core.recipes.recipe import Recipe, find_recipe
from core.recipes.schedules import OneCycle
from core.runs import Run, Status

KILLS, STOPS, EPOCHS = 20, 20, 250
# Every so manieth kill may come while TensorFlow still starts.
_AT_START = 4
_LONGEST_S = 600
_COMPARED = ("loss", "accuracy", "val_loss", "val_accuracy")


def everything(epochs: int) -> Recipe:
    """Return a recipe that uses all that a checkpoint must hold."""
    recipe = replace(
        find_recipe("digits-cnn"), optimiser=AdamW(), schedule=OneCycle(), augmentation=Augmentation(rotation_range=15)
    )
    return recipe.with_settings({"fit.averaging": 0.9, "fit.epochs": epochs, "fit.patience": epochs})


def main(kills: int = KILLS, stops: int = STOPS, epochs: int = EPOCHS) -> None:
    """Print a line a kill and a stop, and the counts."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["PIXELWISE_HOME"] = home
        recipe = everything(epochs)
        undisturbed = begun(recipe)
        wait_for(undisturbed, over)
        killed(undisturbed, recipe, kills)
        stopped(recipe, stops)


def killed(undisturbed: Run, recipe: Recipe, kills: int) -> None:
    """Kill and resume a training, and compare it with the undisturbed one."""
    moments, went_on, lost = np.random.default_rng(0), 0, 0
    run = begun(recipe)
    for kill in range(1, kills + 1):
        early = kill % _AT_START == 0
        wait_for(run, lambda status, early=early: bool(status.pid) if early else learns(status))  # type: ignore[misc]
        # While TensorFlow starts, or while it trains, measures or saves.
        time.sleep(moments.uniform(0, 4))
        if over(status := run.status()):
            print(f"it finished before kill {kill}", flush=True)
            kills = kill - 1
            break
        os.kill(status.pid or 0, signal.SIGKILL)
        wait_for(run, over)
        told, saved = len(epochs_of(run)), epochs_saved(run)
        lost += max(0, told - saved)
        run.resume()
        went_on += not over(wait_for(run, trains))
        print(f"kill {kill}: {told} whole epochs told, goes on from epoch {saved}", flush=True)
    status = wait_for(run, over)
    found, expected = epochs_of(run), epochs_of(undisturbed)
    difference = max(
        abs(a[name] - b[name]) for a, b in zip(found.values(), expected.values(), strict=True) for name in _COMPARED
    )
    records = sum(record["kind"] == "epoch" for record in run.metrics())
    print(
        f"killed {kills} times, went on {went_on} times (goal all), ended {status.state} after {status.epoch} epochs\n"
        f"whole epochs lost: {lost} (goal 0), counted twice: {records - len(found)} (goal 0)\n"
        f"largest difference of an epoch's {', '.join(_COMPARED)} from the undisturbed training: {difference:.2g}; "
        f"test accuracy {status.result['test_accuracy']:.4f} and {undisturbed.status().result['test_accuracy']:.4f}",
        flush=True,
    )


def stopped(recipe: Recipe, stops: int) -> None:
    """Stop a training at random moments, and resume it."""
    moments, took, whole = np.random.default_rng(1), [], 0
    run = begun(recipe)
    for _ in range(stops):
        wait_for(run, learns)
        time.sleep(moments.uniform(0.5, 3))
        if over(run.status()):
            break
        asked = time.perf_counter()
        run.stop()
        wait_for(run, lambda status: over(status) or status.doing not in ("", "training"))
        took.append(time.perf_counter() - asked)
        status = wait_for(run, over)
        whole += epochs_saved(run) == status.epoch == len(epochs_of(run))
        run.resume()
    if not over(wait_for(run, learns)):
        run.stop()
        wait_for(run, over)
    print(
        f"stop to a resumable checkpoint: {max(took):.2f} s at most of {len(took)} (goal 2 s), "
        f"whole ones {whole} of {len(took)}"
    )


def begun(recipe: Recipe) -> Run:
    """Start a training on the digits."""
    run = runs.create(recipe, "digits")
    run.start()
    return run


def over(status: Status) -> bool:
    """Tell whether it has ended."""
    return status.state not in runs.ALIVE


def trains(status: Status) -> bool:
    """Tell whether it trains, or has ended."""
    return over(status) or status.doing == "training"


def learns(status: Status) -> bool:
    """Tell whether it has trained on some batches, or has ended."""
    return over(status) or status.pictures_per_second is not None


def wait_for(run: Run, reached: Callable[[Status], bool]) -> Status:
    """Wait until the run's status is so."""
    end = time.monotonic() + _LONGEST_S
    while not reached(status := run.status()):
        if time.monotonic() > end:
            sys.exit(f"it hangs: {status}\n{run.log_file.read_text()}")
        time.sleep(0.01)
    return status


def epochs_of(run: Run) -> dict[float, dict[str, float]]:
    """Return what was told of each whole epoch."""
    return {record["epoch"]: record for record in run.metrics() if record["kind"] == "epoch"}


def epochs_saved(run: Run) -> int:
    """Return after how many epochs its newest whole checkpoint is."""
    kept = run.checkpoint()
    return kept.progress.epoch if kept else 0


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
