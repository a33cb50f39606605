"""Controls that choose which of a run's predictions are shown, in which order; address.py declares them."""

from collections.abc import Sequence

import streamlit as st

from core.evaluation.predictions import ALL, CONFIDENCE, LOSS, MARGIN, OUTCOMES, WRONG, Choice, Predictions
from core.runs import Run
from pages.common.messages import escape_markdown
from pages.common.single_choice import single_choice

OUTCOME, SORT, CONFIDENCE_RANGE = "errors_outcome", "errors_sort", "errors_confidence"
# As in the address: a minus stands for the largest first.
SORT_TITLES = {
    f"-{LOSS}": "Highest loss",
    LOSS: "Lowest loss",
    f"-{CONFIDENCE}": "Most confident",
    CONFIDENCE: "Least confident",
    MARGIN: "Smallest margin",
    f"-{MARGIN}": "Largest margin",
}
_WIDTH_PX = 152
SORT_HELP = (
    "Loss: high when the true class got little probability. Confidence: probability of the predicted "
    "class. Margin: gap between the two most likely classes."
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
    """Choose the images of a true and a predicted class from the next rerun on; with neither, all that are wrong."""
    st.session_state[key_of(run, "true")], st.session_state[key_of(run, "predicted")] = true, predicted
    st.session_state[CONFIDENCE_RANGE] = None
    st.session_state[OUTCOME] = WRONG if true is None and predicted is None else ALL


def show_confidence(run: Run, confidence: tuple[float, float]) -> None:
    """Choose, from the next rerun on, all images that were predicted with a confidence in a range."""
    show_only(run)
    st.session_state[OUTCOME], st.session_state[CONFIDENCE_RANGE] = ALL, confidence


def summary(choice: Choice, count: int, names: Sequence[str]) -> str:
    """Say what is chosen and how much of it there is, as Markdown."""
    true, predicted = (
        None if index is None else escape_markdown(names[index]) for index in (choice.true, choice.predicted)
    )
    nouns = {WRONG: "error", ALL: "image"}
    noun = nouns.get(choice.outcome, "correct prediction") + ("" if count == 1 else "s")
    if true is None and predicted is None:
        what = f"{'All ' if count > 1 else ''}{count:,} {noun}"
    elif true == predicted:
        what = f"{true} classified correctly: {count:,}"
    elif true is None:
        what = f"Predicted as {predicted}: {count:,} {noun}"
    else:
        what = f"{true}{f' predicted as {predicted}' if predicted else ''}: {count:,} {noun}"
    sort = f"{'-' * choice.descending}{choice.by}"
    return f"**{what}**, {SORT_TITLES[sort].lower()} first"


def _choose_outcome(found: Predictions) -> str:
    wrong = int((~found.right).sum())
    counts = dict(zip(OUTCOMES, (wrong, len(found.ids) - wrong, len(found.ids)), strict=True))
    return single_choice(
        "Show",
        OUTCOMES,
        key=OUTCOME,
        first=WRONG,
        format_func=lambda each: f"{each} · {counts[each]:,}",
        label_visibility="collapsed",
        persist_state="session",
    )


def _choose_sort() -> str:
    st.session_state.setdefault(SORT, next(iter(SORT_TITLES)))
    return str(
        st.selectbox(
            "Sort by",
            list(SORT_TITLES),
            key=SORT,
            format_func=SORT_TITLES.__getitem__,
            label_visibility="collapsed",
            persist_state="session",
            width=_WIDTH_PX,
        )
    )


def _choose_class(run: Run, parameter: str) -> int | None:
    names, key = run.about.class_names, key_of(run, parameter)
    return st.selectbox(
        f"{parameter.capitalize()} class",
        range(len(names)),
        index=None,
        key=key,
        format_func=lambda index: f"{parameter.capitalize()}: {names[index]}",
        placeholder=f"{parameter.capitalize()}: any",
        label_visibility="collapsed",
        persist_state="session",
        width=_WIDTH_PX,
    )


def _confidence() -> tuple[float, float] | None:
    """Show the chosen range of confidence, with a click that takes it away; return it."""
    chosen: tuple[float, float] | None = st.session_state.get(CONFIDENCE_RANGE)
    if chosen:
        st.button(
            f"Confidence {chosen[0]:.0%} to {chosen[1]:.0%}",
            key="errors_any_confidence",
            icon=":material/close:",
            help="Remove this filter",
            on_click=st.session_state.update,
            args=({CONFIDENCE_RANGE: None},),
        )
    return chosen


def key_of(run: Run, parameter: str) -> str:
    """Return the key of the choice of a class."""
    # Runs of one dataset share the choice, so that they can be compared.
    return f"errors_{parameter}_{run.about.name}_{len(run.about.class_names)}"
