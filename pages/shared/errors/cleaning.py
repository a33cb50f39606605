"""From decisions on pictures to a run that was trained on the cleaned data set."""

import numpy as np
import streamlit as st

from core import evaluation
from core.datasets import decisions
from core.datasets.decisions import Decided
from core.datasets.store import Dataset
from core.runs import Run
from pages.shared.deciding import decide_on_all
from pages.shared.pictures_view import choose_per_page


def clean_up(run: Run, dataset: Dataset, ids: np.ndarray) -> None:
    """Offer to decide on the pictures shown, to export the decisions, and to train again as they say.

    It is folded, and worked out only when it is not; the number of pictures a page is in it too.

    Args:
        run: whose pictures they are; the new run is paired with it.
        dataset: the run's.
        ids: the pictures that are shown, int64 `(m,)`.
    """
    folded = st.expander("Decisions, pictures a page", key="errors_decisions", on_change="rerun")
    with folded:
        choose_per_page()
        if folded.open:
            decide_on_all(dataset, ids)
            _train_again(run, dataset)


def _train_again(run: Run, dataset: Dataset) -> None:
    """Offer to train as the run did, but as was decided since."""
    tested = set(evaluation.load(run, "test").ids.tolist())
    learned = _without(decisions.decided(dataset), tested)
    if learned == _without(run.decided or Decided(), tested):
        st.caption(
            "Open a picture to exclude or relabel it. Decisions on training and validation pictures can then be "
            "trained on; test pictures always stay as published."
        )
        return
    what = f"{len(learned.excluded):,} excluded, {len(learned.labels):,} relabelled"
    if st.button("Train again on the cleaned set", type="primary", icon=":material/cleaning_services:"):
        recipe = run.recipe.with_settings({"split.decisions": "apply"})
        st.session_state["recipe_to_train"], st.session_state["pair_of"] = recipe.to_json(), run.name
        st.switch_page("pages/train.py", query_params={"dataset": run.about.name})
    st.caption(
        f"Training and validation pictures: {what}. The same recipe and the same seed, so that Runs can tell what the "
        "cleaning changed."
    )


def _without(decided: Decided, tested: set[int]) -> Decided:
    """Return those decisions that change what a network learns from: test pictures stay as published."""
    return Decided(
        tuple(index for index in decided.excluded if index not in tested),
        {index: label for index, label in decided.labels.items() if index not in tested},
    )
