"""Trainings killed at random moments, and stopped: python -m bench.resume [KILLS] [STOPS]

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
from core.recipe import AdamW, Recipe, find_recipe
from core.runs import Run, Status
from core.schedule import OneCycle

EPOCHS = 300
_LONGEST_S = 600
_COMPARED = ("loss", "accuracy", "val_loss", "val_accuracy")


def everything() -> Recipe:
    """Return a recipe that uses all that a checkpoint must hold."""
    recipe = replace(
        find_recipe("digits-cnn"), optimiser=AdamW(), schedule=OneCycle(), augmentation=Augmentation(rotation_range=15)
    )
    return recipe.with_settings({"fit.averaging": 0.9, "fit.epochs": EPOCHS, "fit.patience": EPOCHS})


def main(kills: int, stops: int) -> None:
    """Print a line a kill and a stop, and the counts."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["PIXELWISE_HOME"] = home
        undisturbed = begun()
        wait_for(undisturbed, over)
        killed(undisturbed, kills)
        stopped(stops)


def killed(undisturbed: Run, kills: int) -> None:
    """Kill and resume a training, and compare it with the undisturbed one."""
    moments, went_on, lost = np.random.default_rng(0), 0, 0
    run = begun()
    for kill in range(1, kills + 1):
        status = wait_for(run, lambda status: bool(status.pid))
        # From the moment it has a process: while TensorFlow starts, while it trains, measures or saves.
        time.sleep(moments.uniform(0, 12))
        if over(status := run.status()):
            print(f"it finished before kill {kill}", flush=True)
            kills = kill - 1
            break
        os.kill(status.pid or 0, signal.SIGKILL)
        wait_for(run, over)
        told = epochs_of(run)
        run.resume()
        status = wait_for(run, lambda status: status.doing == "training" or over(status))
        went_on += not over(status)
        kept = run.checkpoint()
        here = kept.progress.epoch if kept else 0
        lost += max(0, len(told) - here)
        print(f"kill {kill}: {len(told)} whole epochs told, goes on from epoch {here}", flush=True)
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


def stopped(stops: int) -> None:
    """Stop a training at random moments, and resume it."""
    moments, took, whole = np.random.default_rng(1), [], 0
    run = begun()
    for _ in range(stops):
        wait_for(run, lambda status: status.doing == "training" and status.fraction > 0)
        time.sleep(moments.uniform(0.5, 3))
        if over(run.status()):
            break
        asked = time.perf_counter()
        run.stop()
        wait_for(run, lambda status: over(status) or status.doing not in ("", "training"))
        took.append(time.perf_counter() - asked)
        status = wait_for(run, over)
        kept = run.checkpoint()
        whole += kept is not None and kept.progress.epoch == status.epoch == len(epochs_of(run))
        run.resume()
    wait_for(run, lambda status: bool(status.pid))
    run.stop()
    wait_for(run, over)
    print(
        f"stop to a resumable checkpoint: {max(took):.2f} s at most of {len(took)} (goal 2 s), "
        f"whole ones {whole} of {len(took)}"
    )


def begun() -> Run:
    """Start a training on the digits."""
    run = runs.create(everything(), "digits")
    run.start()
    return run


def over(status: Status) -> bool:
    """Tell whether it has ended."""
    return status.state not in runs.ALIVE


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


if __name__ == "__main__":
    main(*(int(argument) for argument in (sys.argv[1:] + ["20", "20"][len(sys.argv) - 1 :])))
