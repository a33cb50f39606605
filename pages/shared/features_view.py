"""The map of a network's last features on a page."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core import jobs
from core.datasets import map as maps
from core.datasets.map import PCA, TSNE, Map, SpriteSheet
from core.explaining import feature_map, features, subject
from core.runs import Run
from pages.shared.arranging import choose_method, offer_tsne
from pages.shared.components.scatter import points_of, scatter
from pages.shared.frame import plain
from pages.shared.job import show_job

_LOOK_FOR = (
    "Each point is a picture, near those that the network takes for alike, in the colour of its true class{ringed}. "
    "Points between the classes are hard; a point amid another class may be mislabelled."
)
_MAKE = "Ask the network about every picture"


def show(run: Run, part: str, open_picture: Callable[[int], None] | None = None) -> np.ndarray | None:
    """Show the map of the features of a run's pictures, errors ringed.

    Args:
        run: a run that has a model.
        part: `train`, `validation` or `test`.
        open_picture: called with the picture that was clicked.

    Returns:
        The pictures inside the lasso, int64 `(k,)`; `None` where there is no lasso.

    Raises:
        DatasetError, RunError: the data set is gone or has changed.
    """
    dataset = subject.dataset_of(run)
    if features.kept(run) is None:
        offer_features(run)
        return None
    method = choose_method("What the network takes for alike lies near each other", key="features_method")
    if method == TSNE and feature_map.find_tsne(run, part) is None:
        job_key = feature_map.job_key(run, part)
        asked = {"name": run.name, "part": part}
        offer_tsne(job_key, lambda: jobs.start(job_key, "core.explaining.feature_map:make_tsne", asked))
        method = PCA
    changed = (run.folder / "features.npy").stat().st_mtime_ns
    with st.spinner("Arranging the pictures…", show_time=True):
        found, points, sheet = _map(run, part, method, changed)
    predicted = subject.predictions(run, part)
    ringed = np.zeros(len(found.ids), bool)
    if predicted is not None:
        ringed = np.isin(found.ids, predicted.ids[predicted.predicted != predicted.labels])
    st.caption(
        _LOOK_FOR.format(ringed=f"; {int(ringed.sum()):,} that it gets wrong have a ring" if ringed.any() else "")
    )
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
    if opened is not None and open_picture is not None:
        open_picture(opened)
    chosen: np.ndarray | None = st.session_state.get(f"{key}_lasso")
    return chosen


def offer_features(run: Run) -> None:
    """Offer the job that asks the network about every picture, or show how far it is."""
    job = jobs.find(features.job_key(run))
    if job is not None and show_job(job, "What the network makes of each picture").state == jobs.RUNNING:
        return
    st.markdown(
        f"This needs what the run's network makes of each picture of {plain(run.about.title)}. To find "
        "out takes seconds to minutes; it goes on when you leave, and is kept with the run."
    )
    if st.button(_MAKE, type="primary", icon=":material/bubble_chart:", key="make_features"):
        features.start(run)
        st.rerun()


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={Run: lambda run: run.name})
def _map(run: Run, part: str, method: str, changed_ns: int) -> tuple[Map, bytes, SpriteSheet]:  # noqa: ARG001
    dataset = subject.dataset_of(run)
    found = feature_map.find_tsne(run, part) if method == TSNE else None
    found = found or feature_map.by_pca(run, part)
    return found, points_of(dataset, found), maps.sprite_sheet_of(dataset, found.ids)
