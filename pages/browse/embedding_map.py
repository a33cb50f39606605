"""The map of a dataset on a page."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.datasets.features import embedding_map as feature_maps
from core.datasets.store import Dataset
from core.datasets.views import embedding_map as maps
from core.datasets.views.embedding_map import FEATURES, PCA, PIXELS, TSNE, Map, SpriteSheet
from core.storage import jobs
from core.training import features
from pages.common.dataset_features import offer_features
from pages.common.map_layout import choose_by, choose_method, map_head, offer_tsne
from pages.components.scatter import points_of, scatter

_LOOK_FOR = {
    (PIXELS, PCA): (
        "Each point is an image. PCA places images with similar colors and large shapes close together. "
        "Separate clusters are easy to classify, overlapping ones are hard; stray points may be outliers."
    ),
    (PIXELS, TSNE): (
        "Each point is an image, placed near its nearest neighbors by t-SNE. A point of another class "
        "inside a cluster may be unusual or mislabeled. Distances between clusters mean little."
    ),
    (FEATURES, PCA): (
        "Each point is an image. PCA of a pretrained network's features places images that show similar things close "
        "together, whatever their colors. Classes that overlap here are hard to tell apart."
    ),
    (FEATURES, TSNE): (
        "Each point is an image, placed by t-SNE near those that show similar things to a pretrained network. A point "
        "of another class inside a cluster may be mislabeled. Distances between clusters mean little."
    ),
}
_JOBS = {
    PIXELS: "core.datasets.views.embedding_map:run",
    FEATURES: "core.datasets.features.embedding_map:run",
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
    with map_head("Image map: similar images are close together"):
        by, method = choose_by(key="map_by"), choose_method(key="map_method")
    if by == FEATURES and features.known(dataset) is None and maps.find(dataset, method, FEATURES) is None:
        offer_features(dataset, "This map", key="map")
        st.caption("Showing the map by pixels in the meantime.")
        by = PIXELS
    if method == TSNE and maps.find(dataset, TSNE, by) is None:
        job_key = f"map-{TSNE}-{dataset.about.name}" + ("" if by == PIXELS else f"-{by}")
        asked = {"name": dataset.about.name, "method": TSNE}
        offer_tsne(job_key, lambda: jobs.start(job_key, _JOBS[by], asked))
        method = PCA
    with st.spinner("Computing the map…", show_time=True):
        found, points, sheet = _map(dataset, dataset.about.content_hash, by, method)
    st.caption(_LOOK_FOR[by, method] + _sampled(dataset, found))
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
def _map(_dataset: Dataset, content_hash: str, by: str, method: str) -> tuple[Map, bytes, SpriteSheet]:  # noqa: ARG001
    found = feature_maps.embed(_dataset, method) if by == FEATURES else None
    found = found or maps.embed(_dataset, method)
    return found, points_of(_dataset, found), maps.sprite_sheet(_dataset)


def _sampled(dataset: Dataset, found: Map) -> str:
    if len(found.ids) == len(dataset):
        return ""
    return f" Showing a stratified random sample of {len(found.ids):,} of {len(dataset):,} images."
