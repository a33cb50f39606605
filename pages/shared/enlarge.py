"""A dialog with one picture of a data set, large."""

import streamlit as st

from core.datasets.store import SPLITS, Dataset
from pages.shared.components.crisp import crisp
from pages.shared.frame import plain

_SIDE_PX = 384


@st.dialog("Picture")
def enlarge(dataset: Dataset, index: int, note: str = "") -> None:
    """Show the picture with what is known of it.

    Args:
        dataset: whose picture it is.
        index: its index there.
        note: Markdown to show beneath, such as what a network made of it.
    """
    label = dataset.about.class_names[dataset.labels[index]]
    picture = dataset.picture(index)
    width, height = picture.size
    crisp(picture, f"Picture {index}, enlarged: {label}", _SIDE_PX)
    kind = "gray" if picture.mode == "L" else "colour"
    st.markdown(
        f"**{plain(label)}** · {SPLITS[dataset.splits[index]]} · picture {index:,} · {width}×{height} pixels, {kind}"
    )
    if note:
        st.markdown(note)
