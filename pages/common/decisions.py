"""Decisions on many images at once, and what becomes of decisions: undone, or taken along as CSV."""

import numpy as np
import streamlit as st

from core.datasets import decisions
from core.datasets.decisions import EXCLUDE, KEEP, KEPT, RELABEL, UNSURE
from core.datasets.store import Dataset
from core.storage.progress import counted
from pages.common.messages import show_errors

_VERBS = {
    EXCLUDE: "Exclude",
    UNSURE: "Mark as unsure",
    RELABEL: "Relabel",
    KEPT: "Keep",
    KEEP: "Take decisions away",
}


def decide_on_all(dataset: Dataset, ids: np.ndarray) -> None:
    """Offer to decide on all images that are shown, to undo the last decision, and to export all of them.

    Args:
        dataset: whose images they are.
        ids: those that the filters let pass, int64 `(m,)`.
    """
    made, last = decisions.current(dataset), decisions.undoable(dataset)
    with st.popover("Review all shown", icon=":material/checklist:", width="stretch", disabled=not len(ids)):
        decision = st.radio("Decision", list(_VERBS), format_func=_VERBS.__getitem__, key="decide_all")
        label = None
        if decision == RELABEL:
            names = dataset.about.class_names
            label = st.selectbox("To", range(len(names)), format_func=names.__getitem__, key="decide_all_label")
        count = counted(len(ids), "image")
        st.caption("The dataset itself is not changed, and you can undo this.")
        with show_errors():
            if st.button(f"{_VERBS[decision]}: {count}", type="primary", key="decide_all_go"):
                decisions.decide(dataset, ids.tolist(), decision, label)
                st.rerun()
    with show_errors():
        if last and st.button(
            f"Undo last decision ({counted(len(last), 'image')})",
            icon=":material/undo:",
            key="undo_last",
            width="stretch",
        ):
            decisions.undo(dataset)
            st.rerun()
    if made:
        st.download_button(
            f"Download decisions ({len(made):,}, CSV)",
            lambda: decisions.to_csv(dataset),
            f"{dataset.about.name}-decisions.csv",
            "text/csv",
            icon=":material/download:",
            width="stretch",
            on_click="ignore",
        )
