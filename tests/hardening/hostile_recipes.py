"""Recipes with hostile fields: refused in a sentence, or a run that the lists show, and nothing outside the data home.

Every text field, and every other field, gets path tricks, wrong types and numbers that are none; by `--set`, by file
and by pasting.
"""

import json
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner

from core import runs
from core.cli import main
from core.errors import PixelwiseError
from core.recipes import paste_json
from core.recipes.recipe import Recipe, find_recipe, read_recipe
from core.runs import Run
from tests.unit.hostile_texts import TRICKS, is_portable

SUITE, BENCH = 120, 5_000
BROWSER = False
_LONGEST_SENTENCE = 1_500
_TEXTS = ("name", "title", "teaches", "dataset", "initial_weights", "book_trap", "loss")
_VALUES: tuple[Any, ...] = (
    *TRICKS,
    None,
    True,
    -1,
    0,
    2.5,
    10**400,
    -(10**400),
    2**63,
    float("nan"),
    float("inf"),
    [],
    {},
    [[[[]]]],
    ["x"] * 3000,
    {"kind": "Grayscale"},
    [{"kind": "Grayscale"}] * 3000,
    [{"kind": "Flatten"}] * 3000,
    {"x" * 100_000: 1},
)


def failures(count: int, home: Path) -> Iterator[str]:
    """Try that many cases and yield what failed in each, or an empty text."""
    scratch = home.parent / "recipes"
    scratch.mkdir(exist_ok=True)
    base = find_recipe("digits-dense").to_json()
    fields = [
        *base,
        *(f"{group}.{name}" for group in ("split", "optimiser", "schedule", "fit") for name in base[group]),
    ]
    for number in range(count):
        rng = random.Random(number)  # noqa: S311 no secret
        if number < 2 * len(TRICKS):
            field, value = "name" if number % 2 else "title", TRICKS[number // 2]
        else:
            field = rng.choice(_TEXTS) if rng.random() < 0.5 else rng.choice(fields)
            value = rng.choice(_VALUES)
        how = rng.choice((_by_set, _by_file, _by_pasting))
        problem = _problem(how, base, field, value, home, scratch)
        yield f"case {number}, {how.__name__} {field}={str(value)[:40]!a}: {problem}" if problem else ""


def _problem(
    how: Callable[[dict[str, Any], str, Any, Path], Recipe | None],
    base: dict[str, Any],
    field: str,
    value: Any,
    home: Path,
    scratch: Path,
) -> str:
    """Make a run of a recipe with one field changed, and look at what there is then."""
    before = {path.name for path in home.parent.iterdir()} | {home.name}
    began = time.monotonic()
    try:
        recipe = how(base, field, value, scratch)
        run = runs.create(recipe) if recipe is not None else None
    except PixelwiseError as error:
        run = None
        if len(str(error)) > _LONGEST_SENTENCE:
            return f"the sentence has {len(str(error)):,} letters"
    except Exception as error:  # What must not be.
        return f"{type(error).__name__}: {str(error)[:200]}"
    if {path.name for path in home.parent.iterdir()} - before:
        return "something was written outside the data home"
    if time.monotonic() - began > 60:
        return "it took more than a minute"
    if run is None:
        return "" if not list(runs.runs_folder().glob("[!.]*")) else "a run that was refused is there"
    problem = _problem_of(run)
    shutil.rmtree(run.folder)
    return problem


def _problem_of(run: Run) -> str:
    found = [path for path in runs.runs_folder().iterdir() if not path.name.startswith(".")]
    if [path.name for path in found] != [run.name] or not is_portable(run.name) or run.folder.is_symlink():
        return f"the runs' folder has {[path.name[:80] for path in found]}"
    if [each.name for each in runs.all_runs()] != [run.name]:
        return "no list shows the run"
    listed = CliRunner().invoke(main, ["runs", "list"])
    if listed.exit_code or listed.output.count("\n") != 1 or not listed.output.startswith(run.name):
        return f"`runs list` prints {listed.output[:200]!a}"
    shown = CliRunner().invoke(main, ["runs", "show", run.name])
    if shown.exit_code or json.loads(shown.output)["recipe"] != Run(run.folder).recipe.to_json():
        return "`runs show` does not show the recipe"
    return ""


def _by_set(base: dict[str, Any], field: str, value: Any, _scratch: Path) -> None:
    """Let the command line make the run, as far as its training."""
    del base
    text = value if isinstance(value, str) else json.dumps(value)
    made: list[Run] = []
    with patch.object(Run, "start", lambda run: made.append(run)):
        result = CliRunner().invoke(main, ["train", "digits-dense", "--set", f"{field}={text}"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if len(result.output) > _LONGEST_SENTENCE:
        raise RuntimeError(f"{len(result.output):,} letters are printed")
    for run in made:
        problem = _problem_of(run)
        shutil.rmtree(run.folder)
        if problem:
            raise RuntimeError(problem)


def _by_file(base: dict[str, Any], field: str, value: Any, scratch: Path) -> Recipe:
    path = scratch / "recipe.json"
    path.write_text(json.dumps(_changed(base, field, value)), encoding="utf-8")
    return read_recipe(path)


def _by_pasting(base: dict[str, Any], field: str, value: Any, _scratch: Path) -> Recipe:
    text = json.dumps(_changed(base, field, value))
    recipe = Recipe.from_json(json.loads(text))
    paste_json.pipeline(text)
    paste_json.augmentation(text)
    return recipe


def _changed(base: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(base))
    group, _, name = field.rpartition(".")
    (data[group] if group else data)[name] = value
    return data
