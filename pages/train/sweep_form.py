"""A sweep of the recipe: what varies and over which values, how it is searched, and how the newest sweep stands."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from core.datasets.store import Dataset
from core.storage.progress import counted
from core.sweeps import folders as sweeps
from core.sweeps.offered import Offer, offers
from core.sweeps.plan import (
    ACCURACY,
    GRID,
    HYPERBAND,
    LOSS,
    MEDIAN,
    MOST_REPEATS,
    MOST_TRIALS,
    NO_PRUNER,
    OBJECTIVES,
    PRUNERS,
    RANDOM,
    SAMPLERS,
    TPE,
    USUAL_TRIALS,
    Plan,
    count_combinations,
)
from core.sweeps.status import ALIVE
from core.sweeps.sweep import Sweep
from core.sweeps.variation import KIND, Variation, parse_all, value_said
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal
from pages.common.sweep_controls import show_progress, stop_resume_extend
from pages.train.drafts import Draft
from pages.train.settings_form import field_label

_POLL_S = 2.0
_SAMPLER_TITLES = {TPE: "Model of what did well (TPE)", RANDOM: "At random", GRID: "Every combination"}
_PRUNER_TITLES = {MEDIAN: "Below the median", HYPERBAND: "Hyperband", NO_PRUNER: "Never"}
_OBJECTIVE_TITLES = {ACCURACY: "Validation accuracy", LOSS: "Validation loss"}
_FIRST = "optimiser.learning_rate"
_WIDTH = 150
_attempt = partial(attempt, key="train_sweep")


def sweep(draft: Draft, dataset: Dataset) -> None:
    """Let the user plan and start a sweep of the recipe, and show the newest one."""
    st.caption(
        "Trains the recipe again and again with other settings and finds those that do best on the validation images. "
        "The best is then measured on the test images, once. With nothing that varies, the recipe itself is "
        "trained with several seeds or folds, for a mean and its interval."
    )
    recipe = draft.recipe.for_dataset(dataset.about, len(dataset))
    offered = offers(recipe)
    chosen = st.multiselect(
        "What varies",
        list(offered),
        [_FIRST] if _FIRST in offered else [],
        format_func=lambda name: f"{offered[name].part}: {_label(offered[name])}",
        key=draft.key("sweep", "varied"),
        persist_state="session",
    )
    asked = {name: text for name in chosen if (text := _values(draft, offered[name]))}
    variations: tuple[Variation, ...] = ()
    with show_errors():
        variations = parse_all(tuple(asked.values()), recipe)
    how = _how(draft, variations)
    missing = _missing([_label(offered[name]) for name in chosen if name not in asked], chosen, how)
    ready = not missing and len(variations) == len(chosen)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Start sweep" if chosen or not how["folds"] else f"Train {counted(how['repeats'], 'fold')}",
            key="sweep_start",
            type="primary",
            icon=":material/tune:",
            disabled=not ready,
        )
        st.caption(escape_markdown(_said(variations, how) if ready else missing))
    if pressed:
        with show_errors():
            plan = Plan(draft.recipe.to_json(), dataset.about.name, 0.0, vary=tuple(asked.values()), **how)
            sweeps.create(plan).start()
    _show_newest()


def _label(offer: Offer) -> str:
    return "Kind" if offer.field == KIND else field_label(offer.field)


def _values(draft: Draft, offer: Offer) -> str:
    """Let the user say which values a setting takes; return it as a sweep reads it, empty where it says nothing."""
    name = f"**{escape_markdown(_label(offer))}** · {escape_markdown(offer.part)}"
    if offer.values:
        usual = list(offer.values)[: 2 if offer.value in offer.values[:2] else 1]
        taken = st.multiselect(
            name,
            list(offer.values),
            [offer.value, *(value for value in usual if value != offer.value)][:2],
            format_func=lambda value: value_said(value) or "none",
            key=draft.key("sweep", offer.name),
            persist_state="session",
        )
        return f"{offer.name}={','.join(_written(value) for value in taken)}" if taken else ""
    kind, (low, high) = offer.kind, offer.usual_range
    limits: dict[str, Any] = {
        "min_value": None if offer.about.minimum is None else kind(offer.about.minimum),
        "max_value": None if offer.about.maximum is None else kind(offer.about.maximum),
        "format": "%d" if kind is int else "%g",
        "width": _WIDTH,
        "persist_state": "session",
    }
    if offer.about.step is not None and not offer.by_ratio:
        limits["step"] = kind(offer.about.step)
    st.markdown(name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = st.number_input("From", value=kind(low), key=draft.key("sweep", offer.name, "low"), **limits)
        last = st.number_input("To", value=kind(high), key=draft.key("sweep", offer.name, "high"), **limits)
        by_ratio = st.toggle(
            "By ratio",
            offer.by_ratio,
            key=draft.key("sweep", offer.name, "log"),
            help="Tries 0.001 to 0.01 as often as 0.01 to 0.1. Usual for learning rates and regularization.",
            persist_state="session",
        )
        count = st.number_input(
            "Values",
            0,
            100,
            0,
            key=draft.key("sweep", offer.name, "count"),
            help="Try this many values, spread evenly. 0: any value in between.",
            width=_WIDTH,
            persist_state="session",
        )
    return f"{offer.name}={'log:' if by_ratio else ''}{first!r}..{last!r}{f'/{count}' if count else ''}"


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _how(draft: Draft, variations: Sequence[Variation]) -> dict[str, Any]:
    """Let the user say how combinations are chosen and judged."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        trials = st.number_input(
            "Trials",
            1,
            MOST_TRIALS,
            USUAL_TRIALS,
            key=draft.key("sweep", "trials"),
            help="How many combinations to try.",
            width=_WIDTH,
            persist_state="session",
        )
        sampler = _choice("Combinations", SAMPLERS, _SAMPLER_TITLES, draft.key("sweep", "sampler"))
        pruner = _choice("End early", PRUNERS, _PRUNER_TITLES, draft.key("sweep", "pruner"))
        objective = _choice("Judged by", OBJECTIVES, _OBJECTIVE_TITLES, draft.key("sweep", "objective"))
        folds = st.number_input(
            "Folds per trial",
            0,
            MOST_REPEATS,
            0,
            key=draft.key("sweep", "folds"),
            help=(
                "Cross-validation: divide the training and validation images into this many folds, train on all but "
                "one with each in turn, and judge by the mean. 0: off."
            ),
            width=_WIDTH,
            persist_state="session",
        )
        repeats = st.number_input(
            "Seeds per trial",
            1,
            MOST_REPEATS,
            1,
            key=draft.key("sweep", "repeats"),
            help="Train each combination this many times, with different seeds, and judge it by the mean.",
            disabled=folds > 0,
            width=_WIDTH,
            persist_state="session",
        )
    return {
        "trials": int(trials) if variations else 1,
        "sampler": sampler,
        "pruner": pruner,
        "objective": objective,
        "repeats": int(folds or repeats),
        "folds": folds > 0,
        "together": 0,
    }


def _choice(label: str, options: Sequence[str], titles: dict[str, str], key: str) -> str:
    return str(
        st.selectbox(label, options, format_func=titles.__getitem__, key=key, width=230, persist_state="session")
    )


def _missing(empty: Sequence[str], chosen: Sequence[str], how: dict[str, Any]) -> str:
    """Return what is still to be chosen before the sweep can start, in a sentence; empty: nothing.

    Args:
        empty: the labels of the settings that have no values.
        chosen: the names of those that vary.
        how: as `_how` returns it.
    """
    if empty:
        return f"Choose values: {', '.join(empty)}."
    if how["folds"] and how["repeats"] < 2:
        return "Cross-validation needs at least 2 folds."
    return "" if chosen or how["repeats"] > 1 else "Choose what varies, or at least 2 seeds or folds."


def _said(variations: Sequence[Variation], how: dict[str, Any]) -> str:
    """Return how many trainings that makes."""
    count = count_combinations(variations) if variations else 1
    trials = how["trials"] if count is None else min(how["trials"], count)
    runs = counted(trials * how["repeats"], "training")
    return runs if count is None or not variations else f"{runs}; {counted(count, 'combination')} in all"


def _show_newest() -> None:
    """Show how the newest sweep stands, anew while it goes on."""
    found = next((each for each in sweeps.all_sweeps() if not each.damage), None)
    if found is None:
        return
    st.divider()
    going = found.status().state in ALIVE
    st.fragment(_watch, run_every=_POLL_S if going else None)(found, going)


def _watch(newest: Sweep, going: bool) -> None:
    if going != (newest.status().state in ALIVE):
        st.rerun()
    show_refusal(key="train_sweep")
    with show_errors(), st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{escape_markdown(newest.recipe.title)}** · newest sweep", width="content")
        stop_resume_extend(newest, _attempt)
        st.page_link(
            "pages/runs/page.py",
            label="Open in Runs",
            icon=":material/table_chart:",
            query_params={"sweep": newest.name},
        )
    with show_errors():
        show_progress(newest)
