"""The map of a data set on a page."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core import jobs
from core.datasets import map as maps
from core.datasets.map import PCA, TSNE, Map, SpriteSheet
from core.datasets.store import Dataset
from pages.shared.arranging import choose_method, offer_tsne
from pages.shared.components.scatter import points_of, scatter

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
    method = choose_method("The map: pictures that look alike lie near each other", key="map_method")
    if method == TSNE and maps.find(dataset, TSNE) is None:
        job_key = f"map-{TSNE}-{dataset.about.name}"
        asked = {"name": dataset.about.name, "method": TSNE}
        offer_tsne(job_key, lambda: jobs.start(job_key, "core.datasets.map:run", asked))
        method = PCA
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
