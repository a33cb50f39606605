"""The commands for runs, and for what is damaged among all that is kept."""

import json

import click

from core import damaged, runs
from core.cli.training_commands import progress_line, wait_and_tell
from core.errors import COMMAND
from core.runs import RunError


@click.group("runs")
def runs_commands() -> None:
    """Runs: list, show, stop, resume, remove, restore. RUN is a run's name, the beginning of one, or `latest`."""


@runs_commands.command("list")
def runs_list() -> None:
    """List the runs, newest first."""
    for run in runs.all_runs():
        if run.damage:
            click.echo(f"{run.name:<40} damaged: {run.damage}")
            continue
        status, dataset = run.status(), run.about.name
        accuracy, recognised = status.result.get("test_accuracy"), status.result.get("recognised")
        facts = status.cause or progress_line(status)
        if accuracy is not None:
            facts = f"test accuracy {accuracy:.2%}"
        elif (validated := status.result.get("validation_accuracy")) is not None:
            facts = f"validation accuracy {validated:.2%}"
        elif recognised is not None:
            facts = f"samples recognized {recognised:.0%}"
        click.echo(f"{run.name:<40} {status.said:<12} {dataset:<10} {facts}")


@runs_commands.command("show")
@click.argument("run")
def runs_show(run: str) -> None:
    """Print a run's status and recipe as JSON."""
    found = runs.find(run)
    shown = {"run": found.name, "folder": str(found.folder), "status": vars(found.status())}
    click.echo(json.dumps({**shown, "recipe": found.recipe.to_json()}, indent=1))


@runs_commands.command("stop")
@click.argument("run")
def runs_stop(run: str) -> None:
    """Stop a run after the current batch. Its progress is saved."""
    found = runs.find(run)
    found.stop()
    click.echo(f"{found.name} is stopping.")


@runs_commands.command("resume")
@click.argument("run")
@click.option("--epochs", type=int, help="New total number of epochs; use a higher total to extend a finished run.")
@click.option("--wait", is_flag=True, help="Show progress and print one line of JSON at the end.")
def runs_resume(run: str, epochs: int | None, wait: bool) -> None:
    """Resume a run from its last completed epoch. The result is the same as without the interruption."""
    found = runs.find(run)
    found.resume(epochs)
    if wait:
        wait_and_tell(found)
    else:
        click.echo(f"Resumed {found.name}.")


@runs_commands.command("remove")
@click.argument("run")
def runs_remove(run: str) -> None:
    """Move a run to the trash, where it stays for a week."""
    found = runs.find(run)
    found.remove()
    click.echo(f"Removed {found.name}. Within a week it comes back with: {COMMAND} runs restore {found.name}")


@runs_commands.command("restore")
@click.argument("run")
def runs_restore(run: str) -> None:
    """Restore a run from the trash. RUN must be the full name."""
    click.echo(f"Restored {runs.restore(run).name}.")


@click.command("damaged")
@click.option("--remove", "key", help="Delete one of them, by what stands before the colon.")
def damaged_list(key: str | None) -> None:
    """List what is damaged: runs, datasets, jobs, what you saved. The rest can be used."""
    for each in damaged.all_damaged():
        if each.key == key and each.remove is not None:
            each.remove()
            click.echo(f"Removed: {each.key}")
            return
        if key is None:
            click.echo(f"{each.key}: {each.sentence}")
    if key is not None:
        raise RunError(f"Nothing damaged that can be removed is called {key!r}. See: {COMMAND} damaged")
