"""Hostile names of datasets, classes, files, saved settings and runs: each is one portable file in its place, or none.

What is written for them lies in the data home, or in the folder or zip that was asked for; lists show it.
"""

import io
import os
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from click.testing import CliRunner
from PIL import Image

from core.cli import main
from core.datasets import export as dataset_export
from core.datasets import store
from core.datasets.sources import catalogue, importing
from core.errors import PixelwiseError
from core.preprocessing import Pipeline, whole_dataset
from core.runs import Run
from core.runs import export as run_export
from core.storage import jobs, user_library
from tests.unit.hostile_texts import TRICKS, is_portable
from tests.unit.made_runs import made_run

SUITE, BENCH = 50, 2_000
BROWSER = False


def failures(count: int, home: Path) -> Iterator[str]:
    """Try that many cases and yield what failed in each, or an empty text."""
    ways: tuple[Callable[[str, Path], str], ...] = (_imported, _class, _saved, _said_of_a_run, _asked_for)
    scratch = home.parent / "names"
    tricks = random.Random(0).sample(TRICKS, len(TRICKS))  # noqa: S311 no secret
    for number in range(count):
        rng = random.Random(number)  # noqa: S311 no secret
        text = tricks[number // len(ways) % len(tricks)]
        if number >= len(ways) * len(TRICKS):
            text = "".join(rng.choice(TRICKS)[:200] for _ in range(rng.choice([1, 2, 3])))
        way = ways[number % len(ways)]
        scratch.mkdir(exist_ok=True)
        before = {path.name for path in home.parent.iterdir()} | {home.name}
        try:
            problem = way(text, scratch)
        except PixelwiseError as error:
            problem = f"a sentence of {len(str(error)):,} letters" if len(str(error)) > 1_500 else ""
        except Exception as error:  # What must not be.
            problem = f"{type(error).__name__}: {str(error)[:200]}"
        if {path.name for path in home.parent.iterdir()} - before:
            problem = "something was written outside the data home"
        odd = [path for path in home.rglob("*") if not is_portable(path.name)]
        if odd:
            problem = f"the data home has {odd[0].name[:80]!a}"
        yield f"case {number}, {way.__name__} {text[:40]!a}: {problem}" if problem else ""
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def _images(folder: Path) -> None:
    """Put two classes of two photos into a folder."""
    for label, name in enumerate(("cat", "dog")):
        (folder / name).mkdir(parents=True)
        for number in range(2):
            pixels = np.random.default_rng(2 * label + number).integers(0, 256, (80, 90, 3), np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")


def _imported(text: str, scratch: Path) -> str:
    """Import photos under the text as name and title, through the command line too."""
    _images(scratch / "photos")
    plan = importing.plan(scratch / "photos")
    made = importing.import_images(plan, name=text, title=text, source=text, licence=text)
    if made.folder.parent != store.folder_of("x").parent or made.about.name not in store.names():
        return "the dataset is not in its place"
    if catalogue.free_name(text) == made.about.name:
        return "its name counts as free"
    if len(catalogue.open_dataset(made.about.name)) != 4:
        return "it cannot be opened"
    listed = CliRunner().invoke(main, ["datasets", "list"])
    if listed.exit_code or listed.output.count("\n") != len({*catalogue.CATALOGUE, *store.names()}):
        return f"`datasets list` prints {listed.output[:200]!a}"
    return ""


def _class(text: str, scratch: Path) -> str:
    """Export photos of classes and with file names of the text, as a folder and as a zip."""
    _images(scratch / "photos")
    found = importing.import_images(importing.plan(scratch / "photos"), name="mine", title="Mine")
    # As a dataset of an earlier version, or one from elsewhere, may have them.
    dataset = replace(found, about=replace(found.about, class_names=(text, f"{text} 2")))
    dataset_export.export(dataset, scratch / "out")
    whole_dataset.write_zip(dataset, Pipeline(), scratch / "out.zip")
    with zipfile.ZipFile(scratch / "out.zip") as archive:
        parts = [part for name in archive.namelist() for part in name.split("/")]
        if archive.testzip() is not None or len(set(archive.namelist())) != 6:
            return f"the zip has {archive.namelist()[:6]!a}"
    parts += [part for path in (scratch / "out").rglob("*") for part in path.relative_to(scratch).parts]
    if odd := [part for part in parts if not is_portable(part)]:
        return f"an export has {odd[0][:80]!a}"
    return "" if len(list((scratch / "out").rglob("*.png"))) == 4 else "an export lacks images"


def _saved(text: str, _scratch: Path) -> str:
    user_library.save("pipeline", text, [])
    if user_library.names("pipeline") != [text.strip()] or user_library.load("pipeline", text) != []:
        return "it is not in the list under its name"
    user_library.remove("pipeline", text)
    return "" if not user_library.names("pipeline") else "it cannot be removed"


def _said_of_a_run(text: str, scratch: Path) -> str:
    """Call a run so, note it, and take it away."""
    run = made_run(title=text)
    for change in ({"title": text}, {"note": text}):
        try:
            run.annotate(**change)  # type: ignore[arg-type]
        except PixelwiseError as error:
            if len(str(error)) > 1_500:
                return "the sentence is too long"
    with zipfile.ZipFile(io.BytesIO(run_export.archive(run))) as archive:
        if any(not is_portable(part) for name in archive.namelist() for part in name.split("/")):
            return f"the zip has {archive.namelist()[:6]!a}"
    listed = CliRunner().invoke(main, ["runs", "list"])
    if listed.exit_code or listed.output.count("\n") != 1:
        return f"`runs list` prints {listed.output[:200]!a}"
    return "" if not any(scratch.iterdir()) else "something was written beside"


def _is_there(text: str) -> bool:
    try:
        return os.path.lexists(text or ".")
    except ValueError:
        return False


def _asked_for(text: str, scratch: Path) -> str:
    """Ask for a dataset, a run, a job and a photo of this name."""
    text = text[:100_000]
    try:
        if b"\0" in os.fsencode(text):
            return ""
    except UnicodeEncodeError:
        return ""  # No command line can hold it.
    for arguments in (
        ["datasets", "remove", text],
        ["datasets", "audit", text],
        ["datasets", "export", text, str(scratch / "out")],
        ["datasets", "add", text],
        ["datasets", "add", "mine", "--from", text],
        ["datasets", "add", "mnist", "--from", text],
        ["runs", "show", text],
        ["runs", "remove", text],
        ["runs", "restore", text],
        ["train", text],
        ["train", "digits-dense", "--dataset", text],
        ["code", text],
        ["code", f"{text}.json"],
    ):
        if ("--from" in arguments and _is_there(text)) or not text:
            continue  # What is there may be imported; no text is as if nothing was said.
        with patch.object(Run, "start", lambda _run: None):
            result = CliRunner().invoke(main, arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            return f"{arguments[:2]} ends with {result.exception!r:.100}"
        if result.exit_code == 0:
            return f"{[each[:40] for each in arguments]} is taken"
    jobs.find(text[:100])
    return ""
