"""The settings of a recipe that a sweep can vary, with what a form begins with for each."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from core.augmentation import Augmentation
from core.recipes.recipe import Recipe
from core.settings import Setting, Specification
from core.sweeps.variation import FAMILIES, KIND, REFUSED, kind_of

# A setting whose largest value is so many times its smallest is varied by ratio.
_WIDE = 1000
_USUAL_FACTOR = 10


@dataclass(frozen=True)
class Offer:
    """A setting that can vary.

    Attributes:
        name: dotted, as `variation.parse` takes it.
        part: what it is a setting of, for a person: `Fit`, or `Layer 2, Dense`.
        field: its own name.
        kind: what it takes: `bool`, `int`, `float` or `str`.
        about: what is known of its values.
        value: what the recipe has.
    """

    name: str
    part: str
    field: str
    kind: type
    about: Setting
    value: Any

    @property
    def values(self) -> tuple[Any, ...]:
        """What it can be, where that can be listed; empty: numbers of a range."""
        return (True, False) if self.kind is bool else tuple(self.about.choices)

    @property
    def by_ratio(self) -> bool:
        """Whether equal ratios are a better measure of it than equal differences, as of a learning rate."""
        low, high = self.about.minimum, self.about.maximum
        return self.kind is float and low is not None and high is not None and low > 0 and high / low >= _WIDE

    @property
    def usual_range(self) -> tuple[float, float]:
        """A range around what the recipe has, within what the setting takes."""
        value, step = float(self.value), self.about.step or 1.0
        low, high = (
            (value / _USUAL_FACTOR, value * _USUAL_FACTOR)
            if self.by_ratio
            else (value / 2, max(2 * value, value + 5 * step))
        )
        rounded = (round(low), round(high)) if self.kind is int else (float(f"{low:.4g}"), float(f"{high:.4g}"))
        least, most = self.about.minimum, self.about.maximum
        low = rounded[0] if least is None else max(rounded[0], self.kind(least))
        high = rounded[1] if most is None else min(rounded[1], self.kind(most))
        return (low, high) if low < high or least is None else (self.kind(least), high)


def offers(recipe: Recipe) -> dict[str, Offer]:
    """Return the settings of a recipe that can vary, by name, in the order of importance to most."""
    return {each.name: each for each in _all(recipe)}


def _all(recipe: Recipe) -> Iterator[Offer]:
    yield from _of(recipe, "optimiser", "Optimizer", recipe.optimiser)
    yield from _of(recipe, "fit", "Hyperparameters", recipe.fit)
    for number, layer in enumerate(recipe.network.layers[:-1], start=1):
        yield from _of(recipe, f"network.{number}", f"Layer {number}, {type(layer).__name__}", layer)
    yield from _of(recipe, "augmentation", "Augmentation", recipe.augmentation or Augmentation())
    yield from _of(recipe, "schedule", "Schedule", recipe.schedule)
    for family, title, part in (
        ("optimiser", "Optimizer", recipe.optimiser),
        ("schedule", "Schedule", recipe.schedule),
    ):
        about = Setting(choices=tuple(FAMILIES[family]))
        yield Offer(f"{family}.{KIND}", title, KIND, str, about, type(part).__name__)


def _of(recipe: Recipe, prefix: str, title: str, part: Specification) -> Iterator[Offer]:
    # What a layer leaves out of its JSON cannot be set by name.
    written = part.to_json() if prefix.startswith("network") else {each.name for each in fields(part)}
    for each in fields(part):
        name, value, about = f"{prefix}.{each.name}", getattr(part, each.name), part.setting_of(each.name)
        kind = kind_of(name, recipe)
        listed = kind is bool or bool(about.choices)
        ranged = kind in (int, float) and isinstance(value, int | float)
        if name not in REFUSED and each.name in written and (listed or ranged):
            yield Offer(name, title, each.name, kind, about, value)
