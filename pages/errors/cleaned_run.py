"""From decisions on images to a run that was trained on the cleaned dataset."""

import numpy as np
import streamlit as st

from core.datasets import decisions
from core.datasets.decisions import Decided
from core.datasets.store import Dataset
from core.evaluation import predictions
from core.runs import Run
from pages.common.decisions import decide_on_all
from pages.common.hand_over import HandOver, to_train
from pages.common.image_pages import choose_per_page


def clean_up(run: Run, dataset: Dataset, ids: np.ndarray) -> None:
    """Offer to decide on the images shown, to export the decisions, and to train again as they say.

    It is folded, and worked out only when it is not; the number of images a page is in it too.

    Args:
        run: whose images they are; the new run is paired with it.
        dataset: the run's.
        ids: the images that are shown, int64 `(m,)`.
    """
    folded = st.expander("Decisions, images a page", key="errors_decisions", on_change="rerun")
    with folded:
        choose_per_page()
        if folded.open:
            decide_on_all(dataset, ids)
            _train_again(run, dataset)


def _train_again(run: Run, dataset: Dataset) -> None:
    """Offer to train as the run did, but as was decided since."""
    known = predictions.parts(run)
    tested, validated = (
        set(predictions.load(run, part).ids.tolist()) if part in known else set() for part in ("test", "validation")
    )
    now, before = (_without(each, tested) for each in (decisions.decided(dataset), run.decided or Decided()))
    if now == before:
        st.caption(
            "Open an image to exclude or relabel it. You can then retrain without the excluded "
            "images and with the new labels. Test images always stay as published."
        )
        return
    if st.button("Retrain on cleaned data", type="primary", icon=":material/cleaning_services:"):
        recipe = run.recipe.with_settings({"split.decisions": "apply"})
        to_train(HandOver(recipe, pair_of=run.name), run.about.name)
    learned = _without(now, validated)
    st.caption(
        f"Training images: {_said(len(learned.excluded), len(learned.labels))}. Validation images: "
        f"{_said(len(now.excluded) - len(learned.excluded), len(now.labels) - len(learned.labels))}. The same recipe "
        "and the same seed, so that Runs can tell what the cleaning changed."
    )
    if learned == _without(before, validated):
        st.caption(
            "The network would learn from the same images as before: decide on training images too. Label errors "
            "finds the most doubtful."
        )


def _said(excluded: int, relabelled: int) -> str:
    return f"{excluded:,} excluded, {relabelled:,} relabeled" if excluded or relabelled else "as published"


def _without(decided: Decided, ids: set[int]) -> Decided:
    """Return the decisions on other images than those."""
    return Decided(
        tuple(index for index in decided.excluded if index not in ids),
        {index: label for index, label in decided.labels.items() if index not in ids},
    )
