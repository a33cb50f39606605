"""The commands that make sweeps and look after them."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from core.cli.changes import changes_option
from core.cli.progress import show_states
from core.datasets.sources import catalogue
from core.errors import COMMAND
from core.recipes import suitable
from core.recipes.recipe import find_recipe
from core.sweeps import folders as sweeps
from core.sweeps import result
from core.sweeps.plan import ACCURACY, GRID, MEDIAN, MOST_TRIALS, OBJECTIVES, PRUNERS, SAMPLERS, TPE, USUAL_TRIALS, Plan
from core.sweeps.status import ALIVE, FAILED, INTERRUPTED
from core.sweeps.sweep import Sweep
from core.sweeps.trials import OPEN
from core.sweeps.variation import SweepError, value_said

folds_option = click.option(
    "--folds", type=int, default=0, help="Cross-validate: train on all folds but one, with each in turn."
)


def repeats(count: int, folds: int) -> dict[str, Any]:
    """Return what a plan says of how often the same is trained, with other seeds or validated on other folds.

    Raises:
        SweepError: both are wanted.
    """
    if folds and count != 1:
        raise SweepError("Choose one of --repeats (other seeds) and --folds (other validation images).")
    return {"repeats": folds or count, "folds": folds != 0}


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that a sweep has beside what it varies."""
    for option in (
        click.option("--dataset", help="Use this dataset instead of the one in the recipe."),
        changes_option,
        click.option("--trials", type=int, help=f"How many to try. Default: {USUAL_TRIALS}, or the whole grid."),
        click.option("--sampler", type=click.Choice(SAMPLERS), default=TPE, show_default=True, help="How to choose."),
        click.option(
            "--pruner",
            type=click.Choice(PRUNERS),
            default=MEDIAN,
            show_default=True,
            help="How to tell hopeless trials.",
        ),
        click.option(
            "--objective",
            type=click.Choice(OBJECTIVES),
            default=ACCURACY,
            show_default=True,
            help="Of validation images.",
        ),
        click.option("--repeats", type=int, default=1, show_default=True, help="Runs per trial, with different seeds."),
        folds_option,
        click.option("--seed", type=int, default=0, show_default=True, help="Of what is tried."),
        click.option("--together", type=int, default=0, help="Trainings at once. Default: what this computer can do."),
        click.option("--wait", is_flag=True, help="Show progress and print one line of JSON at the end."),
    ):
        command = option(command)
    return command


@click.command("sweep")
@click.argument("recipe")
@click.option(
    "--vary",
    multiple=True,
    metavar="NAME=VALUES",
    help="fit.batch_size=32,64 (one of these), fit.epochs=5..20 (from 5 to 20) or "
    "optimiser.learning_rate=log:1e-4..1e-2 (by ratio); with /5 at the end, five values of a range.",
)
@_options
def sweep(
    recipe: str, vary: tuple[str, ...], dataset: str | None, changes: dict[str, Any], wait: bool, **chosen: Any
) -> None:
    """Train RECIPE (a name or a JSON file) again and again with other settings, to find the best on validation images.

    Trials train in the background. At the end the best one is measured on the test images, once.
    """
    found = find_recipe(recipe)
    opened = catalogue.open_dataset(dataset or found.dataset)
    found = suitable.suited(found, opened).with_settings(changes)
    if chosen["trials"] is None:
        chosen["trials"] = MOST_TRIALS if chosen["sampler"] == GRID else USUAL_TRIALS
    chosen |= repeats(chosen["repeats"], chosen["folds"])
    made = sweeps.create(Plan(found.to_json(), opened.about.name, 0.0, vary, **chosen))
    made.start()
    tell_or_wait(made, wait=wait)


def tell_or_wait(made: Sweep, *, wait: bool) -> None:
    """Print a sweep's name; or wait for it, which Ctrl+C stops, and print what came of it and a JSON line."""
    if not wait:
        click.echo(made.name)
        return
    try:
        _wait(made)
    except KeyboardInterrupt:
        made.stop()
        _wait(made)
    status = made.status()
    for sentence in result.sentences(made.plan, made.trials()):
        click.echo(sentence, err=True)
    click.echo(json.dumps({"sweep": made.name, "state": status.state, **_figures(made)}))
    if status.state in (FAILED, INTERRUPTED):
        raise click.ClickException(status.cause)


def _figures(made: Sweep) -> dict[str, Any]:
    """Return what came of a sweep, for programs."""
    trials, best = made.trials(), made.best()
    figures: dict[str, Any] = {"trials": len(trials), "best": None}
    if best is not None:
        tested = result.test(best, made.plan)
        figures |= {
            "best": best.number + 1,
            "runs": [repeat.run for repeat in best.repeats.values()],
            "values": dict(best.values),
            f"validation_{made.plan.objective}": best.value,
            "test_accuracy": tested.value if tested else None,
            "test_interval": [tested.low, tested.high] if tested else None,
        }
    return figures


def _wait(made: Sweep) -> None:
    """Show a progress line until the sweep has ended."""

    def line() -> str | None:
        status = made.status()
        return "   ".join(filter(None, (status.state, status.doing))) if status.state in ALIVE else None

    show_states(line)


@click.group("sweeps")
def sweeps_commands() -> None:
    """Sweeps: list, show, stop, resume, extend, remove, restore. SWEEP is a name, the beginning of one, or `latest`."""


@sweeps_commands.command("list")
def sweeps_list() -> None:
    """List the sweeps, newest first."""
    for each in sweeps.all_sweeps():
        if each.damage:
            click.echo(f"{each.name:<48} damaged: {each.damage}")
            continue
        trials, plan = each.trials(), each.plan
        ended = sum(trial.state != OPEN for trial in trials)
        said = result.sentences(plan, trials)[-1]
        click.echo(f"{each.name:<48} {each.status().state:<12} {ended} of {plan.trials} trials   {said}")


@sweeps_commands.command("show")
@click.argument("name", metavar="SWEEP")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
def sweeps_show(name: str, as_json: bool) -> None:
    """Print a sweep's trials, the best first, and what came of it."""
    found = sweeps.find(name)
    plan, trials, status = found.plan, found.trials(), found.status()
    if as_json:
        shown = {"sweep": found.name, "folder": str(found.folder), "status": asdict(status), "plan": asdict(plan)}
        click.echo(json.dumps({**shown, "all": [asdict(trial) for trial in trials], **_figures(found)}, indent=1))
        return
    sign = -1 if plan.objective == ACCURACY else 1
    for trial in sorted(trials, key=lambda trial: (trial.last is None, sign * (trial.last or 0.0))):
        figure = "–" if trial.last is None else f"{trial.last:.2%}" if sign < 0 else f"{trial.last:.4f}"
        values = ", ".join(f"{each}={value_said(value)}" for each, value in trial.values.items())
        click.echo(f"trial {trial.number + 1:<4} {trial.state:<9} {figure:>8}   {values}")
    for sentence in (f"{found.name} is {status.state}.", status.cause, status.remark, *result.sentences(plan, trials)):
        if sentence:
            click.echo(sentence)


@sweeps_commands.command("stop")
@click.argument("name", metavar="SWEEP")
def sweeps_stop(name: str) -> None:
    """Pause a sweep and its trials. Nothing that was trained is lost but the epoch that goes on."""
    found = sweeps.find(name)
    found.stop()
    click.echo(f"{found.name} is stopping.")


@sweeps_commands.command("resume")
@click.argument("name", metavar="SWEEP")
@click.option("--wait", is_flag=True, help="Show progress and print one line of JSON at the end.")
def sweeps_resume(name: str, wait: bool) -> None:
    """Resume a sweep, and its trials from their last completed epochs."""
    found = sweeps.find(name)
    found.resume()
    tell_or_wait(found, wait=wait)


@sweeps_commands.command("extend")
@click.argument("name", metavar="SWEEP")
@click.option("--trials", type=int, required=True, help="How many more.")
@click.option("--wait", is_flag=True, help="Show progress and print one line of JSON at the end.")
def sweeps_extend(name: str, trials: int, wait: bool) -> None:
    """Let a sweep try more combinations; one that has ended goes on."""
    found = sweeps.find(name)
    found.extend(trials)
    tell_or_wait(found, wait=wait)


@sweeps_commands.command("remove")
@click.argument("name", metavar="SWEEP")
def sweeps_remove(name: str) -> None:
    """Move a sweep to the trash, where it stays for a week. The runs that were its trials stay."""
    found = sweeps.find(name)
    found.remove()
    click.echo(
        f"Removed {found.name}; its runs stay. Within a week it comes back with: {COMMAND} sweeps restore {found.name}"
    )


@sweeps_commands.command("restore")
@click.argument("name", metavar="SWEEP")
def sweeps_restore(name: str) -> None:
    """Restore a sweep from the trash. SWEEP must be the full name."""
    click.echo(f"Restored {sweeps.restore(name).name}.")
