"""Trainings as tests begin them and wait for them."""

import time
from collections.abc import Callable
from typing import Any

from core import runs
from core.recipes.recipe import Recipe, find_recipe
from core.runs import Run, Status

PATIENCE_S = 240


def begin(recipe: str | Recipe = "digits-dense", **settings: Any) -> Run:
    """Start a run on the digits, with other settings of `fit`."""
    found = find_recipe(recipe) if isinstance(recipe, str) else recipe
    run = runs.create(found.with_settings({f"fit.{name}": value for name, value in settings.items()}), "digits")
    run.start()
    return run


def wait_for(run: Run, reached: Callable[[Status], bool]) -> Status:
    """Wait until the run's status is so."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        status = run.status()
        if reached(status):
            return status
        time.sleep(0.02)
    raise TimeoutError(f"{run.status()}\n{run.log_file.read_text()}")


def ended(status: Status) -> bool:
    """Tell whether it is over."""
    return status.state not in runs.ALIVE


def trains(status: Status) -> bool:
    """Tell whether it has begun to learn."""
    return status.fraction > 0


def epochs_told(run: Run) -> list[dict[str, Any]]:
    """Return the records of its whole epochs."""
    return [record for record in run.metrics() if record["kind"] == "epoch"]
