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
    tested, validated = (set(evaluation.load(run, part).ids.tolist()) for part in ("test", "validation"))
    now, before = (_without(each, tested) for each in (decisions.decided(dataset), run.decided or Decided()))
    if now == before:
        st.caption(
            "Open a picture to exclude or relabel it. Decisions on training and validation pictures can then be "
            "trained on; test pictures always stay as published."
        )
        return
    if st.button("Train again on the cleaned set", type="primary", icon=":material/cleaning_services:"):
        recipe = run.recipe.with_settings({"split.decisions": "apply"})
        st.session_state["recipe_to_train"], st.session_state["pair_of"] = recipe.to_json(), run.name
        st.switch_page("pages/train.py", query_params={"dataset": run.about.name})
    learned = _without(now, validated)
    st.caption(
        f"Training pictures: {_said(len(learned.excluded), len(learned.labels))}. Validation pictures: "
        f"{_said(len(now.excluded) - len(learned.excluded), len(now.labels) - len(learned.labels))}. The same recipe "
        "and the same seed, so that Runs can tell what the cleaning changed."
    )
    if learned == _without(before, validated):
        st.caption(
            "The network would learn from the same pictures as before: decide on training pictures too. Label errors "
            "finds the most doubtful."
        )


def _said(excluded: int, relabelled: int) -> str:
    return f"{excluded:,} excluded, {relabelled:,} relabelled" if excluded or relabelled else "as published"


def _without(decided: Decided, ids: set[int]) -> Decided:
    """Return the decisions on other pictures than those."""
    return Decided(
        tuple(index for index in decided.excluded if index not in ids),
        {index: label for index, label in decided.labels.items() if index not in ids},
    )
