"""How a network is fitted: optimiser, schedule, epochs and what else decides a training."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields

import streamlit as st

from core import runs
from core.charts import training_curves
from core.errors import PixelwiseError
from core.recipes.optimisers import OPTIMISERS, Optimiser
from core.recipes.recipe import Recipe
from core.recipes.schedules import SCHEDULES, Schedule
from core.runs import Run
from pages.common.pickers import full_titles
from pages.common.single_choice import single_choice
from pages.components.theme import dark
from pages.train.cluster_form import cluster
from pages.train.drafts import Draft
from pages.train.settings_form import settings


def fit(draft: Draft) -> None:
    """Let the user set how the network is fitted."""
    first, second = st.columns(2, gap="large")
    with first:
        st.markdown("**Optimizer**")
        _optimiser(draft)
    with second:
        st.markdown("**Learning rate schedule**")
        _schedule(draft)
    first, second = st.columns(2, gap="large")
    with first:
        st.markdown("**Training options**")
        _fit(draft)
    with second:
        st.markdown("**Validation**")
        _split(draft)
    cluster()


def _kind(
    label: str,
    family: Mapping[str, type[Optimiser]] | Mapping[str, type[Schedule]],
    now: Optimiser | Schedule,
    key: str,
) -> str:
    kind = single_choice(
        label,
        list(family),
        key=key,
        first=type(now).__name__,
        format_func=lambda kind: family[kind].title,
        label_visibility="collapsed",
        persist_state="session",
    )
    st.caption(f"{family[kind].title}: {family[kind].sentence}")
    return kind


def _optimiser(draft: Draft) -> None:
    recipe = draft.recipe
    kind = _kind("Optimizer", OPTIMISERS, recipe.optimiser, draft.key("optimiser"))
    now: Optimiser = recipe.optimiser if type(recipe.optimiser).__name__ == kind else OPTIMISERS[kind]()
    draft.change(optimiser=settings(now, key=draft.key("optimiser", kind), width=118))


def _schedule(draft: Draft) -> None:
    recipe = draft.recipe
    kind = _kind("Schedule", SCHEDULES, recipe.schedule, draft.key("schedule"))
    now: Schedule = recipe.schedule if type(recipe.schedule).__name__ == kind else SCHEDULES[kind]()
    if fields(now):
        now = settings(now, key=draft.key("schedule", kind), width=130)
    draft.change(schedule=now)
    show_schedule(draft.recipe)


def show_schedule(recipe: Recipe) -> None:
    """Draw the learning rate against epochs."""
    st.plotly_chart(
        training_curves.schedule_figure(
            recipe.schedule, recipe.optimiser.learning_rate, recipe.fit.epochs, dark=dark()
        ),
        key="train_schedule",
        config={"displayModeBar": False, "staticPlot": True},
        alt="The learning rate against epochs",
    )


def _fit(draft: Draft) -> None:
    only = ("patience", "label_smoothing", "class_weights", "averaging", "seed", "precision", "shifted", "mirrored")
    draft.change(fit=settings(draft.recipe.fit, key=draft.key("fit"), only=only, width=150))
    _initial_weights(draft)


def _initial_weights(draft: Draft) -> None:
    """Let the user choose the run with whose weights training begins; nothing is drawn where there is none."""
    chosen = draft.recipe.initial_weights
    titles = full_titles([run for run in runs.with_model() if _same_layers(run, draft.recipe)])
    if chosen:
        titles.setdefault(chosen, chosen)
    if not titles:
        return
    key = draft.key("initial_weights")
    st.session_state.setdefault(key, chosen)
    named = st.selectbox(
        "Initial weights",
        ["", *titles],
        format_func=lambda name: titles.get(name, "Random (from the seed)"),
        key=key,
        persist_state="session",
        help=(
            "Start from the weights of an earlier run instead of random ones, even if it used other "
            "images or sizes. Lists runs with the same layers."
        ),
    )
    draft.change(initial_weights=named or "")


def _same_layers(run: Run, recipe: Recipe) -> bool:
    """Tell whether a run's layers are a recipe's, but for the classes."""
    with suppress(PixelwiseError):
        return run.recipe.network.layers[:-1] == recipe.network.layers[:-1]
    return False


def _split(draft: Draft) -> None:
    split = draft.recipe.split
    key = draft.key("split", "validation")
    names = {"train": "Held-out training images", "test": "Test images (as in the book)"}
    single_choice(
        "Validate on",
        list(names),
        key=key,
        first=split.validation,
        format_func=lambda name: names[name],
        label_visibility="collapsed",
        persist_state="session",
    )
    draft.change(split=type(split)(**{**split.__dict__, "validation": st.session_state[key]}))
    if st.session_state[key] == "test":
        st.warning(
            "If you tune a recipe on the test images, you overfit to them, and the test accuracy no "
            "longer predicts performance on new images. The book does this. Better: keep the test "
            "set unseen and validate on held-out training images.",
            icon=":material/visibility:",
        )
    folding = ("folds", "fold") if draft.recipe.split.folds else ("fraction",)
    only = (*folding, "seed", "pictures", "test_pictures", "by_group")
    draft.change(split=settings(draft.recipe.split, key=draft.key("split"), only=only, width=150))
