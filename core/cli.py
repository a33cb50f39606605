"""The command line, a thin door over the same functions that the pages call. Other programs call it: keep it stable."""

import io
import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from core import damaged, runs
from core.datasets import decisions, export, store
from core.datasets.audit import report
from core.datasets.decisions import Decided
from core.datasets.features import label_check
from core.datasets.integrity import repair, verification
from core.datasets.sources import catalogue, importing
from core.datasets.store import SPLITS, About
from core.errors import COMMAND, PixelwiseError
from core.evaluation import ood, threshold
from core.evaluation.threshold import DecisionThreshold
from core.prediction import photo_predictions, worker
from core.prediction.photo_predictions import Prediction, Refusal
from core.recipes import script, suitable
from core.recipes.recipe import Recipe, find_recipe, named_recipes
from core.runs import Run, RunError, Status
from core.settings import format_value
from core.storage import data_home, jobs, machine, processes
from core.storage.jobs import Job
from core.storage.progress import counted, progress_text, quiet

_POLL_S = 0.25
_SHOWN_EVERY_S = 0.1
_REFUSED_SHOWN, _LISTED = 10, 10


class _Group(click.Group):
    """Prints a `PixelwiseError` as one sentence, and exits with status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):
            # A file's name may be no text at all, or one that the terminal cannot write.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except PixelwiseError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            where = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror or error}.") from error


@click.group(cls=_Group)
def main() -> None:
    """Pixelwise: explore image datasets, train networks, inspect their errors, classify photos."""
    data_home.look_at()


@main.command("run", context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def run_app(options: tuple[str, ...]) -> None:
    """Start the app; your browser opens it. OPTIONS are those of `streamlit run`, such as --server.port 8600."""
    command = [sys.executable, "-m", "streamlit", "run", str(processes.PROJECT / "app.py"), *options]
    if os.name == "posix":
        # What ends this process is to end the app.
        os.execv(sys.executable, command)  # noqa: S606 no shell is wanted
    with suppress(KeyboardInterrupt):
        sys.exit(subprocess.call(command))


@main.group("datasets")
def datasets_group() -> None:
    """Manage datasets: list, add, audit, export, remove."""


@datasets_group.command("list")
def datasets_list() -> None:
    """List installed and downloadable datasets."""
    here, there = catalogue.available(), store.names()
    for name in dict.fromkeys([*here, *there, *catalogue.CATALOGUE]):
        if name in there and name not in here:
            facts = f"damaged: {store.damage(name)}"
        elif name in here:
            dataset = catalogue.open_dataset(name)
            counts = "".join(
                f"{count:>7,} {split} "
                for split, count in zip(SPLITS, dataset.counts.sum(axis=0), strict=True)
                if count
            )
            facts = f"{counts} {len(dataset.about.class_names):>3} classes  {dataset.about.shape}"
        else:
            size = f"{catalogue.CATALOGUE[name].bytes / 1e6:.0f} MB"
            facts = f"not here ({size} to download): {COMMAND} datasets add {name}"
        click.echo(f"{name:<16} {facts}")


@datasets_group.command("add")
@click.argument("name")
@click.option(
    "--from",
    "path",
    type=click.Path(path_type=Path),
    help="Dataset file, ZIP, TAR or NPZ file, or folder of images.",
)
@click.option("--title", help="Name for your own dataset.")
@click.option(
    "--labels",
    metavar="WAY",
    help="Where the class labels come from: folders, names, folders:2 (the second folder of each path), "
    "folders:2:color (of images in a folder color only) or file:train.csv:image_id:label (a file and its columns). "
    "Default: detect automatically.",
)
@click.option("--plan", "plan_only", is_flag=True, help="Show what is understood and write nothing.")
@click.option(
    "--test-share", default=0.2, show_default=True, help="Fraction held out for testing if there is no test folder."
)
@click.option("--seed", default=0, show_default=True, help="Of that draw.")
def datasets_add(
    name: str,
    path: Path | None,
    title: str | None,
    labels: str | None,
    plan_only: bool,
    test_share: float,
    seed: int,
) -> None:
    """Add a catalog dataset, or your own images with --from."""
    progress = _ProgressLine() if sys.stderr.isatty() else quiet
    if plan_only and path is None:
        raise click.UsageError("--plan shows what an import with --from would take.")
    if path is None or (name in catalogue.CATALOGUE and not plan_only):
        dataset = catalogue.add(name, path, progress)
    else:
        plan = importing.plan(path, labelling=labels, test_share=test_share, seed=seed, progress=progress)
        for line in plan.lines():
            click.echo(line, err=not plan_only)
        if plan_only:
            return
        dataset, known = importing.import_or_find(
            plan, name=name, title=title or name, source=plan.source.title, progress=progress
        )
        if known:
            click.echo("The same images, classes and splits are here already.", err=True)
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
    click.echo(f"{dataset.about.title}: {counted(len(dataset), 'image')} in {dataset.folder}")


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
    """Check for duplicates, leakage, unusual images and labels that a simple property gives away."""
    dataset = catalogue.open_dataset(name)
    made = report.look(dataset, _ProgressLine() if sys.stderr.isatty() else quiet)
    click.echo(report.report(dataset, made))
    report.keep(dataset, made)


@datasets_group.command("check-labels")
@click.argument("name")
def datasets_check_labels(name: str) -> None:
    """Find possible label errors, classes hard to tell apart and outliers, by a pretrained network: no training."""
    dataset = catalogue.open_dataset(name)
    _await(label_check.start(name))
    found = label_check.load(dataset)
    if found is None:
        raise click.ClickException(f"The dataset {name} changed meanwhile. Check its labels again.")
    click.echo(label_check.report(dataset, found, _LISTED))


def _await(job: Job) -> None:
    """Show a job's progress until it has ended; it is cancelled when this is interrupted."""
    progress = _ProgressLine() if sys.stderr.isatty() else quiet
    try:
        while (status := job.status()).state == jobs.RUNNING:
            progress(status.doing, status.done, status.total, status.unit)
            time.sleep(_POLL_S)
    except KeyboardInterrupt:
        job.cancel()
        raise
    if status.state != jobs.FINISHED:
        raise click.ClickException(status.cause or "It was cancelled.")


@datasets_group.command("export")
@click.argument("name")
@click.argument("path", type=click.Path(path_type=Path))
def datasets_export(name: str, path: Path) -> None:
    """Export images to PATH: an .npz file for small images, a folder for photos."""
    export.export(catalogue.open_dataset(name), path, _ProgressLine() if sys.stderr.isatty() else quiet)
    click.echo(f"Wrote {path}.")


@datasets_group.command("verify")
@click.argument("name")
def datasets_verify(name: str) -> None:
    """Look whether every file of a dataset still is what came in."""
    verification.verify(catalogue.open_dataset(name), _ProgressLine() if sys.stderr.isatty() else quiet)
    click.echo(f"Every file of {name} is what came in.")


@datasets_group.command("repair")
@click.argument("name")
@click.option("--from", "path", type=click.Path(path_type=Path), help="What it was made of, where that has moved.")
def datasets_repair(name: str, path: Path | None) -> None:
    """Write a damaged dataset's files anew, from where they came from; decisions on its images stay."""
    repair.repair(name, _ProgressLine() if sys.stderr.isatty() else quiet, path)
    click.echo(f"Every file of {name} is what came in.")


@datasets_group.command("remove")
@click.argument("name")
def datasets_remove(name: str) -> None:
    """Delete an installed dataset."""
    store.remove(name)
    click.echo(f"Removed {name}.")


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


@main.command("train")
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
        time.sleep(_POLL_S)
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


@main.group("runs")
def runs_group() -> None:
    """Runs: list, show, stop, resume, remove, restore. RUN is a run's name, the beginning of one, or `latest`."""


@runs_group.command("list")
def runs_list() -> None:
    """List the runs, newest first."""
    for run in runs.all_runs():
        if run.damage:
            click.echo(f"{run.name:<40} damaged: {run.damage}")
            continue
        status, dataset = run.status(), run.about.name
        accuracy = status.result.get("test_accuracy")
        facts = f"test accuracy {accuracy:.2%}" if accuracy is not None else status.cause or progress_line(status)
        click.echo(f"{run.name:<40} {status.said:<12} {dataset:<10} {facts}")


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
    """Stop a run after the current batch. Its progress is saved."""
    found = runs.find(run)
    found.stop()
    click.echo(f"{found.name} is stopping.")


@runs_group.command("resume")
@click.argument("run")
@click.option("--epochs", type=int, help="New total number of epochs; use a higher total to extend a finished run.")
@click.option("--wait", is_flag=True, help="Show progress and print one line of JSON at the end.")
def runs_resume(run: str, epochs: int | None, wait: bool) -> None:
    """Resume a run from its last completed epoch. The result is the same as without the interruption."""
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
    click.echo(f"Removed {found.name}. Within a week it comes back with: {COMMAND} runs restore {found.name}")


@runs_group.command("restore")
@click.argument("run")
def runs_restore(run: str) -> None:
    """Restore a run from the trash. RUN must be the full name."""
    click.echo(f"Restored {runs.restore(run).name}.")


@main.command("damaged")
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


@main.command("code")
@click.argument("run_or_recipe")
def code(run_or_recipe: str) -> None:
    """Print a standalone Python script that reproduces a run.

    RUN_OR_RECIPE is a run's name, the beginning of one, `latest`, a recipe's name or its JSON file.
    """
    click.echo(_script(run_or_recipe), nl=False)


def _script(run_or_recipe: str) -> str:
    if run_or_recipe in named_recipes() or run_or_recipe.endswith(".json"):
        recipe = find_recipe(run_or_recipe)
        return script.recipe_script(recipe, *_data_of(recipe))
    try:
        return script.run_script(runs.find(run_or_recipe))
    except RunError as error:
        raise RunError(f"{error} Recipes: {', '.join(named_recipes())}") from error


def _data_of(recipe: Recipe) -> tuple[About, Decided | None]:
    """Return what a recipe's dataset is, and what is decided on its images if that counts."""
    if recipe.dataset in catalogue.CATALOGUE and recipe.dataset not in catalogue.available():
        return catalogue.CATALOGUE[recipe.dataset].about, None
    dataset = catalogue.open_dataset(recipe.dataset)
    return dataset.about, decisions.decided(dataset) if recipe.split.decisions == "apply" else None


@main.command("predict")
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO …")
@click.option("--run", "run_name", help="Run to predict with. Default: the newest with a model.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a photo.")
def predict(photos: tuple[str, ...], run_name: str | None, as_json: bool) -> None:
    """Classify photos. Exits with 0 if every photo could be read, otherwise 1. A bad photo does not stop the rest.

    The decision is the class, or `ask` where the answer is less sure than the threshold set on the Predict page, or the
    photo unlike those that the run learned from. Where a class is called `ask` itself, the JSON has `asked` beside it:
    true where a person is to be asked, false where the photo is of that class.
    """
    able = runs.with_model()
    if run_name:
        run = runs.find(run_name, [*runs.all_runs(), *runs.shipped()])
    elif able:
        run = able[0]
    else:
        raise RunError(f"No run can predict yet. Train one: {COMMAND} train digits-cnn --wait")
    if problem := ood.problem(run.folder):
        click.echo(problem, err=True)
    good, booked = True, threshold.decision_threshold(run)
    try:
        given = photo_predictions.predict_photos(run, map(_photo, photos), total=len(photos))
        for photo, answer in zip(photos, given, strict=True):
            good = good and isinstance(answer, Prediction)
            said = _said(photo, answer, run, booked)
            if as_json:
                click.echo(_json_line(said))
            elif isinstance(answer, Refusal):
                click.echo(f"{photo}: {answer.sentence}", err=True)
            else:
                likely = list(said["probabilities"].items())[:3]
                shares = ", ".join(f"{label} {probability:.1%}" for label, probability in likely)
                click.echo(f"{photo}: {shares}: {_decided(answer, run, booked)}")
    finally:
        worker.shut_down()
    sys.exit(0 if good else 1)


def _photo(path: str) -> bytes | Refusal:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        sentence = "There is no such file." if isinstance(error, FileNotFoundError) else f"{error.strerror}."
        return Refusal("not-readable", sentence)


def _said(photo: str, answer: Prediction | Refusal, run: Run, booked: DecisionThreshold) -> dict[str, Any]:
    """Return what `predict --json` prints for a photo."""
    if isinstance(answer, Refusal):
        return {"file": photo, "error": answer.sentence, "reason": answer.reason}
    class_names = run.about.class_names
    ranked = answer.ranked(class_names)
    label, probability = ranked[0]
    return {
        "file": photo,
        "label": label,
        "probability": probability,
        "probabilities": dict(ranked),
        "decision": answer.decision(booked, class_names),
        **({"asked": answer.asks(booked)} if threshold.ASK in class_names else {}),
    }


def _decided(answer: Prediction, run: Run, booked: DecisionThreshold) -> str:
    names = run.about.class_names
    return threshold.in_words(answer.decision(booked, names), names, asked=answer.asks(booked))


def _json_line(said: dict[str, Any]) -> str:
    """Return JSON as readable as what it is written to takes."""
    line = json.dumps(said, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(said)
    return line
