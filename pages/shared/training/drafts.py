"""The recipe that the user is making: kept for the session, and on disk, so that it outlives a reload."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core import runs, saved
from core.datasets import catalogue
from core.errors import PixelwiseError
from core.network import Conv2D, Dense, Flatten, Layer, MaxPool2D, Network, Rescaling
from core.recipe import Fit, Recipe, RecipeError, named_recipes

OWN, HANDED, _MINE = "own", "handed-over", "mine-"
_DRAFTS, _KEPT, _NUMBER = "train_drafts", "train_drafts_kept", "train_draft_number"
_FIRST_NETWORK = Recipe(
    name="own",
    title="My own network",
    teaches="Begin with one convolution and add what you like: shapes, parameters and memory follow as you edit.",
    dataset="digits",
    network=Network(
        (
            Rescaling(),
            Conv2D(32, padding="same"),
            MaxPool2D(),
            Flatten(),
            Dense(10, "softmax"),
        )
    ),
    fit=Fit(epochs=20, batch_size=64),
)


@dataclass
class Draft:
    """A recipe that is being made.

    Attributes:
        option: the name by which it is chosen.
        base: what it began as.
        recipe: what it is now.
        pair_of: the name of the run that the next one is to be compared with, if any.
        number: a new one each time the whole recipe is replaced: keys of controls are made of it.
        layer_numbers: one for each of the network's layers but the last; a layer keeps its own when it moves.
    """

    option: str
    base: Recipe
    recipe: Recipe
    pair_of: str | None = None
    number: int = 0
    layer_numbers: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Number it and its layers."""
        self.replace(self.recipe)

    def replace(self, recipe: Recipe) -> None:
        """Put a whole recipe in place of what it is now: controls begin anew."""
        self.recipe = recipe
        self.number = _next_number()
        self.layer_numbers = [_next_number() for _ in recipe.network.layers[:-1]]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The network's layers but the last."""
        return self.recipe.network.layers[:-1]

    def set_layers(self, layers: Sequence[Layer], numbers: Sequence[int | None]) -> None:
        """Change the layers but the last, each with its number; `None` for a new one."""
        self.layer_numbers = [_next_number() if number is None else number for number in numbers]
        last = self.recipe.network.layers[-1]
        self.change(network=Network((*layers, last)))

    def change(self, **parts: Any) -> None:
        """Change parts of the recipe, as `dataclasses.replace` does."""
        self.recipe = Recipe(**{**self.recipe.__dict__, **parts})

    def key(self, *names: str) -> str:
        """Return the key of a control of this draft."""
        return "_".join(("draft", str(self.number), *names))

    @property
    def changed(self) -> bool:
        """Whether it is something else than what it began as."""
        return self.recipe != self.base


def _next_number() -> int:
    number: int = st.session_state.get(_NUMBER, 0) + 1
    st.session_state[_NUMBER] = number
    return number


def options(dataset: str) -> dict[str, str]:
    """Return what can be chosen, with titles: recipes for the data set first, then others, own ones and a new one."""
    recipes = named_recipes()
    ordered = sorted(recipes, key=lambda name: recipes[name].dataset != dataset)
    found = {name: recipes[name].title for name in ordered}
    found |= {f"{_MINE}{name}": f"{name} (saved)" for name in saved.names("recipe")}
    found[OWN] = "Build your own network"
    if HANDED in _drafts() or HANDED in saved.names("draft"):
        found[HANDED] = "A run's recipe, changed"
    return found


def opened(option: str) -> Draft:
    """Return the draft of an option, as it was left.

    Raises:
        SavedError, RecipeError: a saved recipe is damaged.
    """
    drafts = _drafts()
    if option not in drafts:
        drafts[option] = _left(option) or Draft(option, base := _base(option), base)
    return drafts[option]


def _drafts() -> dict[str, Draft]:
    found: dict[str, Draft] = st.session_state.setdefault(_DRAFTS, {})
    return found


def _base(option: str) -> Recipe:
    if option in named_recipes():
        return named_recipes()[option]
    if option.startswith(_MINE):
        return Recipe.from_json(saved.load("recipe", option.removeprefix(_MINE)))
    return _FIRST_NETWORK


def _left(option: str) -> Draft | None:
    """Return the draft that an earlier session left; one that cannot be read any more counts as none."""
    if option not in saved.names("draft"):
        return None
    with suppress(PixelwiseError, KeyError, TypeError):
        found = saved.load("draft", option)
        base = Recipe.from_json(found["base"]) if option == HANDED else _base(option)
        return Draft(option, base, Recipe.from_json(found["recipe"]), found["pair_of"])
    return None


def keep(draft: Draft) -> None:
    """Store a draft where a later session finds it, if it is not as it began.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    now = {"recipe": draft.recipe.to_json(), "base": draft.base.to_json(), "pair_of": draft.pair_of}
    text = json.dumps(now) if draft.changed or draft.option == HANDED else ""
    kept = st.session_state.setdefault(_KEPT, {})
    if kept.get(draft.option) == text:
        return
    if text:
        saved.save("draft", draft.option, now)
    elif draft.option in saved.names("draft"):
        saved.remove("draft", draft.option)
    kept[draft.option] = text


def hand_over(recipe: Recipe, *, base: Recipe | None = None, pair_of: str | None = None) -> None:
    """Choose a recipe that comes from a run or from another page.

    Args:
        recipe: to be trained next.
        base: what it was before it was changed, if that is known.
        pair_of: the name of the run that the next one is to be compared with.
    """
    _drafts()[HANDED] = Draft(HANDED, base or recipe, recipe, pair_of)
    _choose(HANDED, recipe.dataset)


def take_up() -> None:
    """Take what another page handed over as `recipe_to_train`, with `pair_of` if it is one of a pair.

    Raises:
        RecipeError: it is no recipe.
    """
    found = st.session_state.pop("recipe_to_train", None)
    pair_of = st.session_state.pop("pair_of", None)
    if found is None:
        return
    base = None
    with suppress(PixelwiseError):
        base = runs.find(pair_of).recipe if pair_of else None
    hand_over(Recipe.from_json(found), base=base, pair_of=pair_of)


def save_as(name: str, recipe: Recipe) -> None:
    """Save a recipe under a name of the user's, and choose it.

    Raises:
        SavedError: the name cannot be used.
        StorageError: the disk is full or may not be written.
    """
    name = name.strip()
    saved.save("recipe", name, recipe.to_json())
    _drafts().pop(f"{_MINE}{name}", None)
    saved.remove("draft", f"{_MINE}{name}")
    _choose(f"{_MINE}{name}", recipe.dataset)


def remove(option: str) -> None:
    """Delete a recipe that the user saved.

    Raises:
        StorageError: it may not be deleted.
    """
    saved.remove("recipe", option.removeprefix(_MINE))
    saved.remove("draft", option)
    _drafts().pop(option, None)


def is_mine(option: str) -> bool:
    """Tell whether the user saved it."""
    return option.startswith(_MINE)


def _choose(option: str, dataset: str) -> None:
    st.session_state["recipe"] = option
    choose_dataset(dataset)


def choose_dataset(name: str) -> None:
    """Choose a data set, if it is on this machine."""
    if name in catalogue.available():
        st.session_state["dataset"] = name


def parsed(text: str) -> Recipe:
    """Read a recipe that was pasted or uploaded.

    Raises:
        RecipeError: it is no JSON, or no recipe. The message says which part.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"This is no recipe: it cannot be read as JSON ({error}).") from error
    return Recipe.from_json(data)
