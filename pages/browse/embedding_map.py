"""The map of a dataset on a page."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.datasets.store import Dataset
from core.datasets.views import embedding_map as maps
from core.datasets.views.embedding_map import PCA, TSNE, Map, SpriteSheet
from core.storage import jobs
from pages.common.map_layout import choose_method, offer_tsne
from pages.components.scatter import points_of, scatter

_LOOK_FOR = {
    PCA: (
        "Each point is an image. PCA places images with similar colors and large shapes close together. "
        "Separate clusters are easy to classify, overlapping ones are hard; stray points may be outliers."
    ),
    TSNE: (
        "Each point is an image, placed near its nearest neighbors by t-SNE. A point of another class "
        "inside a cluster may be unusual or mislabeled. Distances between clusters mean little."
    ),
}


def show_map(
    dataset: Dataset,
    ids: np.ndarray,
    open_image: Callable[[int], None],
    chosen: Callable[[np.ndarray | None], None],
) -> None:
    """Show the map.

    Args:
        dataset: what is mapped.
        ids: the images that the page's filters leave, int64 `(m,)`; the others are grey.
        open_image: called with the image that was clicked.
        chosen: called, before the page is drawn anew, with the images inside a new lasso, int64 `(k,)`; with `None`
            when the lasso is cleared.
    """
    method = choose_method("Image map: similar images are close together", key="map_method")
    if method == TSNE and maps.find(dataset, TSNE) is None:
        job_key = f"map-{TSNE}-{dataset.about.name}"
        asked = {"name": dataset.about.name, "method": TSNE}
        offer_tsne(job_key, lambda: jobs.start(job_key, "core.datasets.views.embedding_map:run", asked))
        method = PCA
    with st.spinner("Computing the map…", show_time=True):
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
        open_image(opened)


@st.cache_resource(max_entries=4, show_spinner=False)
def _map(_dataset: Dataset, content_hash: str, method: str) -> tuple[Map, bytes, SpriteSheet]:  # noqa: ARG001
    found = maps.embed(_dataset, method)
    return found, points_of(_dataset, found), maps.sprite_sheet(_dataset)


def _sampled(dataset: Dataset, found: Map) -> str:
    if len(found.ids) == len(dataset):
        return ""
    return f" Showing a stratified random sample of {len(found.ids):,} of {len(dataset):,} images."
