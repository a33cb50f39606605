"""Controls that choose which of a run's predictions are shown, in which order; all stand in the address."""

import re
from collections.abc import Sequence

import streamlit as st

from core.evaluation import ALL, CONFIDENCE, LOSS, MARGIN, OUTCOMES, WRONG, Choice, Predictions
from core.runs import Run
from pages.shared import address
from pages.shared.frame import plain

_OUTCOME, _SORT, _CONFIDENCE = "errors_outcome", "errors_sort", "errors_confidence"
# As in the address: a minus stands for the largest first.
_SORT_TITLES = {
    f"-{LOSS}": "highest loss first",
    LOSS: "lowest loss first",
    f"-{CONFIDENCE}": "most sure first",
    CONFIDENCE: "least sure first",
    MARGIN: "closest call first",
    f"-{MARGIN}": "clearest answer first",
}
_WIDTH_PX = 152
SORT_HELP = (
    "Loss: how little probability the true class got. Sure: the probability of the predicted class. A close call: the "
    "two most probable classes are near each other."
)


def choose(run: Run, found: Predictions) -> Choice:
    """Draw the controls and return what is chosen."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        outcome = _choose_outcome(found)
        sort = _choose_sort()
        true = _choose_class(run, "true")
        predicted = _choose_class(run, "predicted")
    return Choice(outcome, true, predicted, _confidence(), sort.removeprefix("-"), sort.startswith("-"))


def show_only(run: Run, true: int | None = None, predicted: int | None = None) -> None:
    """Choose the pictures of a true and a predicted class from the next rerun on; with neither, all that are wrong."""
    st.session_state[_key(run, "true")], st.session_state[_key(run, "predicted")] = true, predicted
    st.session_state[_CONFIDENCE] = None
    st.session_state[_OUTCOME] = WRONG if true is None and predicted is None else ALL


def show_confidence(run: Run, confidence: tuple[float, float]) -> None:
    """Choose, from the next rerun on, all pictures that were predicted with a confidence in a range."""
    show_only(run)
    st.session_state[_OUTCOME], st.session_state[_CONFIDENCE] = ALL, confidence


def said(choice: Choice, count: int, names: Sequence[str]) -> str:
    """Say what is chosen and how much of it there is, as Markdown."""
    true, predicted = (None if index is None else plain(names[index]) for index in (choice.true, choice.predicted))
    nouns = {WRONG: "error", ALL: "picture"}
    noun = nouns.get(choice.outcome, "right answer") + ("" if count == 1 else "s")
    if true is None and predicted is None:
        what = f"{'All ' if count > 1 else ''}{count:,} {noun}"
    elif true == predicted:
        what = f"{true} recognised: {count:,}"
    elif true is None:
        what = f"Taken for {predicted}: {count:,} {noun}"
    else:
        what = f"{true}{f' taken for {predicted}' if predicted else ''}: {count:,} {noun}"
    sort = f"{'-' * choice.descending}{choice.by}"
    return f"**{what}**, {_SORT_TITLES[sort]}"


def _choose_outcome(found: Predictions) -> str:
    wrong = int((~found.right).sum())
    counts = dict(zip(OUTCOMES, (wrong, len(found.ids) - wrong, len(found.ids)), strict=True))
    address.adopt(_OUTCOME, "show", lambda texts: _one_of(OUTCOMES, texts) or WRONG)
    st.session_state.setdefault(_OUTCOME, WRONG)
    outcome = str(
        st.segmented_control(
            "Show",
            OUTCOMES,
            key=_OUTCOME,
            required=True,
            format_func=lambda each: f"{each} · {counts[each]:,}",
            label_visibility="collapsed",
            persist_state="session",
        )
    )
    address.note("show", [] if outcome == WRONG else [outcome])
    return outcome


def _choose_sort() -> str:
    first = next(iter(_SORT_TITLES))
    address.adopt(_SORT, "sort", lambda texts: _one_of(list(_SORT_TITLES), texts) or first)
    st.session_state.setdefault(_SORT, first)
    sort = str(
        st.selectbox(
            "Sort by",
            list(_SORT_TITLES),
            key=_SORT,
            format_func=_SORT_TITLES.__getitem__,
            label_visibility="collapsed",
            persist_state="session",
            width=_WIDTH_PX,
        )
    )
    address.note("sort", [] if sort == first else [sort])
    return sort


def _choose_class(run: Run, parameter: str) -> int | None:
    names, key = run.about.class_names, _key(run, parameter)
    address.adopt(key, parameter, lambda texts: next((each for each, name in enumerate(names) if name in texts), None))
    chosen = st.selectbox(
        f"{parameter.capitalize()} class",
        range(len(names)),
        index=None,
        key=key,
        format_func=lambda index: f"{parameter}: {names[index]}",
        placeholder=f"{parameter}: any",
        label_visibility="collapsed",
        persist_state="session",
        width=_WIDTH_PX,
    )
    address.note(parameter, [] if chosen is None else [names[chosen]])
    return chosen


def _confidence() -> tuple[float, float] | None:
    """Show the chosen range of confidence, with a click that takes it away; return it."""
    address.adopt(_CONFIDENCE, "confidence", _range)
    chosen: tuple[float, float] | None = st.session_state.get(_CONFIDENCE)
    address.note("confidence", [f"{chosen[0]:g}-{chosen[1]:g}"] if chosen else [])
    if chosen:
        st.button(
            f"{chosen[0]:.0%} to {chosen[1]:.0%} sure",
            key="errors_any_confidence",
            icon=":material/close:",
            help="Click to show the others too.",
            on_click=st.session_state.update,
            args=({_CONFIDENCE: None},),
        )
    return chosen


def _range(texts: list[str]) -> tuple[float, float] | None:
    found = re.fullmatch(r"([01](?:\.\d{1,6})?)-([01](?:\.\d{1,6})?)", texts[0]) if texts else None
    return (float(found[1]), float(found[2])) if found else None


def _one_of(options: Sequence[str], texts: list[str]) -> str | None:
    return next((option for option in options if option in texts), None)


def _key(run: Run, parameter: str) -> str:
    # Runs of one data set share the choice, so that they can be compared.
    return f"errors_{parameter}_{run.about.name}_{len(run.about.class_names)}"
