"""The commands that train and wait for it."""

import json
import sys
import time
from typing import Any

import click

from core import runs
from core.cli.progress import POLL_S
from core.datasets.sources import catalogue
from core.recipes import suitable
from core.recipes.recipe import find_recipe
from core.runs import Run, Status
from core.settings import format_value
from core.storage import machine, processes


def _changes(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Any]:
    changes = {}
    for value in values:
        path, equals, text = value.partition("=")
        if not equals:
            raise click.BadParameter(f"{format_value(value)} is not NAME=VALUE, such as fit.epochs=3")
        try:
            changes[path] = json.loads(text)
        except (ValueError, RecursionError):
            changes[path] = text
    return changes


@click.command("train")
@click.argument("recipe")
@click.option("--dataset", help="Use this dataset instead of the one in the recipe.")
@click.option("--set", "changes", multiple=True, callback=_changes, metavar="NAME=VALUE", help="Such as fit.epochs=3.")
@click.option("--wait", is_flag=True, help="Show progress and print one line of JSON at the end.")
def train(recipe: str, dataset: str | None, changes: dict[str, Any], wait: bool) -> None:
    """Train RECIPE (a name or a JSON file). Without --wait, training runs in the background."""
    found = find_recipe(recipe)
    found = suitable.suited(found, catalogue.open_dataset(dataset or found.dataset))
    run = runs.create(found.with_settings(changes), dataset)
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
    click.echo(json.dumps({"run": run.name, "state": status.state, "seconds": seconds, **result}))
    if status.state in (runs.FAILED, runs.INTERRUPTED):
        raise click.ClickException(status.cause)


def _wait(run: Run) -> Status:
    """Show a progress line until the run has ended; return its last status."""
    shown = ""
    while (status := run.status()).state in runs.ALIVE:
        line = progress_line(status)
        if (taken := machine.cpu_shares(status.pid)) and taken.busy:
            line += f"   busy machine: other programs use {round(taken.others, 1):.0%} of it"
        if line != shown:
            click.echo(f"\r{line:<78}" if sys.stderr.isatty() else line, err=True, nl=not sys.stderr.isatty())
            shown = line
        time.sleep(POLL_S)
    if sys.stderr.isatty():
        click.echo(err=True)
    return status


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
