"""The recipe that the user is making: kept for the session, and on disk, so that it outlives a reload."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core import runs
from core.datasets import decisions
from core.datasets.decisions import Decided
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.networks.layers import Conv2D, Dense, Flatten, Layer, MaxPool2D, Rescaling
from core.networks.network import Network
from core.recipes import suitable
from core.recipes.fit import Fit
from core.recipes.recipe import Recipe, RecipeError, named_recipes
from core.storage import user_library
from pages.common import hand_over as handing

OWN, HANDED, _MINE = "own", "handed-over", "mine-"
_DRAFTS, _KEPT, _NUMBER = "train_drafts", "train_drafts_kept", "train_draft_number"
_FOLLOWED = "train_recipe_followed"
_FIRST_NETWORK = Recipe(
    name="own",
    title="My own network",
    teaches="Start with one convolution and add layers. Shapes, parameters and memory update as you edit.",
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
        decided_as: the name of the run whose decisions on images count, as they were then; empty: those of now.
        newest: whether the decisions of now count after all.
        number: a new one each time the whole recipe is replaced: keys of controls are made of it.
        layer_numbers: one for each of the network's layers but the last; a layer keeps its own when it moves.
    """

    option: str
    base: Recipe
    recipe: Recipe
    pair_of: str | None = None
    decided_as: str = ""
    newest: bool = False
    number: int = 0
    layer_numbers: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Number it and its layers."""
        self.replace(self.recipe)

    def replace(self, recipe: Recipe) -> None:
        """Put a whole recipe in place of what it is now: controls begin anew.

        Raises:
            RecipeError: it makes images: there are no controls for that.
        """
        _require_classifying(recipe)
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

    def decided(self, dataset: Dataset) -> Decided | None:
        """Return the decisions on images that a run of it heeds; `None` where it heeds none."""
        if self.recipe.split.decisions != "apply":
            return None
        then = None if self.newest else self.decided_then(dataset)
        return decisions.decided(dataset) if then is None else then

    def decided_then(self, dataset: Dataset) -> Decided | None:
        """Return the decisions as they were for the run that it is of; `None` where it is of none on these images."""
        with suppress(PixelwiseError):
            run = runs.find(self.decided_as) if self.decided_as else None
            if run is not None and runs.is_of(run, dataset):
                return run.decided or Decided()
        return None

    def key(self, *names: str) -> str:
        """Return the key of a control of this draft."""
        return "_".join(("draft", str(self.number), *names))

    @property
    def changed(self) -> bool:
        """Whether it is something else than what it began as."""
        return self.recipe != self.base


def _require_classifying(recipe: Recipe) -> None:
    if recipe.generator is not None:
        raise RecipeError(
            f"“{recipe.title}” makes images instead of classifying them. Train it on Explain, under New images."
        )


def _next_number() -> int:
    number: int = st.session_state.get(_NUMBER, 0) + 1
    st.session_state[_NUMBER] = number
    return number


def options(dataset: str) -> dict[str, str]:
    """Return what can be chosen, with titles: recipes for the dataset first, then others, own ones and a new one."""
    recipes = named_recipes()
    found = {name: recipes[name].title for name in suitable.ordered(dataset, recipes.values())}
    found |= {f"{_MINE}{name}": f"{name} (saved)" for name in user_library.names("recipe")}
    found[OWN] = "Build your own network"
    if HANDED in _drafts() or HANDED in user_library.names("draft"):
        found[HANDED] = "Recipe from a run"
    return found


def open_draft(option: str, dataset: Dataset) -> Draft:
    """Return the draft of an option, as it was left; one that nobody changed follows the dataset.

    Raises:
        SavedError, RecipeError: a saved recipe is damaged.
    """
    drafts = _drafts()
    if option not in drafts:
        drafts[option] = _left(option) or Draft(option, base := _base(option), base)
    draft = drafts[option]
    if option == suitable.ADAPTING and draft.base != (base := suitable.suited(_base(option), dataset)):
        if not draft.changed:
            draft.replace(base)
        draft.base = base
    return draft


def follow(dataset: Dataset) -> None:
    """Choose the recipe that suits a dataset, unless the user chose or changed one."""
    before, suits = st.session_state.get("recipe"), next(iter(options(dataset.about.name)))
    if before is None or (before == st.session_state.get(_FOLLOWED) and not open_draft(before, dataset).changed):
        st.session_state["recipe"] = st.session_state[_FOLLOWED] = suits


def choose_suiting() -> None:
    """Choose the recipe that any dataset can train."""
    st.session_state["recipe"] = suitable.ADAPTING


def _drafts() -> dict[str, Draft]:
    found: dict[str, Draft] = st.session_state.setdefault(_DRAFTS, {})
    return found


def _base(option: str) -> Recipe:
    if option in named_recipes():
        return named_recipes()[option]
    if option.startswith(_MINE):
        return Recipe.from_json(user_library.load("recipe", option.removeprefix(_MINE)))
    return _FIRST_NETWORK


def _left(option: str) -> Draft | None:
    """Return the draft that an earlier session left; one that cannot be read any more counts as none."""
    if option not in user_library.names("draft"):
        return None
    with suppress(PixelwiseError, KeyError, TypeError):
        found = user_library.load("draft", option)
        base = Recipe.from_json(found["base"]) if option == HANDED else _base(option)
        recipe, newest = Recipe.from_json(found["recipe"]), bool(found.get("newest"))
        return Draft(option, base, recipe, found["pair_of"], str(found.get("decided_as", "")), newest)
    return None


def keep(draft: Draft) -> None:
    """Store a draft where a later session finds it, if it is not as it began.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    now = {
        "recipe": draft.recipe.to_json(),
        "base": draft.base.to_json(),
        "pair_of": draft.pair_of,
        "decided_as": draft.decided_as,
        "newest": draft.newest,
    }
    text = json.dumps(now) if draft.changed or draft.option == HANDED else ""
    kept = st.session_state.setdefault(_KEPT, {})
    if kept.get(draft.option) == text:
        return
    if text:
        user_library.save("draft", draft.option, now)
    elif draft.option in user_library.names("draft"):
        user_library.remove("draft", draft.option)
    kept[draft.option] = text


def hand_over(recipe: Recipe, *, base: Recipe | None = None, pair_of: str | None = None, decided_as: str = "") -> None:
    """Choose a recipe that comes from a run or from another page.

    Args:
        recipe: to be trained next.
        base: what it was before it was changed, if that is known.
        pair_of: the name of the run that the next one is to be compared with.
        decided_as: the name of the run whose decisions on images count; empty: those of now.
    """
    _drafts()[HANDED] = Draft(HANDED, base or recipe, recipe, pair_of, decided_as)
    _choose(HANDED, recipe.dataset)


def take_up() -> None:
    """Choose what another page handed over, if any did."""
    handed = handing.take()
    if handed is None or handed.recipe.generator is not None:
        return
    base = None
    with suppress(PixelwiseError):
        base = runs.find(handed.pair_of).recipe if handed.pair_of else None
    hand_over(handed.recipe, base=base, pair_of=handed.pair_of, decided_as=handed.decided_as)


def save_as(name: str, recipe: Recipe) -> None:
    """Save a recipe under a name of the user's, and choose it.

    Raises:
        SavedError: the name cannot be used.
        StorageError: the disk is full or may not be written.
    """
    name = name.strip()
    user_library.save("recipe", name, recipe.to_json())
    _drafts().pop(f"{_MINE}{name}", None)
    user_library.remove("draft", f"{_MINE}{name}")
    _choose(f"{_MINE}{name}", recipe.dataset)


def remove(option: str) -> None:
    """Delete a recipe that the user saved.

    Raises:
        StorageError: it may not be deleted.
    """
    user_library.remove("recipe", option.removeprefix(_MINE))
    user_library.remove("draft", option)
    _drafts().pop(option, None)


def is_mine(option: str) -> bool:
    """Tell whether the user saved it."""
    return option.startswith(_MINE)


def _choose(option: str, dataset: str) -> None:
    st.session_state["recipe"] = option
    choose_dataset(dataset)


def choose_dataset(name: str) -> None:
    """Choose a dataset, if it is on this machine."""
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
        raise RecipeError(f"This recipe is not valid JSON ({error}).") from error
    recipe = Recipe.from_json(data)
    _require_classifying(recipe)
    return recipe
