"""What a sweep varies: settings of a recipe by dotted name, each with values to choose from or a range to draw from."""

import json
import math
import re
import typing
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

from core.augmentation import Augmentation
from core.errors import PixelwiseError
from core.recipes.optimisers import OPTIMISERS
from core.recipes.recipe import Recipe
from core.recipes.schedules import SCHEDULES
from core.settings import SettingError, Specification, format_value, unknown_name

KIND = "kind"
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"(log:)?\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*(?:/\s*(\d{{1,9}}))?")
_MOST_VALUES, _MOST_VARIED = 200, 20
_PARTS = ("fit", "optimiser", "schedule", "augmentation", "network")
FAMILIES: dict[str, Mapping[str, type[Specification]]] = {"optimiser": OPTIMISERS, "schedule": SCHEDULES}
# Why some settings are no choice of a sweep, each after its name.
REFUSED = {
    "fit.seed": "is chance, and choosing the luckiest seed says nothing. Train each trial with several: --repeats 3",
    "split": "decides which images judge a trial, so trials would not be comparable",
}


class SweepError(PixelwiseError):
    """A sweep that cannot be made, is not there, or cannot do what was asked. The message says what to do."""


@dataclass(frozen=True)
class Choices:
    """A setting that takes one of some values.

    Attributes:
        name: dotted, such as `fit.batch_size`.
        values: numbers, texts, or true and false; at least two, all different.
    """

    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Span:
    """A setting that takes any number of a range.

    Attributes:
        name: dotted, such as `optimiser.learning_rate`.
        low: the smallest number.
        high: the largest, above `low`.
        log: whether equal ratios are equally likely, not equal differences; then `low` is above 0.
        whole: whether only whole numbers are taken.
    """

    name: str
    low: float
    high: float
    log: bool = False
    whole: bool = False


Variation = Choices | Span


def parse(text: str, recipe: Recipe) -> Variation:
    """Return what a text asks to vary.

    Args:
        text: `NAME=a,b,c`: one of these; `NAME=1..5`: from 1 to 5, whole numbers where the setting takes no others;
            `NAME=log:1e-4..1e-2`: by ratio; with `/5` at the end, five values spread evenly over the range.
        recipe: whose settings they are.

    Raises:
        SweepError: it is none of these, the recipe has no such setting, or does not take what is asked.
    """
    name, equals, asked = (each.strip() for each in text.partition("="))
    if not equals or not name or not asked:
        raise SweepError(
            f"{format_value(text)} is not NAME=VALUES, such as fit.batch_size=32,64 or "
            "optimiser.learning_rate=log:1e-4..1e-2."
        )
    for refused, why in REFUSED.items():
        if name == refused or name.startswith(f"{refused}."):
            raise SweepError(f"{name} cannot vary in a sweep: it {why}.")
    if name.partition(".")[0] not in _PARTS or "." not in name:
        raise SweepError(f"{format_value(name)} cannot vary in a sweep: it takes settings of {', '.join(_PARTS)}.")
    kind = kind_of(name, recipe)
    if (found := _RANGE.fullmatch(asked)) is not None:
        made = _ranged(name, found, kind)
    elif ".." in asked:
        raise SweepError(
            f"{name}: {format_value(asked)} is not a range of two numbers, such as 1..5 or log:1e-4..1e-2."
        )
    else:
        made = Choices(name, tuple(_value(each.strip(), kind) for each in asked.split(",")))
    _check(made, recipe)
    return made


def parse_all(texts: Sequence[str], recipe: Recipe) -> tuple[Variation, ...]:
    """Return what several texts ask to vary, as `parse` does each.

    Raises:
        SweepError: one of them is none, or two are about the same setting.
    """
    made = tuple(parse(text, recipe) for text in texts)
    if len(made) > _MOST_VARIED:
        raise SweepError(f"{len(made)} settings are to vary; at most {_MOST_VARIED} are taken.")
    for place, each in enumerate(made):
        if any(each.name == other.name for other in made[:place]):
            raise SweepError(f"{each.name} is given twice. Write all its values in one: {each.name}=a,b,c.")
    # What one kind of optimiser has, another may lack.
    for kinds in (each for each in made if isinstance(each, Choices) and _is_kind(each.name)):
        for kind in kinds.values:
            for other in made:
                value = other.values[0] if isinstance(other, Choices) else other.low
                try:
                    changed(recipe, {other.name: value, kinds.name: kind})
                except SettingError as error:
                    raise SweepError(f"{other.name} cannot vary together with {kinds.name}={kind}. {error}") from error
    return made


def changed(recipe: Recipe, values: Mapping[str, Any]) -> Recipe:
    """Return a recipe with a trial's values.

    Another kind of optimiser or schedule keeps the settings that it has, too.

    Args:
        recipe: that of the sweep.
        values: by dotted name.

    Raises:
        RecipeError: no such name, or a value that is not taken.
    """
    kinds = {name: value for name, value in values.items() if _is_kind(name)}
    if kinds:
        data = recipe.to_json()
        for name, value in kinds.items():
            family = name.partition(".")[0]
            data[family] = {KIND: value, **_taken_over(FAMILIES[family].get(value), data[family])}
        recipe = Recipe.from_json(data)
    return recipe.with_settings({name: value for name, value in values.items() if name not in kinds})


def _taken_over(kind: type[Specification] | None, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of one kind that another has and takes, too; none where there is no such kind."""
    if kind is None:
        return {}
    made = {}
    for name in {each.name for each in fields(kind)} & set(before):
        with suppress(SettingError):
            kind.from_json({name: before[name]})
            made[name] = before[name]
    return made


def said(variation: Variation) -> str:
    """Return what a setting may be, for a person: `32, 64` or `0.0001 to 0.01, by ratio`."""
    if isinstance(variation, Choices):
        return ", ".join(value_said(value) for value in variation.values)
    return f"{variation.low:g} to {variation.high:g}{', by ratio' if variation.log else ''}"


def value_said(value: Any) -> str:
    """Return a value of a setting for a person."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def takes(variation: Variation, value: Any) -> bool:
    """Tell whether a value is one that a sweep of this setting may have chosen."""
    if isinstance(variation, Choices):
        return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in variation.values)
    kinds = (int,) if variation.whole else (int, float)
    return type(value) in kinds and variation.low <= value <= variation.high


def _is_kind(name: str) -> bool:
    return name in {f"{family}.{KIND}" for family in FAMILIES}


def kind_of(name: str, recipe: Recipe) -> type:
    """Return what a setting takes: `bool`, `int`, `float`, `str`, or `tuple` for several numbers.

    Raises:
        SweepError: the recipe has no such setting.
    """
    if _is_kind(name):
        return str
    group, *between, last = name.split(".")
    part: Any = {"augmentation": recipe.augmentation or Augmentation()}.get(group) or getattr(recipe, group)
    place = 0
    if group == "network" and len(between) == 1 and re.fullmatch(r"\d{1,9}", between[0]):
        layers, place, between = recipe.network.layers, int(between[0]), []
        part = layers[place - 1] if 1 <= place <= len(layers) else None
    hints = typing.get_type_hints(type(part)) if isinstance(part, Specification) and not between else {}
    settable = {each.name for each in fields(part)} if hints else set()
    if last not in settable:
        if group == "network" and settable:
            raise SweepError(unknown_name(f"setting of layer {place}, {type(part).__name__}:", last, sorted(settable)))
        try:
            recipe.with_settings({name: None})
        except SettingError as error:
            raise SweepError(str(error)) from error
        raise SweepError(f"{format_value(name)} is no setting that can vary.")
    kinds = typing.get_args(hints[last]) or (hints[last],)
    return next(
        (kind for kind in (bool, int, float, str) if kind in kinds and not (kind is int and float in kinds)), tuple
    )


def _ranged(name: str, found: "re.Match[str]", kind: type) -> Variation:
    """Return what a range asks for.

    Raises:
        SweepError: it is empty, its setting takes no numbers, or its ends do not suit.
    """
    log, count = bool(found[1]), int(found[4]) if found[4] else None
    low, high = float(found[2]), float(found[3])
    shown = f"{found[2]}..{found[3]}"
    if kind not in (int, float):
        raise SweepError(f"{name} takes no range of numbers: write its values one by one, such as {name}=a,b.")
    if not math.isfinite(low) or not math.isfinite(high) or low >= high:
        raise SweepError(f"{name}: the range {shown} is empty. Write two different numbers, the smaller first.")
    if log and low <= 0:
        raise SweepError(f"{name}: a range by ratio begins above 0; received {shown}.")
    if kind is int and not (low.is_integer() and high.is_integer()):
        raise SweepError(f"{name} takes whole numbers; received {shown}.")
    if count is None:
        return Span(name, kind(low), kind(high), log, kind is int)
    if not 2 <= count <= _MOST_VALUES:
        raise SweepError(f"{name}: a range can be divided into 2 to {_MOST_VALUES} values; received {count}.")
    shares = [place / (count - 1) for place in range(count)]
    spread = [low * (high / low) ** share if log else low + (high - low) * share for share in shares]
    rounded = [round(value) if kind is int else float(f"{value:.6g}") for value in spread]
    return Choices(name, tuple(dict.fromkeys(rounded)))


def _value(text: str, kind: type) -> Any:
    """Return a value as its setting takes it; what is none is refused later, by the setting itself."""
    if kind is str:
        return text
    try:
        made = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return float(text) if kind is float and type(made) is int else made


def _check(variation: Variation, recipe: Recipe) -> None:
    """Make sure that a recipe takes each value of a setting, or both ends of its range.

    Raises:
        SweepError: it does not, or there is nothing to choose.
    """
    name = variation.name
    values = variation.values if isinstance(variation, Choices) else (variation.low, variation.high)
    if len(values) > _MOST_VALUES:
        raise SweepError(f"{name} has {len(values):,} values; at most {_MOST_VALUES} are taken.")
    if len({json.dumps(value) for value in values}) < len(values):
        raise SweepError(f"{name} has the same value twice. Leave one out.")
    if len(values) < 2:
        raise SweepError(f"{name} has one value only, so nothing varies. Give several, or change the recipe.")
    for value in values:
        try:
            changed(recipe, {name: value})
        except SettingError as error:
            raise SweepError(f"{name} cannot be {format_value(value)}. {error}") from error
