"""How well each class is recognised."""

from collections.abc import Callable

import streamlit as st

from core import evaluation
from core.evaluation import Predictions
from core.runs import Run
from pages.shared.components.class_scores import class_scores
from pages.shared.errors.choosing import show_only


def show_classes(run: Run, found: Predictions, open_pictures: Callable[[], None]) -> None:
    """Show precision, recall and F1 of each class; a click shows the pictures behind a number.

    Args:
        run: whose predictions they are.
        found: the predictions.
        open_pictures: lets the page show pictures from the next rerun on.
    """
    names = run.about.class_names
    pairs = evaluation.confused_pairs(found.confusion, len(names) ** 2)
    # The pairs come most frequent first: the first of a class is kept.
    most = {pair.true: pair for pair in reversed(pairs)}

    def choose(true: int | None, predicted: int | None) -> None:
        show_only(run, true, predicted)
        open_pictures()

    class_scores(
        evaluation.class_scores(found.confusion),
        [most.get(index) for index in range(len(names))],
        names,
        choose=choose,
        key="class_scores",
    )
    st.caption(
        "Recall: of the pictures of a class, the share that was recognised. Precision: of the pictures taken for it, "
        "the share that is of it. Look for classes with low bars, and for a class with high recall but low precision: "
        "others are taken for it. Click a bar, a name or a confusion for its pictures, a title to sort."
    )
