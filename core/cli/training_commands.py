"""The commands that train and wait for it."""

import json
from typing import Any

import click

from core import runs
from core.cli import sweep_commands
from core.cli.changes import changes_option
from core.cli.progress import show_states
from core.cli.sweep_commands import folds_option, tell_or_wait
from core.datasets.sources import catalogue
from core.recipes import suitable
from core.recipes.recipe import find_recipe
from core.runs import Run, Status
from core.storage import machine, processes
from core.sweeps import folders as sweeps
from core.sweeps.plan import Plan


@click.command("train")
@click.argument("recipe")
@click.option("--dataset", help="Use this dataset instead of the one in the recipe.")
@changes_option
@click.option("--repeats", type=int, default=1, help="Train this many times, with different seeds.")
@folds_option
@click.option("--wait", is_flag=True, help="Show progress and print one line of JSON at the end.")
def train(recipe: str, dataset: str | None, changes: dict[str, Any], repeats: int, folds: int, wait: bool) -> None:
    """Train RECIPE (a name or a JSON file). Without --wait, training runs in the background."""
    found = find_recipe(recipe)
    opened = catalogue.open_dataset(dataset or found.dataset)
    found = suitable.suited(found, opened).with_settings(changes)
    if repeats != 1 or folds:
        how = sweep_commands.repeats(repeats, folds)
        repeated = sweeps.create(Plan(found.to_json(), opened.about.name, 0.0, **how))
        repeated.start()
        tell_or_wait(repeated, wait=wait)
        return
    run = runs.create(found, dataset)
    run.start()
    if not wait:
        click.echo(run.name)
        return
    wait_and_tell(run)


def wait_and_tell(run: Run) -> None:
    """Wait for a run, which Ctrl+C stops, and print a JSON line; raise what made it fail.

    Where it took another precision than its recipe's, the error stream says why.
    """
    try:
        status = _wait(run)
    except KeyboardInterrupt:
        run.stop()
        status = _wait(run)
    if said := run.recipe.fit.precision_said(status.precision):
        click.echo(said, err=True)
    seconds = round(processes.seconds_since(status.asked), 2)
    result = {name: status.result.get(name) for name in ("test_accuracy", "test_loss")}
    # What is measured of networks that make images.
    result |= {name: value for name, value in status.result.items() if not name.startswith(("validation_", "test_"))}
    click.echo(json.dumps({"run": run.name, "state": status.state, "seconds": seconds, **result}))
    if status.state in (runs.FAILED, runs.INTERRUPTED):
        raise click.ClickException(status.cause)


def _wait(run: Run) -> Status:
    """Show a progress line until the run has ended; return its last status."""

    def line() -> str | None:
        if (status := run.status()).state not in runs.ALIVE:
            return None
        taken = machine.cpu_shares(status.pid_here)
        busy = f"   busy machine: other programs use {round(taken.others, 1):.0%} of it" if taken and taken.busy else ""
        return progress_line(status) + busy

    show_states(line)
    return run.status()


def progress_line(status: Status) -> str:
    """Return a status in one line, such as `running  epoch 3 of 10   24%   2,650 images/s   12 s left`."""
    parts = [status.said, status.doing]
    if status.state == runs.RUNNING and status.pictures_per_second:
        parts = [
            f"epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}",
            f"{status.fraction:.0%}",
            f"{status.pictures_per_second:,.0f} images/s",
            f"{status.seconds_left:.0f} s left" if status.seconds_left is not None else status.doing,
        ]
    return "   ".join(part for part in parts if part)
