"""How a network is fitted: optimiser, schedule, epochs and what else decides a training."""

from collections.abc import Mapping
from contextlib import suppress

import streamlit as st

from core import curves, runs
from core.errors import PixelwiseError
from core.optimiser import OPTIMISERS, Optimiser
from core.recipe import Recipe
from core.runs import Run
from core.schedule import SCHEDULES, Constant, Schedule
from core.settings import Specification
from pages.shared.controls import full_titles
from pages.shared.frame import dark
from pages.shared.settings_controls import settings
from pages.shared.training.drafts import Draft

_SHORT = {
    "Adam": "steps of its own size for each weight: a good first choice.",
    "SGD": "plain steps along the gradient; slower to set, often a little better in the end.",
    "AdamW": "Adam that also shrinks the weights a little each step, against learning by heart.",
    "Muon": "momentum, as a step that turns every direction of a kernel alike: few epochs go far.",
    "Constant": "the same rate throughout.",
    "StepDecay": "long steps first, then each so many epochs shorter ones.",
    "Cosine": "shorter and shorter steps: the last epochs settle.",
    "OneCycle": "short, then long, then very short steps: often the fastest way to a good network.",
}


def fit(draft: Draft) -> None:
    """Let the user set how the network is fitted."""
    first, second = st.columns(2, gap="large")
    with first:
        st.markdown("**Optimiser**")
        _optimiser(draft)
    with second:
        st.markdown("**Learning rate against epochs**")
        _schedule(draft)
    first, second = st.columns(2, gap="large")
    with first:
        st.markdown("**Fit**")
        _fit(draft)
    with second:
        st.markdown("**Validation**")
        _split(draft)


def _kind(label: str, family: Mapping[str, type[Specification]], now: Specification, key: str) -> str:
    st.session_state.setdefault(key, type(now).__name__)
    chosen = st.segmented_control(
        label,
        list(family),
        format_func=lambda kind: family[kind].title,
        key=key,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    kind = str(chosen)
    st.caption(f"{family[kind].title}: {_SHORT[kind]}")
    return kind


def _optimiser(draft: Draft) -> None:
    recipe = draft.recipe
    kind = _kind("Optimiser", OPTIMISERS, recipe.optimiser, draft.key("optimiser"))
    now: Optimiser = recipe.optimiser if type(recipe.optimiser).__name__ == kind else OPTIMISERS[kind]()
    draft.change(optimiser=settings(now, key=draft.key("optimiser", kind), width=118))


def _schedule(draft: Draft) -> None:
    recipe = draft.recipe
    kind = _kind("Schedule", SCHEDULES, recipe.schedule, draft.key("schedule"))
    now: Schedule = recipe.schedule if type(recipe.schedule).__name__ == kind else SCHEDULES[kind]()
    if not isinstance(now, Constant):
        now = settings(now, key=draft.key("schedule", kind), width=130)
    draft.change(schedule=now)
    show_schedule(draft.recipe)


def show_schedule(recipe: Recipe) -> None:
    """Draw the learning rate against epochs."""
    st.plotly_chart(
        curves.schedule_figure(
            recipe.schedule, recipe.optimiser.to_json()["learning_rate"], recipe.fit.epochs, dark=dark()
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
        "Begin with the weights of",
        ["", *titles],
        format_func=lambda name: titles.get(name, "no run: drawn by the seed"),
        key=key,
        persist_state="session",
        help="A network that has learned, on these pictures at another size or on others, goes on from there. Runs "
        "whose layers are the same can be chosen.",
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
    st.session_state.setdefault(key, split.validation)
    names = {"train": "Part of the training pictures", "test": "The test pictures, as the book"}
    st.segmented_control(
        "Validate on",
        list(names),
        format_func=lambda name: names[name],
        key=key,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    draft.change(split=type(split)(**{**split.__dict__, "validation": st.session_state[key]}))
    if st.session_state[key] == "test":
        st.warning(
            "Whoever watches the test pictures while training, and stops or changes the recipe by what they show, fits "
            "the recipe to them: their accuracy then promises more than new pictures will give. The book does so. Keep "
            "them unseen, and judge by part of the training pictures.",
            icon=":material/visibility:",
        )
    only = ("fraction", "seed", "pictures", "test_pictures")
    draft.change(split=settings(draft.recipe.split, key=draft.key("split"), only=only, width=150))
