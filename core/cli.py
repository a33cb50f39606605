"""The command line, a thin door over the same functions that the pages call. Other programs call it: keep it stable."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from core import answers, booking, codegen, runs, worker
from core.answers import Answer, Refusal
from core.booking import Booking
from core.datasets import audit, catalogue, decisions, exporting, importing, store
from core.datasets.decisions import Decided
from core.datasets.labelling import LABELLINGS
from core.datasets.store import SPLITS, About
from core.errors import PixelwiseError
from core.progress import progress_text, quiet
from core.recipe import Recipe, find_recipe, named_recipes
from core.runs import Run, RunError, Status

_POLL_S = 0.25
_SHOWN_EVERY_S = 0.1
_REFUSED_SHOWN = 10


class _Group(click.Group):
    """Prints a `PixelwiseError` as one sentence, and exits with status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PixelwiseError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group)
def main() -> None:
    """Pixelwise: open a set of pictures, train a network, see its errors, predict."""


@main.group("datasets")
def datasets_group() -> None:
    """Data sets: list, add, audit, export, remove."""


@datasets_group.command("list")
def datasets_list() -> None:
    """List the data sets that are here and those that can be had."""
    here = catalogue.available()
    for name in dict.fromkeys([*here, *catalogue.CATALOGUE]):
        if name in here:
            dataset = catalogue.open_dataset(name)
            counts = "".join(
                f"{count:>7,} {split} "
                for split, count in zip(SPLITS, dataset.counts.sum(axis=0), strict=True)
                if count
            )
            facts = f"{counts} {len(dataset.about.class_names):>3} classes  {dataset.about.shape}"
        else:
            size = f"{catalogue.CATALOGUE[name].bytes / 1e6:.0f} MB"
            facts = f"not here ({size} to download): python -m core datasets add {name}"
        click.echo(f"{name:<16} {facts}")


@datasets_group.command("add")
@click.argument("name")
@click.option(
    "--from", "path", type=click.Path(path_type=Path), help="A published file, or a zip or folder of pictures."
)
@click.option("--title", help="What to call pictures of your own.")
@click.option("--labels", type=click.Choice(LABELLINGS), help="Where their classes are; without it, what fits better.")
@click.option("--test-share", default=0.2, show_default=True, help="The share drawn for test where no folder tells.")
@click.option("--seed", default=0, show_default=True, help="Of that draw.")
def datasets_add(
    name: str, path: Path | None, title: str | None, labels: str | None, test_share: float, seed: int
) -> None:
    """Add a data set of the catalogue, or pictures of your own with --from."""
    progress = _ProgressLine() if sys.stderr.isatty() else quiet
    if name in catalogue.CATALOGUE or path is None:
        dataset = catalogue.add(name, path, progress)
    else:
        plan = importing.plan(path, labelling=labels, test_share=test_share, seed=seed, progress=progress)
        for note in plan.notes:
            click.echo(note, err=True)
        dataset = importing.import_pictures(
            plan, name=name, title=title or name, source=plan.source.title, progress=progress
        )
    report = importing.report(dataset)
    if report:
        for refused in report.refused[:_REFUSED_SHOWN]:
            click.echo(f"refused: {refused.file}: {refused.sentence}", err=True)
        rest = len(report.refused) - _REFUSED_SHOWN
        if rest > 0:
            click.echo(f"… and {rest:,} more: {dataset.folder / 'report.json'}", err=True)
        click.echo(
            f"{report.accepted:,} accepted, {len(report.refused):,} refused, {report.skipped:,} junk files skipped"
        )
    if dataset.about.name != name:
        click.echo(f"It is called {dataset.about.name}.")
    click.echo(f"{dataset.about.title}: {len(dataset):,} pictures in {dataset.folder}")


class _ProgressLine:
    """Shows progress in one line of the terminal, ten times a second at most."""

    def __init__(self) -> None:
        self._shown_at, self._doing = 0.0, ""

    def __call__(self, doing: str, done: int, total: int, unit: str) -> None:
        now = time.monotonic()
        if doing != self._doing and self._doing:
            click.echo(err=True)
        if doing != self._doing or now - self._shown_at > _SHOWN_EVERY_S or done == total:
            self._shown_at, self._doing = now, doing
            click.echo(f"\r{progress_text(doing, done, total, unit):<78}", err=True, nl=False)
        if total and done == total:
            click.echo(err=True)
            self._doing = ""


@datasets_group.command("audit")
@click.argument("name")
def datasets_audit(name: str) -> None:
    """Look for duplicates, leaks, odd pictures and labels that something trivial tells."""
    made = audit.audit(catalogue.open_dataset(name), _ProgressLine() if sys.stderr.isatty() else quiet)
    click.echo(audit.report(made))


@datasets_group.command("export")
@click.argument("name")
@click.argument("path", type=click.Path(path_type=Path))
def datasets_export(name: str, path: Path) -> None:
    """Write pictures to PATH for other programs: a .npz file of small pictures, a folder of photos."""
    exporting.export(catalogue.open_dataset(name), path, _ProgressLine() if sys.stderr.isatty() else quiet)
    click.echo(f"Wrote {path}.")


@datasets_group.command("remove")
@click.argument("name")
def datasets_remove(name: str) -> None:
    """Delete a data set from this machine."""
    store.remove(name)
    click.echo(f"Removed {name}.")


def _changes(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Any]:
    changes = {}
    for value in values:
        path, equals, text = value.partition("=")
        if not equals:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE, such as fit.epochs=3")
        try:
            changes[path] = json.loads(text)
        except ValueError:
            changes[path] = text
    return changes


@main.command("train")
@click.argument("recipe")
@click.option("--dataset", help="Another data set than the recipe's own.")
@click.option("--set", "changes", multiple=True, callback=_changes, metavar="NAME=VALUE", help="Such as fit.epochs=3.")
@click.option("--wait", is_flag=True, help="Show the progress; print a JSON line at the end.")
def train(recipe: str, dataset: str | None, changes: dict[str, Any], wait: bool) -> None:
    """Train RECIPE, a name or a JSON file. Without --wait the training goes on by itself."""
    run = runs.create(find_recipe(recipe).with_settings(changes), dataset)
    run.start()
    if not wait:
        click.echo(run.name)
        return
    _wait_and_tell(run)


def _wait_and_tell(run: Run) -> None:
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
    seconds = round((status.ended or time.time()) - status.place, 2)
    result = {name: status.result.get(name) for name in ("test_accuracy", "test_loss")}
    click.echo(json.dumps({"run": run.name, "state": status.state, "seconds": seconds, **result}))
    if status.state in (runs.FAILED, runs.INTERRUPTED):
        raise click.ClickException(status.cause)


def _wait(run: Run) -> Status:
    """Show a progress line until the run has ended; return its last status."""
    shown = ""
    while (status := run.status()).state in runs.ALIVE:
        line = progress_line(status)
        if line != shown:
            click.echo(f"\r{line:<78}" if sys.stderr.isatty() else line, err=True, nl=not sys.stderr.isatty())
            shown = line
        time.sleep(_POLL_S)
    if sys.stderr.isatty():
        click.echo(err=True)
    return status


def progress_line(status: Status) -> str:
    """Return a status in one line, such as `running  epoch 3 of 10   24%   2,650 pictures/s   12 s left`."""
    parts = [status.state, status.doing]
    if status.state == runs.RUNNING and status.pictures_per_second:
        parts = [
            f"epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}",
            f"{status.fraction:.0%}",
            f"{status.pictures_per_second:,.0f} pictures/s",
            f"{status.seconds_left:.0f} s left" if status.seconds_left is not None else status.doing,
        ]
    return "   ".join(part for part in parts if part)


@main.group("runs")
def runs_group() -> None:
    """Runs: list, show, stop, resume, remove, restore. RUN is a run's name, the beginning of one, or `latest`."""


@runs_group.command("list")
def runs_list() -> None:
    """List the runs, newest first."""
    for run in runs.all_runs():
        try:
            status, dataset = run.status(), run.about.name
        except RunError as error:
            click.echo(f"{run.name:<40} {error}")
            continue
        accuracy = status.result.get("test_accuracy")
        facts = f"test accuracy {accuracy:.2%}" if accuracy is not None else status.cause or progress_line(status)
        click.echo(f"{run.name:<40} {status.state:<12} {dataset:<10} {facts}")


@runs_group.command("show")
@click.argument("run")
def runs_show(run: str) -> None:
    """Print a run's status and recipe as JSON."""
    found = runs.find(run)
    shown = {"run": found.name, "folder": str(found.folder), "status": vars(found.status())}
    click.echo(json.dumps({**shown, "recipe": found.recipe.to_json()}, indent=1))


@runs_group.command("stop")
@click.argument("run")
def runs_stop(run: str) -> None:
    """Stop a run at its next batch; it keeps what it has learned."""
    found = runs.find(run)
    found.stop()
    click.echo(f"{found.name} is stopping.")


@runs_group.command("resume")
@click.argument("run")
@click.option("--epochs", type=int, help="How many in all; a finished run trains on with more than it had.")
@click.option("--wait", is_flag=True, help="Show the progress; print a JSON line at the end.")
def runs_resume(run: str, epochs: int | None, wait: bool) -> None:
    """Go on with a run from its last whole epoch; it ends as if it had never been away."""
    found = runs.find(run)
    found.resume(epochs)
    if wait:
        _wait_and_tell(found)
    else:
        click.echo(f"{found.name} goes on.")


@runs_group.command("remove")
@click.argument("run")
def runs_remove(run: str) -> None:
    """Move a run to the trash, where it stays for a week."""
    found = runs.find(run)
    found.remove()
    click.echo(f"Removed {found.name}. Within a week it comes back with: python -m core runs restore {found.name}")


@runs_group.command("restore")
@click.argument("run")
def runs_restore(run: str) -> None:
    """Bring a run back from the trash; RUN is its whole name."""
    click.echo(f"Restored {runs.restore(run).name}.")


@main.command("code")
@click.argument("run_or_recipe")
def code(run_or_recipe: str) -> None:
    """Print a Python script that trains the same network to the same numbers by itself.

    RUN_OR_RECIPE is a run's name, the beginning of one, `latest`, a recipe's name or its JSON file.
    """
    click.echo(_script(run_or_recipe), nl=False)


def _script(run_or_recipe: str) -> str:
    if run_or_recipe in named_recipes() or run_or_recipe.endswith(".json"):
        recipe = find_recipe(run_or_recipe)
        return codegen.recipe_script(recipe, *_data_of(recipe))
    try:
        return codegen.run_script(runs.find(run_or_recipe))
    except RunError as error:
        raise RunError(f"{error} Recipes: {', '.join(named_recipes())}") from error


def _data_of(recipe: Recipe) -> tuple[About, Decided | None]:
    """Return what a recipe's data set is, and what is decided on its pictures if that counts."""
    if recipe.dataset in catalogue.CATALOGUE and recipe.dataset not in catalogue.available():
        return catalogue.CATALOGUE[recipe.dataset].about, None
    dataset = catalogue.open_dataset(recipe.dataset)
    return dataset.about, decisions.decided(dataset) if recipe.split.decisions == "apply" else None


@main.command("predict")
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO …")
@click.option("--run", "run_name", help="The run that answers; without it, the newest that can.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a photo.")
def predict(photos: tuple[str, ...], run_name: str | None, as_json: bool) -> None:
    """Classify photos. Exits with 0 when every photo was read, else 1; one bad photo never stops the others.

    The decision is the class, or `ask` where the answer is less sure than the threshold set on the Predict page, or the
    photo unlike those that the run learned from.
    """
    able = runs.with_model()
    if run_name:
        run = runs.find(run_name, [*runs.all_runs(), *runs.shipped()])
    elif able:
        run = able[0]
    else:
        raise RunError("No run can predict yet. Train one: python -m core train digits-cnn --wait")
    good, booked = True, booking.booking(run)
    try:
        given = answers.answers(run, map(_photo, photos), total=len(photos))
        for photo, answer in zip(photos, given, strict=True):
            good = good and isinstance(answer, Answer)
            said = _said(photo, answer, run, booked)
            if as_json:
                click.echo(json.dumps(said, ensure_ascii=False))
            elif "error" in said:
                click.echo(f"{photo}: {said['error']}", err=True)
            else:
                likely = list(said["probabilities"].items())[:3]
                shares = ", ".join(f"{label} {probability:.1%}" for label, probability in likely)
                click.echo(f"{photo}: {shares}: {booking.in_words(said['decision'], run.about.class_names)}")
    finally:
        worker.shut_down()
    sys.exit(0 if good else 1)


def _photo(path: str) -> bytes | Refusal:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        sentence = "There is no such file." if isinstance(error, FileNotFoundError) else f"{error.strerror}."
        return Refusal("not-readable", sentence)


def _said(photo: str, answer: Answer | Refusal, run: Run, booked: Booking) -> dict[str, Any]:
    """Return what `predict --json` prints for a photo."""
    if isinstance(answer, Refusal):
        return {"file": photo, "error": answer.sentence, "reason": answer.reason}
    ranked = answer.ranked(run.about.class_names)
    label, probability = ranked[0]
    return {
        "file": photo,
        "label": label,
        "probability": probability,
        "probabilities": dict(ranked),
        "decision": answer.decision(booked, run.about.class_names),
    }
