"""Choosing how a map of images is arranged: by PCA at once, or by t-SNE, which a job makes."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.datasets.views.embedding_map import FEATURES, PCA, PIXELS, TITLES
from core.storage import jobs
from pages.common.address import Parameter, one_of
from pages.common.job_progress import show_job
from pages.common.single_choice import single_choice

_BY_TITLES = {PIXELS: "By pixels", FEATURES: "By what they show"}


def method_parameter(key: str) -> Parameter:
    """Return the parameter of what arranges a map; `key` is that of `choose_method`."""
    return Parameter("method", key, one_of(list(TITLES)), default=PCA)


def map_head(heading: str) -> DeltaGenerator:
    """Draw a map's heading; return the row that it is in, for the choices."""
    row = st.container(horizontal=True, vertical_alignment="center")
    row.markdown(f"**{heading}**", width="stretch")
    return row


def by_parameter(key: str) -> Parameter:
    """Return the parameter of what makes images alike; `key` is that of `choose_by`."""
    return Parameter("by", key, one_of(list(_BY_TITLES)), default=PIXELS)


def choose_by(*, key: str) -> str:
    """Draw the choice of what makes images alike; return `PIXELS` or `FEATURES`."""
    return _choose("Arrange by", _BY_TITLES, key)


def choose_method(*, key: str) -> str:
    """Draw the choice of what arranges a map; return the method asked for."""
    return _choose("Method", TITLES, key)


def _choose(label: str, titles: dict[str, str], key: str) -> str:
    return single_choice(
        label,
        list(titles),
        key=key,
        first=next(iter(titles)),
        format_func=titles.__getitem__,
        label_visibility="collapsed",
        persist_state="session",
    )


def offer_tsne(job_key: str, start: Callable[[], object]) -> None:
    """Offer to make t-SNE's map, or show how far that is.

    Args:
        job_key: of the job that makes it.
        start: starts that job.
    """
    job = jobs.find(job_key)
    if job is not None and show_job(job, "Computing t-SNE").state == jobs.RUNNING:
        st.caption("Showing the PCA map in the meantime.")
        return
    st.caption("t-SNE takes about a minute for 10,000 images and is kept. Showing the PCA map in the meantime.")
    if st.button("Compute t-SNE map", type="primary", icon=":material/bubble_chart:", key=f"make_{job_key}"):
        start()
        st.rerun()
