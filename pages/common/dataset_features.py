"""Offering to make what a pretrained network makes of each image of a dataset, which a job does."""

from typing import Literal

import streamlit as st

from core.datasets.store import Dataset
from core.storage import jobs
from core.storage.progress import counted, duration
from core.training import features
from pages.common.job_progress import show_job
from pages.common.messages import show_errors


def offer_features(dataset: Dataset, what: str, *, key: str, primary: bool = True) -> None:
    """Offer the job, with what it costs, or show how far it is.

    Args:
        dataset: whose images the network is to look at.
        what: what needs that, as the subject of a sentence, such as `This map`.
        key: where it is offered.
        primary: whether it is what the page is about there.
    """
    name = dataset.about.name
    job = jobs.find(features.job_key(name))
    if job is not None and show_job(job, "What the images show", key=key).state == jobs.RUNNING:
        return
    st.caption(
        f"{what} needs a pretrained network (EfficientNet-Lite0) to look at {counted(len(dataset), 'image')} once: "
        f"about {duration(features.usual_seconds(dataset))}. It continues in the background, and the result is kept."
    )
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    if st.button("Compute features", type=kind, icon=":material/visibility:", key=f"features_{key}"):
        with show_errors():
            features.start(name)
            st.rerun()
