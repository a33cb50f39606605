"""What differs between the recipes of runs, and in their data, and nothing else."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from difflib import SequenceMatcher
from typing import Any

from core.augmentation import Augmentation
from core.recipes.recipe import Recipe
from core.runs import Run
from core.settings import Specification

# What a recipe is called and told of changes nothing in a training.
_WORDS = ("version", "name", "title", "teaches", "book_accuracy", "book_trap")
MISSING = "–"


@dataclass(frozen=True)
class Difference:
    """A setting in which runs differ.

    Attributes:
        setting: its name, such as `fit.epochs` or `layer 3, Conv2D: filters`.
        values: one text a run, in the runs' order; `MISSING` where there is no such setting.
    """

    setting: str
    values: tuple[str, ...]


def differences(chosen: Sequence[Run]) -> list[Difference]:
    """Return in what runs differ: their data, then the settings of their recipes.

    Raises:
        RecipeError, RunError: one of them cannot be read.
    """
    contents = {run.about.content_hash: None for run in chosen}
    versions = [f"version {list(contents).index(run.about.content_hash) + 1}" for run in chosen]
    same_title = len({run.about.title for run in chosen}) == 1
    found = [
        Difference("dataset's content", tuple(versions if same_title else (run.about.title for run in chosen))),
        Difference("decisions on images", tuple(map(_decided, chosen))),
    ]
    return _differing(found) + recipe_differences([run.recipe for run in chosen])


def _decided(run: Run) -> str:
    made = run.decided
    return MISSING if made is None else f"{len(made.excluded):,} excluded, {len(made.labels):,} relabeled"


def recipe_differences(recipes: Sequence[Recipe]) -> list[Difference]:
    """Return the settings whose values are not the same in all recipes, in the order that recipes have them."""
    rows: dict[str, list[Any]] = {}
    for column, recipe in enumerate(recipes):
        for name, value in _settings(recipe).items():
            rows.setdefault(name, [None] * len(recipes))[column] = value
    found = [Difference(name, tuple(map(_text, values))) for name, values in rows.items()]
    found += _list_differences("step {}", [recipe.steps.applied.steps for recipe in recipes])
    found += _list_differences("layer {}", [recipe.network.layers[:-1] for recipe in recipes])
    found += _list_differences("last layer", [recipe.network.layers[-1:] for recipe in recipes])
    return _differing(found)


def _differing(found: list[Difference]) -> list[Difference]:
    return [each for each in found if len(set(each.values)) > 1]


def _settings(recipe: Recipe) -> dict[str, Any]:
    """Return the settings of a recipe outside of its lists, by dotted name."""
    data = {name: value for name, value in recipe.to_json().items() if name not in (*_WORDS, "steps", "network")}
    data["augmentation"] = asdict(recipe.augmentation or Augmentation())
    found: dict[str, Any] = {}
    for name, value in data.items():
        if not isinstance(value, dict):
            found[name] = value
            continue
        for field, each in value.items():
            found[name if field == "kind" else f"{name}.{field}"] = each
    return found


def _list_differences(what: str, lists: Sequence[Sequence[Specification]]) -> list[Difference]:
    """Compare lists in which parts may be missing: parts of the same kind are set side by side."""
    places: list[list[Specification | None]] = []
    for column, parts in enumerate(lists):
        places = _aligned(places, parts, column)
    found = []
    for number, place in enumerate(places, start=1):
        kinds = list(dict.fromkeys(type(part).__name__ for part in place if part is not None))
        label = f"{what.format(number)}, {' or '.join(kinds)}"
        if len(kinds) > 1 or None in place:
            found.append(Difference(label, tuple(MISSING if part is None else _said(part) for part in place)))
            continue
        jsons = [part.to_json() for part in place if part is not None]
        for field in dict.fromkeys(name for each in jsons for name in each):
            values = tuple(_text(each.get(field)) for each in jsons)
            found.append(Difference(f"{label}: {field}", values))
    return found


def _aligned(
    places: list[list[Specification | None]], parts: Sequence[Specification], column: int
) -> list[list[Specification | None]]:
    """Put the parts of one more list, of index `column`, beside those of the lists before."""
    known = [next(type(part).__name__ for part in place if part is not None) for place in places]
    kinds = [type(part).__name__ for part in parts]
    nothing: list[Specification | None] = [None] * column
    aligned = []
    for _, begin, end, first, last in SequenceMatcher(None, known, kinds, autojunk=False).get_opcodes():
        old, new = places[begin:end], parts[first:last]
        for position in range(max(len(old), len(new))):
            place = old[position] if position < len(old) else nothing
            aligned.append([*place, new[position] if position < len(new) else None])
    return aligned


def _said(part: Specification) -> str:
    """Return a part in one line, such as `Dropout(rate=0.5)`: its first setting, and others that are not as usual."""
    defaults = [(each.name, each.default) for each in fields(part)]
    data = part.to_json()
    given = {
        name: data[name]
        for place, (name, default) in enumerate(defaults)
        if name in data and (not place or getattr(part, name) != default)
    }
    return f"{type(part).__name__}({', '.join(f'{name}={_text(value)}' for name, value in given.items())})"


def _text(value: Any) -> str:
    if value is None or value == "":
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return str(value)
