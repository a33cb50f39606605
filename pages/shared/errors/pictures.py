"""The pictures behind a run's numbers, chosen by the confusion matrix."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from core import evaluation
from core.datasets.store import Dataset
from core.evaluation import Choice, Predictions
from core.runs import Run
from pages.shared import address
from pages.shared.components.confusion import confusion_matrix
from pages.shared.errors.choosing import SORT_HELP, choose, said, show_only
from pages.shared.errors.cleaning import clean_up
from pages.shared.errors.opened import answers_told, dataset_or_why_not, look_of
from pages.shared.frame import plain
from pages.shared.pictures_view import show_open, show_pictures, take_up

_MOST_CLASSES = 40
_MOST_PAIRS = 5
_CELLS = ("counts", "shares")
_KEY = "errors_cells"


def show_matrix_and_pictures(run: Run, part: str, found: Predictions) -> None:
    """Show the confusion matrix, what is confused most, and beside them the pictures."""
    left, right = st.columns([3, 5], gap="large")
    with right:
        choice = choose(run, found)
        ids = found.ids[found.select(choice)]
        st.markdown(said(choice, len(ids), run.about.class_names), help=SORT_HELP)
        dataset = dataset_or_why_not(run)
    matrix = left.container()
    if dataset is not None:
        with left:
            clean_up(run, dataset, ids)
        # Before the matrix: it is what a click on that waits for.
        with right:
            _show_gallery(run, part, found, dataset, choice, ids)
    with matrix:
        _show_matrix(run, found, choice)
        _show_pairs(run, found)


def _show_matrix(run: Run, found: Predictions, choice: Choice) -> None:
    names = run.about.class_names
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown("**Confusion matrix**", width="content")
        address.adopt(_KEY, "cells", lambda texts: _CELLS[1] if _CELLS[1] in texts else _CELLS[0])
        st.session_state.setdefault(_KEY, _CELLS[0])
        cells = st.segmented_control(
            "Cells", _CELLS, key=_KEY, required=True, label_visibility="collapsed", persist_state="session"
        )
        address.note("cells", [] if cells == _CELLS[0] else [str(cells)])
    shown = _most_often_wrong(found.confusion)
    confusion_matrix(
        found.confusion,
        names,
        shown,
        shares=cells == _CELLS[1],
        chosen=(choice.true, choice.predicted),
        choose=lambda true, predicted: show_only(run, true, predicted),
        key="confusion",
    )
    some = "" if len(shown) == len(names) else f" Shown are the {len(shown)} of {len(names)} classes with most errors."
    st.caption(f"Blue: right, by share of its row. Orange: wrong, the more the darker. Click a cell or a name.{some}")


def _most_often_wrong(confusion: np.ndarray) -> Sequence[int]:
    """Return the classes that have a row and a column, in their order: all, or those with most errors."""
    if len(confusion) <= _MOST_CLASSES:
        return range(len(confusion))
    wrong = confusion.sum(axis=0) + confusion.sum(axis=1) - 2 * np.diag(confusion)
    return sorted(np.argsort(-wrong, kind="stable")[:_MOST_CLASSES].tolist())


def _show_pairs(run: Run, found: Predictions) -> None:
    """Say in words which classes are confused most; a click shows their pictures."""
    pairs, names = evaluation.confused_pairs(found.confusion, _MOST_PAIRS), run.about.class_names
    if not pairs:
        return
    with st.container(key="confused_pairs", gap=None):
        st.markdown("**Confused most**, and in what share of the class")
        for pair in pairs:
            times = "once" if pair.count == 1 else f"{pair.count:,} times"
            st.button(
                f"{plain(names[pair.true])} taken for {plain(names[pair.predicted])}: {times} · {pair.share:.1%}",
                key=f"confused_{pair.true}_{pair.predicted}",
                type="tertiary",
                on_click=show_only,
                args=(run, pair.true, pair.predicted),
            )


def _show_gallery(run: Run, part: str, found: Predictions, dataset: Dataset, choice: Choice, ids: np.ndarray) -> None:
    chosen = run.name, part, choice
    take_up(dataset, chosen)
    # On a phone the matrix is a screen above the pictures.
    look = replace(look_of(run, answers_told(run, found)), reveal=True)
    if len(ids):
        show_pictures(dataset, ids, chosen, look)
    else:
        _say_why_none(run, found, choice)
        show_open(dataset, ids, look)


def _say_why_none(run: Run, found: Predictions, choice: Choice) -> None:
    if found.right.all() and choice == Choice(by=choice.by, descending=choice.descending):
        st.success("No error at all. Try harder pictures, or the other part of the data set.")
        return
    st.info("No picture is like that.")
    st.button("Show all errors", on_click=show_only, args=(run,), icon=":material/close:")
