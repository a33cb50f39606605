"""The commands for datasets."""

import sys
from pathlib import Path
from typing import Any

import click

from core.cli.progress import ProgressLine, await_job
from core.datasets import export, store
from core.datasets.audit import report
from core.datasets.features import label_check
from core.datasets.integrity import repair, verification
from core.datasets.sources import catalogue, importing
from core.datasets.sources.choices import Choices
from core.errors import COMMAND
from core.storage.progress import counted, quiet

_REFUSED_SHOWN, _LISTED = 10, 10


@click.group("datasets")
def datasets() -> None:
    """Manage datasets: list, add, audit, export, remove."""


@datasets.command("list")
def datasets_list() -> None:
    """List installed and downloadable datasets."""
    here, there = catalogue.available(), store.names()
    for name in dict.fromkeys([*here, *there, *catalogue.CATALOGUE]):
        if name in there and name not in here:
            facts = f"damaged: {store.damage(name)}"
        elif name in here:
            dataset = catalogue.open_dataset(name)
            counts = "".join(f"{count:>7,} {split} " for split, count in dataset.in_splits.items())
            facts = f"{counts} {len(dataset.about.class_names):>3} classes  {dataset.about.shape}"
        else:
            size = f"{catalogue.CATALOGUE[name].bytes / 1e6:.0f} MB"
            facts = f"not here ({size} to download): {COMMAND} datasets add {name}"
        click.echo(f"{name:<16} {facts}")


@datasets.command("add")
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
    "labelling",
    metavar="WAY",
    help="Where the class labels come from: folders, names, folders:2 (the second folder of each path), "
    "folders:2:color (of images in a folder color only), file:train.csv:image_id:label (a file and its columns) or "
    "boxes (objects cut out by COCO's, Pascal VOC's or YOLO's boxes). "
    "Default: detect automatically.",
)
@click.option(
    "--split",
    default="",
    metavar="WAY",
    help="Where the splits come from: drawn (at random, by class and group) or folders:1 (the first folder of each "
    "path). Default: folders and tables, otherwise drawn.",
)
@click.option(
    "--group",
    default="",
    metavar="WAY",
    help="Which images belong together, and never come into two splits: folders:2, 'name:{group}_*' (a part of the "
    "file names), file:train.csv:image_id:patient (a column of a table) or none. Default: detect automatically.",
)
@click.option(
    "--unlabeled/--no-unlabeled",
    default=True,
    show_default=True,
    help="Keep images without a class, to look at and to label; they neither train nor test.",
)
@click.option("--follow-links", is_flag=True, help="Follow links in a folder that lead to something inside it.")
@click.option(
    "--classes",
    default="",
    metavar="NAMES",
    help="Of images that have no labels: the classes that you will give them, such as cat,dog.",
)
@click.option("--plan", "plan_only", is_flag=True, help="Show what is understood and write nothing.")
@click.option(
    "--test-share", default=0.2, show_default=True, help="Fraction held out for testing if there is no test folder."
)
@click.option("--seed", default=0, show_default=True, help="Random seed for that split.")
def datasets_add(
    name: str,
    path: Path | None,
    title: str | None,
    plan_only: bool,
    classes: str,
    **choices: Any,
) -> None:
    """Add a catalog dataset, or your own images with --from."""
    progress = ProgressLine() if sys.stderr.isatty() else quiet
    if plan_only and path is None:
        raise click.UsageError("--plan shows what an import with --from would take.")
    if path is None or (name in catalogue.CATALOGUE and not plan_only):
        dataset = catalogue.add(name, path, progress)
    else:
        named = tuple(filter(None, map(str.strip, classes.split(","))))
        plan = importing.plan(path, Choices(**choices, classes=named), progress=progress)
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
        click.echo(f"Dataset ID: {dataset.about.name}")
    click.echo(f"{dataset.about.title}: {counted(len(dataset), 'image')} in {dataset.folder}")


@datasets.command("audit")
@click.argument("name")
def datasets_audit(name: str) -> None:
    """Check for duplicates, leakage, unusual images and labels that a simple property gives away."""
    dataset = catalogue.open_dataset(name)
    made = report.look(dataset, ProgressLine() if sys.stderr.isatty() else quiet)
    click.echo(report.report(dataset, made))
    report.keep(dataset, made)


@datasets.command("check-labels")
@click.argument("name")
def datasets_check_labels(name: str) -> None:
    """Find possible label errors, classes hard to tell apart and outliers, by a pretrained network: no training."""
    dataset = catalogue.open_dataset(name)
    await_job(label_check.start(name))
    found = label_check.load(dataset)
    if found is None:
        raise click.ClickException(f"The dataset {name} changed meanwhile. Check its labels again.")
    click.echo(label_check.report(dataset, found, _LISTED))


@datasets.command("export")
@click.argument("name")
@click.argument("path", type=click.Path(path_type=Path))
def datasets_export(name: str, path: Path) -> None:
    """Export images to PATH: an .npz file for small images, a folder for photos."""
    export.export(catalogue.open_dataset(name), path, ProgressLine() if sys.stderr.isatty() else quiet)
    click.echo(f"Wrote {path}.")


@datasets.command("verify")
@click.argument("name")
def datasets_verify(name: str) -> None:
    """Look whether every file of a dataset still is what came in."""
    verification.verify(catalogue.open_dataset(name), ProgressLine() if sys.stderr.isatty() else quiet)
    click.echo(f"Every file of {name} is what came in.")


@datasets.command("repair")
@click.argument("name")
@click.option("--from", "path", type=click.Path(path_type=Path), help="What it was made of, where that has moved.")
def datasets_repair(name: str, path: Path | None) -> None:
    """Write a damaged dataset's files anew, from where they came from; decisions on its images stay."""
    repair.repair(name, ProgressLine() if sys.stderr.isatty() else quiet, path)
    click.echo(f"Every file of {name} is what came in.")


@datasets.command("remove")
@click.argument("name")
def datasets_remove(name: str) -> None:
    """Delete an installed dataset."""
    store.remove(name)
    click.echo(f"Removed {name}.")
