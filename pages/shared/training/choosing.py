"""Which recipe is trained: what it teaches, the book's figure beside ours, what is changed, what hinders it."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace

import psutil
import streamlit as st

from core import home, runs
from core.comparison import recipe_differences
from core.datasets import catalogue, decisions
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.prepare import parts, shapes
from core.preprocessing import Pipeline
from core.recipe import Recipe, RecipeError, Split, named_recipes
from core.runs import Run
from core.shapes import layer_sizes, memory_problem, shift_problem
from pages.shared import address
from pages.shared.controls import choose, full_title
from pages.shared.frame import plain
from pages.shared.settings_controls import settings
from pages.shared.training import drafts
from pages.shared.training.drafts import Draft

_RECIPE = "recipe"
_MOST_CHANGES = 6
_BEST_S = 10


def take_its_dataset() -> None:
    """Choose the data set that a link's recipe is made for, where the link names none and it is on this machine."""
    name, has_come = st.query_params.get(_RECIPE), address.has_come("its_dataset", _RECIPE, shared=True)
    if has_come and "dataset" not in st.query_params and name in named_recipes():
        drafts.choose_dataset(named_recipes()[name].dataset)


def choose_recipe(dataset: str) -> Draft:
    """Let the user choose a recipe, those made for the data set first.

    Raises:
        SavedError, RecipeError: a saved recipe is damaged.
    """
    titles = drafts.options(dataset)
    return drafts.opened(choose("Recipe", list(titles), key=_RECIPE, parameter=_RECIPE, titles=titles))


def tell(draft: Draft, dataset: str) -> None:
    """Say what the recipe teaches, its trap, and the book's figure beside ours."""
    base = draft.base
    st.caption(plain(base.teaches))
    if draft.pair_of:
        other = plain(full_title(draft.pair_of))
        st.caption(f":material/compare_arrows: Runs will tell what it changes compared with “{other}”.")
    if base.book_trap:
        st.caption(f":material/warning: **Trap.** {plain(base.book_trap)}")
    if base.dataset != dataset and draft.option != drafts.OWN:
        _tell_its_dataset(base.dataset)
    ours = None
    if draft.option not in (drafts.OWN, drafts.HANDED):
        ours = best_run(json.dumps(base.to_json()), str(home.data_home()))
    if base.book_accuracy is None and ours is None:
        return
    with st.container(horizontal=True, gap="medium"):
        if base.book_accuracy is not None:
            st.metric("The book's test accuracy", f"{base.book_accuracy:.2%}", width="content")
        if ours is not None:
            name, accuracy = ours
            st.metric("Ours, the best run here", f"{accuracy:.2%}", width="content", help=plain(full_title(name)))


def _tell_its_dataset(name: str) -> None:
    """Say which data set the recipe is made for, and lead there."""
    title = plain(catalogue.title(name))
    st.caption(f"It is made for {title}: its figures are of that.")
    if name in catalogue.available():
        st.button(
            f"Take {title}",
            key="train_its_dataset",
            type="tertiary",
            icon=":material/database:",
            on_click=drafts.choose_dataset,
            args=(name,),
        )
    else:
        st.page_link("pages/datasets.py", label=f"Get {title}", icon=":material/download:")


@st.cache_data(ttl=_BEST_S, show_spinner=False)
def best_run(recipe: str, data_home: str) -> tuple[str, float] | None:  # noqa: ARG001 part of the cache's key
    """Return the finished run of a recipe, as JSON, with the best test accuracy, and that; seeds may differ."""
    base = Recipe.from_json(json.loads(recipe))
    found: list[tuple[float, str]] = []
    for run in runs.all_runs():
        # One that cannot be read is no candidate.
        with suppress(PixelwiseError):
            status = run.status()
            if status.state == runs.FINISHED and "test_accuracy" in status.result and _is_of(run, base):
                found.append((status.result["test_accuracy"], run.name))
    if not found:
        return None
    accuracy, name = max(found)
    return name, accuracy


def _is_of(run: Run, base: Recipe) -> bool:
    """Tell whether a run is of a recipe as it is, on its own data set; seeds may differ."""
    if run.recipe.name != base.name or run.about.name != base.dataset:
        return False
    same_seed = replace(run.recipe, fit=replace(run.recipe.fit, seed=base.fit.seed))
    return not recipe_differences([base.for_dataset(run.about), same_seed])


def set_length(draft: Draft) -> None:
    """Let the user set how long it trains, and in which portions."""
    fit = settings(draft.recipe.fit, key=draft.key("fit"), only=("epochs", "batch_size"), width=120)
    draft.change(fit=fit)


def tell_changes(draft: Draft) -> None:
    """Say what is changed in the recipe, and offer to undo it."""
    if not draft.changed:
        return
    changes = recipe_differences([draft.base, draft.recipe])
    lines = [f"{plain(each.setting)}: {plain(each.values[0])} → {plain(each.values[1])}" for each in changes]
    more = [f"and {len(lines) - _MOST_CHANGES} more"] if len(lines) > _MOST_CHANGES else []
    if not lines:
        return
    st.caption("**Changed**  \n" + "  \n".join(lines[:_MOST_CHANGES] + more))
    st.button(
        "Undo the changes",
        key="train_undo",
        type="tertiary",
        icon=":material/undo:",
        on_click=lambda: draft.replace(draft.base),
    )


def run_title(draft: Draft) -> str:
    """Return what to call a run of the recipe: by what was changed in it; empty: as the recipe is called."""
    changes = recipe_differences([draft.base, draft.recipe]) if draft.option != drafts.OWN else []
    if draft.pair_of and not changes:
        return f"{draft.recipe.title} · again"
    if len(changes) > 1:
        return f"{draft.recipe.title} · {len(changes)} changes"
    return "".join(f"{draft.recipe.title} · {each.setting} {each.values[1]}" for each in changes)


@dataclass(frozen=True)
class Ready:
    """What is known of a training before it starts.

    Attributes:
        input_shape: height, width and channels that go in.
        train: how many pictures train, `validation` and `test` likewise.
        validation: see above.
        test: see above.
        problems: why it cannot train, in words; empty when it can.
        warnings: what is odd about it.
    """

    input_shape: tuple[int, int, int]
    train: int
    validation: int
    test: int
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def look_ahead(recipe: Recipe, dataset: Dataset) -> Ready:
    """Say whether a recipe can train on a data set.

    Raises:
        RecipeError: there is nothing to train on, or the pictures come out in several shapes.
        StepError: a step cannot be applied to one of the pictures.
    """
    recipe = recipe.for_dataset(dataset.about)
    shape = input_shape(recipe, dataset)
    split, version = json.dumps(recipe.split.to_json()), decisions.version(dataset)
    counts = _counts(dataset.about.name, dataset.about.content_hash, split, version)
    sizes = layer_sizes(recipe.network.layers, shape)
    problems = [
        f"Layer {number} ({layer.title}): {size.problem}"
        for number, (layer, size) in enumerate(zip(recipe.network.layers, sizes, strict=True), start=1)
        if size.problem
    ]
    if problem := shift_problem(recipe.fit.shifted, shape):
        problems.append(problem)
    warnings = []
    memory = psutil.virtual_memory()
    batch_size = recipe.fit.batch_size
    if not problems and (problem := memory_problem(sizes, batch_size, memory.total)):
        problems.append(problem)
    elif not problems and (problem := memory_problem(sizes, batch_size, memory.available)):
        warnings.append(problem)
    if batch_size > counts[0]:
        warnings.append(
            f"A batch of {batch_size:,} is more than the {counts[0]:,} pictures that train: an epoch is a single step, "
            f"and learns little. Choose a smaller batch size."
        )
    return Ready(shape, *counts, tuple(problems), tuple(warnings))


def input_shape(recipe: Recipe, dataset: Dataset) -> tuple[int, int, int]:
    """Return the height, width and channels that a recipe's steps bring most pictures to.

    Raises:
        RecipeError: they bring pictures to several shapes.
        StepError: a step cannot be applied to one of the pictures.
    """
    found = _shapes(dataset.about.name, dataset.about.content_hash, json.dumps(recipe.steps.to_json()))
    if len(found) > 1:
        raise RecipeError(
            f"The steps leave the pictures of {dataset.about.title} in {len(found)} shapes, and a network takes one: "
            "choose a preprocessing that ends in Resize."
        )
    return found[0]


@st.cache_data(max_entries=64, show_spinner=False)
def _shapes(name: str, content: str, steps: str) -> list[tuple[int, int, int]]:  # noqa: ARG001 part of the cache's key
    """Return the shapes that steps, as JSON, bring a data set's pictures to."""
    return list(shapes(catalogue.open_dataset(name), Pipeline.from_json(json.loads(steps))))


@st.cache_data(max_entries=64, show_spinner=False)
def _counts(
    name: str,
    content: str,  # noqa: ARG001 part of the cache's key
    split_json: str,
    version: tuple[int, int],  # noqa: ARG001 part of the cache's key
) -> tuple[int, int, int]:
    """Return how many pictures train, validate and test with a split, as JSON; the version is that of the decisions."""
    dataset, split = catalogue.open_dataset(name), Split.from_json(json.loads(split_json))
    decided = decisions.decided(dataset) if split.decisions == "apply" else None
    divided = parts(dataset, split, decided)
    return len(divided.train), len(divided.validation), len(divided.test)
