"""The map of a network's last features on a page."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core import runs
from core.datasets.views import embedding_map as maps
from core.datasets.views.embedding_map import PCA, TSNE, Map, SpriteSheet
from core.evaluation.explaining import feature_map, features, subject
from core.runs import Run
from core.storage import jobs
from pages.common.job_progress import offer_job
from pages.common.map_layout import choose_method, map_head, offer_tsne
from pages.common.messages import escape_markdown
from pages.components.scatter import points_of, scatter

_LOOK_FOR = (
    "Each point is an image, colored by true class and placed near images with similar "
    "features{ringed}. Points between clusters are hard cases; a point inside another cluster may be "
    "mislabeled."
)
_MAKE = "Compute features for all images"


def show(run: Run, part: str, open_image: Callable[[int], None] | None = None) -> np.ndarray | None:
    """Show the map of the features of a run's images, errors ringed.

    Args:
        run: a run that has a model.
        part: `train`, `validation` or `test`.
        open_image: called with the image that was clicked.

    Returns:
        The images inside the lasso, int64 `(k,)`; `None` where there is no lasso.

    Raises:
        DatasetError, RunError: the dataset is gone or has changed.
    """
    dataset = runs.dataset_of(run)
    if features.load(run) is None:
        offer_features(run)
        return None
    with map_head("Feature map: images the network sees as similar are close together"):
        method = choose_method(key="features_method")
    if method == TSNE and feature_map.find_tsne(run, part) is None:
        job_key = feature_map.job_key(run, part)
        asked = {"name": run.name, "part": part}
        offer_tsne(job_key, lambda: jobs.start(job_key, "core.evaluation.explaining.feature_map:make_tsne", asked))
        method = PCA
    with st.spinner("Arranging the images…", show_time=True):
        found, points, sheet = _map(run, part, method, features.file_of(run).version)
    predicted = subject.predictions(run, part)
    ringed = np.zeros(len(found.ids), bool)
    if predicted is not None:
        ringed = np.isin(found.ids, predicted.ids[predicted.predicted != predicted.labels])
    st.caption(_LOOK_FOR.format(ringed=f"; rings mark the {int(ringed.sum()):,} errors" if ringed.any() else ""))
    key = f"features_{run.name}_{part}"

    def lassoed(ids: np.ndarray | None) -> None:
        st.session_state[f"{key}_lasso"] = ids

    opened = scatter(
        dataset,
        points,
        sheet,
        shown=np.ones(len(found.ids), bool),
        lassoed=lassoed,
        key=key,
        ringed=ringed,
    )
    if opened is not None and open_image is not None:
        open_image(opened)
    chosen: np.ndarray | None = st.session_state.get(f"{key}_lasso")
    return chosen


def offer_features(run: Run) -> None:
    """Offer the job that asks the network about every image, or show how far it is."""
    offer_job(
        features.JOB,
        run,
        "What the network makes of each image",
        cost=f"The map needs the network's features for every image in {escape_markdown(run.about.title)}. Computing "
        "them takes seconds to minutes, continues in the background, and is saved with the run.",
        label=_MAKE,
        icon=":material/bubble_chart:",
        key="make_features",
    )


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={Run: lambda run: str(run.folder)})
def _map(run: Run, part: str, method: str, version: tuple[int, int]) -> tuple[Map, bytes, SpriteSheet]:  # noqa: ARG001
    dataset = runs.dataset_of(run)
    found = feature_map.find_tsne(run, part) if method == TSNE else None
    found = found or feature_map.by_pca(run, part)
    return found, points_of(dataset, found), maps.sprite_sheet_of(dataset, found.ids)
