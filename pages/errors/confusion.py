"""The images behind a run's numbers, chosen by the confusion matrix."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from core.datasets.store import Dataset
from core.evaluation import predictions
from core.evaluation.predictions import Choice, Predictions
from core.runs import Run
from pages.common.image_pages import show_images, show_open, take_up
from pages.common.messages import escape_markdown
from pages.common.single_choice import single_choice
from pages.components.confusion import confusion_matrix
from pages.errors.cleaned_run import clean_up
from pages.errors.filters import SORT_HELP, choose, show_only, summary
from pages.errors.image_gallery import answers_told, dataset_or_why_not, look_of

_MOST_CLASSES = 40
_MOST_PAIRS = 5
CELL_KINDS = ("counts", "shares")
CELLS = "errors_cells"
_STYLE = """<style>
@media (min-width: 641px) {
  [data-testid=stColumn]:has(.st-key-errors_matrix) {
    position: sticky; top: 3.75rem; align-self: flex-start; max-height: calc(100vh - 4.5rem); overflow-y: auto;
  }
}
</style>"""


def show_matrix_and_images(run: Run, part: str, found: Predictions) -> None:
    """Show the confusion matrix, what is confused most, and beside them the images."""
    left, right = st.columns([3, 5], gap="large")
    with right:
        choice = choose(run, found)
        ids = found.ids[found.select(choice)]
        st.markdown(summary(choice, len(ids), run.about.class_names), help=SORT_HELP)
        dataset = dataset_or_why_not(run)
    # Beside many images the matrix stays in sight.
    st.html(_STYLE)
    matrix = left.container(key="errors_matrix")
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
        cells = single_choice("Cells", CELL_KINDS, key=CELLS, label_visibility="collapsed", persist_state="session")
    shown = _most_often_wrong(found.confusion)
    confusion_matrix(
        found.confusion,
        names,
        shown,
        shares=cells == CELL_KINDS[1],
        chosen=(choice.true, choice.predicted),
        choose=lambda true, predicted: show_only(run, true, predicted),
        key="confusion",
    )
    some = (
        "" if len(shown) == len(names) else f" Showing the {len(shown)} of {len(names)} classes with the most errors."
    )
    st.caption(
        "Rows: true class. Columns: predicted class. Blue: correct. Orange: errors (darker = more). "
        f"Click a cell or class name to see its images.{some}"
    )


def _most_often_wrong(confusion: np.ndarray) -> Sequence[int]:
    """Return the classes that have a row and a column, in their order: all, or those with most errors."""
    if len(confusion) <= _MOST_CLASSES:
        return range(len(confusion))
    wrong = confusion.sum(axis=0) + confusion.sum(axis=1) - 2 * np.diag(confusion)
    return sorted(np.argsort(-wrong, kind="stable")[:_MOST_CLASSES].tolist())


def _show_pairs(run: Run, found: Predictions) -> None:
    """Say in words which classes are confused most; a click shows their images."""
    pairs, names = predictions.confused_pairs(found.confusion, _MOST_PAIRS), run.about.class_names
    if not pairs:
        return
    with st.container(key="confused_pairs", gap=None):
        st.markdown("**Most frequent confusions** (share of the true class)")
        for pair in pairs:
            times = "once" if pair.count == 1 else f"{pair.count:,} times"
            st.button(
                f"{escape_markdown(names[pair.true])} predicted as {escape_markdown(names[pair.predicted])}: {times} · "
                f"{pair.share:.1%}",
                key=f"confused_{pair.true}_{pair.predicted}",
                type="tertiary",
                on_click=show_only,
                args=(run, pair.true, pair.predicted),
            )


def _show_gallery(run: Run, part: str, found: Predictions, dataset: Dataset, choice: Choice, ids: np.ndarray) -> None:
    chosen = run.name, part, choice
    take_up(dataset, chosen)
    # On a phone the matrix is a screen above the images.
    look = replace(look_of(run, answers_told(run, found)), reveal=True)
    if len(ids):
        show_images(dataset, ids, chosen, look)
    else:
        _say_why_none(run, found, choice)
        show_open(dataset, ids, look)


def _say_why_none(run: Run, found: Predictions, choice: Choice) -> None:
    if found.right.all() and choice == Choice(by=choice.by, descending=choice.descending):
        st.success("No errors at all. Try the other split or harder images.")
        return
    st.info("No image is like that.")
    st.button("Show all errors", on_click=show_only, args=(run,), icon=":material/close:")
