"""Which recipe is trained: what it teaches, the book's figure beside ours, what is changed, what hinders it."""

import json
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import psutil
import streamlit as st

from core import runs
from core.datasets import decisions, given_labels
from core.datasets.decisions import Decided
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.networks.layer_sizes import layer_sizes, memory_problem, shift_problem
from core.preprocessing import Pipeline
from core.recipes import suitable
from core.recipes.recipe import Recipe, RecipeError, named_recipes
from core.recipes.split import Split
from core.runs import Listed, Run
from core.runs.comparison import recipe_differences
from core.storage import data_home
from core.storage.progress import counted
from core.training.data import shapes
from core.training.parts import left_out, parts
from pages.common.messages import escape_markdown
from pages.common.pickers import choose, full_title
from pages.train import drafts
from pages.train.drafts import Draft
from pages.train.settings_form import settings

RECIPE = "recipe"
_MOST_CHANGES = 6
_BEST_S = 10


def choose_recipe(dataset: Dataset) -> Draft:
    """Let the user choose a recipe, those made for the dataset first; until then it is the first of these.

    Raises:
        SavedError, RecipeError: a saved recipe is damaged.
    """
    titles = drafts.options(dataset.about.name)
    return drafts.open_draft(choose("Recipe", list(titles), key=RECIPE, titles=titles), dataset)


def tell(draft: Draft, dataset: Dataset) -> None:
    """Say what the recipe teaches, its trap, and the book's figure beside ours."""
    base = draft.base
    st.caption(escape_markdown(base.teaches))
    if draft.pair_of:
        other = escape_markdown(full_title(draft.pair_of))
        st.caption(f":material/compare_arrows: Will be compared with “{other}” on the Runs page.")
        _choose_decisions(draft, dataset)
    if base.book_trap:
        st.caption(f":material/warning: **Pitfall.** {escape_markdown(base.book_trap)}")
    if base.dataset != dataset.about.name and draft.option not in (drafts.OWN, suitable.ADAPTING):
        _tell_its_dataset(base.dataset)
    ours = None
    if draft.option not in (drafts.OWN, drafts.HANDED):
        ours = best_run(json.dumps(base.to_json()), str(data_home.data_home()))
    if base.book_accuracy is None and ours is None:
        return
    with st.container(horizontal=True, gap="medium"):
        if base.book_accuracy is not None:
            st.metric("Test accuracy in the book", f"{base.book_accuracy:.2%}", width="content")
        if ours is not None:
            name, accuracy = ours
            st.metric(
                "Your best test accuracy", f"{accuracy:.2%}", width="content", help=escape_markdown(full_title(name))
            )


def _choose_decisions(draft: Draft, dataset: Dataset) -> None:
    """Say that the decisions on images stay as they were for the other run of the pair, and let that be changed."""
    then = draft.decided_then(dataset)
    if then is None or draft.recipe.split.decisions != "apply" or then == (now := decisions.decided(dataset)):
        return
    key = draft.key("newest")
    st.session_state.setdefault(key, draft.newest)
    draft.newest = st.toggle(
        "With the decisions taken since, too",
        key=key,
        help="Off, your one change is all that differs between the two runs.",
        persist_state="session",
    )
    st.caption(
        f"Decisions on images then: {_said(then)}; now: {_said(now)}. It trains with those of "
        f"{'now, which is a second change' if draft.newest else 'then'}."
    )


def _said(decided: Decided) -> str:
    return f"{len(decided.excluded):,} excluded, {len(decided.labels):,} relabeled"


def _tell_its_dataset(name: str) -> None:
    """Say which dataset the recipe is made for, and lead there."""
    title = escape_markdown(catalogue.title(name))
    st.caption(f"This recipe was made for {title}; the accuracy above refers to that dataset.")
    if name in catalogue.available():
        st.button(
            f"Use {title}",
            key="train_its_dataset",
            type="tertiary",
            icon=":material/database:",
            on_click=drafts.choose_dataset,
            args=(name,),
        )
    else:
        st.page_link("pages/datasets/page.py", label=f"Get {title}", icon=":material/download:")


@st.cache_data(ttl=_BEST_S, show_spinner=False)
def best_run(recipe: str, data_home: str) -> tuple[str, float] | None:  # noqa: ARG001 part of the cache's key
    """Return the finished run of a recipe, as JSON, with the best test accuracy, and that; seeds may differ."""
    found: list[tuple[float, str]] = []
    for run in runs.all_runs():
        status = run.listed.status
        if status and status.state == runs.FINISHED and "test_accuracy" in status.result and _is_of(run.listed, recipe):
            found.append((status.result["test_accuracy"], run.name))
    if not found:
        return None
    accuracy, name = max(found)
    return name, accuracy


@lru_cache(maxsize=8192)
def _is_of(listed: Listed, recipe: str) -> bool:
    """Tell whether a run is of a recipe as it is, on its own dataset; seeds may differ."""
    run, base = Run(listed.folder), Recipe.from_json(json.loads(recipe))
    try:
        if run.recipe.name != base.name or run.about.name != base.dataset:
            return False
        same_seed = replace(run.recipe, fit=replace(run.recipe.fit, seed=base.fit.seed))
        return not recipe_differences([base.for_dataset(run.about), same_seed])
    except PixelwiseError:
        # One that cannot be read is no candidate.
        return False


def offer_suiting(draft: Draft) -> None:
    """Offer the recipe that any dataset can train, where another cannot."""
    if draft.option != suitable.ADAPTING:
        st.button(
            f"Take “{named_recipes()[suitable.ADAPTING].title}”",
            key="train_suiting",
            icon=":material/auto_fix_high:",
            on_click=drafts.choose_suiting,
        )


def set_length(draft: Draft) -> None:
    """Let the user set how long it trains, and in which portions."""
    fit = settings(draft.recipe.fit, key=draft.key("fit"), only=("epochs", "batch_size"), width=120)
    draft.change(fit=fit)


def tell_changes(draft: Draft) -> None:
    """Say what is changed in the recipe, and offer to undo it."""
    if not draft.changed:
        return
    changes = recipe_differences([draft.base, draft.recipe])
    lines = [
        f"{escape_markdown(each.setting)}: {escape_markdown(each.values[0])} → {escape_markdown(each.values[1])}"
        for each in changes
    ]
    more = [f"and {len(lines) - _MOST_CHANGES} more"] if len(lines) > _MOST_CHANGES else []
    if not lines:
        return
    st.caption("**Changed**  \n" + "  \n".join(lines[:_MOST_CHANGES] + more))
    st.button(
        "Reset changes",
        key="train_undo",
        type="tertiary",
        icon=":material/undo:",
        on_click=lambda: draft.replace(draft.base),
    )


def run_title(draft: Draft) -> str:
    """Return what to call a run of the recipe: by what was changed in it; empty: as the recipe is called."""
    changes = recipe_differences([draft.base, draft.recipe]) if draft.option != drafts.OWN else []
    if draft.pair_of and not changes:
        return f"{draft.recipe.title} · repeat"
    if len(changes) > 1:
        return f"{draft.recipe.title} · {len(changes)} changes"
    return "".join(f"{draft.recipe.title} · {each.setting} {each.values[1]}" for each in changes)


@dataclass(frozen=True)
class Ready:
    """What is known of a training before it starts.

    Attributes:
        input_shape: height, width and channels that go in.
        train: how many images train, `validation` and `test` likewise.
        validation: see above.
        test: see above.
        problems: why it cannot train, in words; empty when it can.
        warnings: what is odd about it.
        given: how images are divided whose labels people gave, in words; empty: they came with labels.
    """

    input_shape: tuple[int, int, int]
    train: int
    validation: int
    test: int
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    given: str = ""


def look_ahead(recipe: Recipe, dataset: Dataset, decided: Decided | None) -> Ready:
    """Say whether a recipe can train on a dataset, with the decisions on images that count.

    Raises:
        RecipeError: there is nothing to train on, or the images come out in several shapes.
        StepError: a step cannot be applied to one of the images.
    """
    wanted, recipe = recipe.split, recipe.for_dataset(dataset.about, len(dataset))
    shape = input_shape(recipe, dataset)
    split, made = json.dumps(recipe.split.to_json()), decided.to_json() if decided else None
    train, validation, test, apart, without = _counts(dataset.about.name, dataset.about.content_hash, split, made)
    sizes = layer_sizes(recipe.network.layers, shape)
    problems = [
        f"Layer {number} ({layer.title}): {size.problem}"
        for number, (layer, size) in enumerate(zip(recipe.network.layers, sizes, strict=True), start=1)
        if size.problem
    ]
    if problem := shift_problem(recipe.fit.shifted, shape):
        problems.append(problem)
    warnings = _told_of_fewer(wanted, recipe.split, len(dataset))
    if without:
        names = ", ".join(dataset.about.class_names[label] for label in without[:5])
        warnings.append(f"No image of {names} trains: the network cannot learn what that is.")
    if apart:
        warnings.append(
            f"{counted(apart, 'training image does', 'training images do')} not train: images of the same groups "
            f"({dataset.about.groups}) are in validation or test."
        )
    memory = psutil.virtual_memory()
    batch_size = recipe.fit.batch_size
    if not problems and (problem := memory_problem(sizes, batch_size, memory.total)):
        problems.append(problem)
    elif not problems and (problem := memory_problem(sizes, batch_size, memory.available)):
        warnings.append(problem)
    if batch_size > train:
        training = counted(train, "image that trains", "images that train")
        warnings.append(
            f"A batch of {batch_size:,} is more than the {training}: "
            "an epoch is a single step, and learns little. Choose a smaller batch size."
        )
    given = ""
    if given_labels.came_without_labels(dataset):
        given = given_labels.said(dataset, decided, recipe.split.seed, by_group=recipe.split.by_group)
    return Ready(shape, train, validation, test, tuple(problems), tuple(warnings), given)


def _told_of_fewer(wanted: Split, taken: Split, images: int) -> list[str]:
    """Say what of a split follows a dataset that has fewer images than the recipe draws."""
    told = []
    if taken.pictures != wanted.pictures:
        told.append(f"The recipe draws {wanted.pictures:,} images; here are {images:,}, and all take part.")
    if taken.test_pictures != wanted.test_pictures:
        now = f"{taken.test_pictures:,}" if taken.test_pictures else "the dataset's own test images"
        told.append(f"It tests on {wanted.test_pictures:,} images; here on {now}.")
    return [" ".join(told)] if told else []


def input_shape(recipe: Recipe, dataset: Dataset) -> tuple[int, int, int]:
    """Return the height, width and channels that a recipe's steps bring most images to.

    Raises:
        RecipeError: they bring images to several shapes.
        StepError: a step cannot be applied to one of the images.
    """
    found = _shapes(dataset.about.name, dataset.about.content_hash, json.dumps(recipe.steps.to_json()))
    if len(found) > 1:
        raise RecipeError(
            f"After preprocessing, the images in {dataset.about.title} have {len(found)} different "
            "shapes; a network needs one. Choose a preprocessing that ends with Resize."
        )
    return found[0]


@st.cache_data(max_entries=64, show_spinner=False)
def _shapes(name: str, content: str, steps: str) -> list[tuple[int, int, int]]:  # noqa: ARG001 part of the cache's key
    """Return the shapes that steps, as JSON, bring a dataset's images to."""
    return list(shapes(catalogue.open_dataset(name), Pipeline.from_json(json.loads(steps))))


@st.cache_data(max_entries=64, show_spinner=False)
def _counts(
    name: str,
    content: str,  # noqa: ARG001 part of the cache's key
    split_json: str,
    decided_json: str | None,
) -> tuple[int, int, int, int, list[int]]:
    """Return how many images train, validate, test and are left out by group, and the classes of which none trains.

    Split and decisions are JSON.
    """
    dataset, split = catalogue.open_dataset(name), Split.from_json(json.loads(split_json))
    decided = Decided.from_json(decided_json) if decided_json else None
    divided = parts(dataset, split, decided)
    classes = len(dataset.about.class_names)
    trained = np.bincount(divided.labels[divided.train], minlength=classes)
    apart, without = left_out(dataset, split), np.flatnonzero(trained == 0).tolist()
    return len(divided.train), len(divided.validation), len(divided.test), apart, without
