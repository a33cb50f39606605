"""The map of a data set on a page."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core import jobs
from core.datasets import map as maps
from core.datasets.map import PCA, TITLES, TSNE, Map, SpriteSheet
from core.datasets.store import Dataset
from pages.shared.components.scatter import points_of, scatter
from pages.shared.job import show_job

_LOOK_FOR = {
    PCA: "Each point is a picture; PCA puts pictures with alike colours and large shapes together. Look for classes "
    "that lie apart (easy to tell) or over each other (hard), and for single points far outside.",
    TSNE: "Each point is a picture; t-SNE puts it among its nearest neighbours. Look for islands of one class, and for "
    "points of another class in them: unusual or wrongly labelled pictures. Distances between islands say little.",
}


def show_map(
    dataset: Dataset,
    ids: np.ndarray,
    open_picture: Callable[[int], None],
    chosen: Callable[[np.ndarray | None], None],
) -> None:
    """Show the map.

    Args:
        dataset: what is mapped.
        ids: the pictures that the page's filters leave, int64 `(m,)`; the others are grey.
        open_picture: called with the picture that was clicked.
        chosen: called, before the page is drawn anew, with the pictures inside a new lasso, int64 `(k,)`; with `None`
            when the lasso is cleared.
    """
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown("**The map: pictures that look alike lie near each other**", width="content")
        asked = st.segmented_control(
            "Method",
            list(TITLES),
            key="map_method",
            default=PCA,
            required=True,
            format_func=TITLES.__getitem__,
            label_visibility="collapsed",
        )
    method = asked if asked == PCA or _tsne_is_there(dataset) else PCA
    with st.spinner("Reading the pictures and arranging them…", show_time=True):
        found, points, sheet = _map(dataset, dataset.about.content_hash, method)
    st.caption(_LOOK_FOR[method] + _sampled(dataset, found))
    opened = scatter(
        dataset,
        points,
        sheet,
        shown=np.isin(found.ids, ids),
        lassoed=chosen,
        key=f"map_{dataset.about.name}",
    )
    if opened is not None:
        open_picture(opened)


def _tsne_is_there(dataset: Dataset) -> bool:
    """Tell whether t-SNE's map can be shown; else offer to make it, or show how far that is."""
    if maps.find(dataset, TSNE) is not None:
        return True
    key = f"map-{TSNE}-{dataset.about.name}"
    job = jobs.find(key)
    if job is not None and show_job(job, "Arranging by t-SNE").state == jobs.RUNNING:
        st.caption("Until then this is the map by PCA.")
        return False
    st.caption("t-SNE takes about a minute for 10,000 pictures and is kept. Until then this is the map by PCA.")
    if st.button("Arrange by t-SNE", type="primary", icon=":material/bubble_chart:"):
        jobs.start(key, "core.datasets.map:run", {"name": dataset.about.name, "method": TSNE})
        st.rerun()
    return False


@st.cache_resource(max_entries=4, show_spinner=False)
def _map(_dataset: Dataset, content_hash: str, method: str) -> tuple[Map, bytes, SpriteSheet]:  # noqa: ARG001
    found = maps.embed(_dataset, method)
    return found, points_of(_dataset, found), maps.sprite_sheet(_dataset)


def _sampled(dataset: Dataset, found: Map) -> str:
    if len(found.ids) == len(dataset):
        return ""
    return (
        f" Shown are {len(found.ids):,} of the {len(dataset):,} pictures, drawn by chance with each class's share kept."
    )
