"""Pictures whose label a network finds implausible."""

import numpy as np
import streamlit as st

from core import label_errors
from core.evaluation import Predictions
from core.explaining.subject import TRAIN
from core.label_errors import LabelErrors
from core.runs import Run
from pages.shared import address, label_errors_view
from pages.shared.errors.cleaning import clean_up
from pages.shared.errors.opened import dataset_or_why_not, look_of
from pages.shared.pictures_view import Told, show_open, show_pictures, take_up

_FOUND, _ALL = "found", "all"
_KEY = "errors_labels"
_CALLED = {"validation": "validation", "test": "test", TRAIN: "training"}


def show_label_errors(run: Run, part: str, found: Predictions) -> None:
    """Show the pictures of a part, or those that trained, the one whose label is most implausible first."""
    dataset = dataset_or_why_not(run)
    if dataset is None:
        return
    part, judged = label_errors_view.choose(run, part, found)
    if judged is None:
        return
    implausible = label_errors.find(judged.ids, judged.labels, judged.probabilities)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(
            f"**{implausible.found:,} of the {len(judged.ids):,} {_CALLED[part]} pictures** are confidently of another "
            "class than their label says.",
            width="content",
        )
        ids = _choose(implausible)
    st.caption(
        "By confident learning. Either the label is wrong, and so was the error, or the network is: open a picture to "
        "relabel (L), exclude (X) or keep (K) it, and go on with the arrows."
    )
    chosen = run.name, part, "labels", len(ids)
    take_up(dataset, chosen)
    clean_up(run, dataset, ids)
    look = look_of(run, lambda _dataset, index: _told(run, implausible, index))
    if len(ids):
        show_pictures(dataset, ids, chosen, look)
    else:
        st.success("The network finds no label implausible.")
        show_open(dataset, ids, look)


def _choose(implausible: LabelErrors) -> np.ndarray:
    """Let the user choose whether only the pictures that were found are shown; return their ids."""
    address.adopt(_KEY, "labels", lambda texts: _ALL if _ALL in texts else _FOUND)
    st.session_state.setdefault(_KEY, _FOUND)
    chosen = st.segmented_control(
        "Pictures",
        (_FOUND, _ALL),
        key=_KEY,
        required=True,
        format_func={_FOUND: "those", _ALL: "all, by implausibility"}.__getitem__,
        label_visibility="collapsed",
        persist_state="session",
    )
    address.note("labels", [] if chosen == _FOUND else [_ALL])
    return implausible.ids if chosen == _ALL else implausible.ids[: implausible.found]


def _told(run: Run, implausible: LabelErrors, index: int) -> Told:
    names = run.about.class_names
    (place,) = np.flatnonzero(implausible.ids == index)
    label, likely = names[implausible.labels[place]], names[implausible.likely[place]]
    return Told(f"{label}\n{likely}?", f"Picture {index}: labelled {label}, more likely {likely}")
