"""How well each class is recognised."""

from collections.abc import Callable

import streamlit as st

from core.evaluation import predictions
from core.evaluation.predictions import Predictions
from core.runs import Run
from pages.components.class_scores import class_scores
from pages.errors.filters import show_only


def show_classes(run: Run, found: Predictions, open_images: Callable[[], None]) -> None:
    """Show precision, recall and F1 of each class; a click shows the images behind a number.

    Args:
        run: whose predictions they are.
        found: the predictions.
        open_images: lets the page show images from the next rerun on.
    """
    names = run.about.class_names
    pairs = predictions.confused_pairs(found.confusion, len(names) ** 2)
    # The pairs come most frequent first: the first of a class is kept.
    most = {pair.true: pair for pair in reversed(pairs)}

    def choose(true: int | None, predicted: int | None) -> None:
        show_only(run, true, predicted)
        open_images()

    class_scores(
        predictions.class_scores(found.confusion),
        [most.get(index) for index in range(len(names))],
        names,
        choose=choose,
        key="class_scores",
    )
    st.caption(
        "Recall: how much of a class the network finds. Precision: how often a prediction of the "
        "class is correct. High recall with low precision means other classes are mistaken for this "
        "one. Click a bar, class or confusion to see its images; click a heading to sort."
    )
