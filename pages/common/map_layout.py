"""Choosing how a map of images is arranged: by PCA at once, or by t-SNE, which a job makes."""

from collections.abc import Callable

import streamlit as st

from core.datasets.views.embedding_map import PCA, TITLES
from core.storage import jobs
from pages.common.address import Parameter, one_of
from pages.common.job_progress import show_job


def method_parameter(key: str) -> Parameter:
    """Return the parameter of what arranges a map; `key` is that of `choose_method`."""
    return Parameter("method", key, one_of(list(TITLES)), default=PCA)


def choose_method(heading: str, *, key: str) -> str:
    """Draw a map's heading and the choice of what arranges it; return the method asked for."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{heading}**", width="content")
        st.session_state.setdefault(key, PCA)
        return str(
            st.segmented_control(
                "Method",
                list(TITLES),
                key=key,
                required=True,
                format_func=TITLES.__getitem__,
                label_visibility="collapsed",
                persist_state="session",
            )
        )


def offer_tsne(job_key: str, start: Callable[[], object]) -> None:
    """Offer to make t-SNE's map, or show how far that is.

    Args:
        job_key: of the job that makes it.
        start: starts that job.
    """
    job = jobs.find(job_key)
    if job is not None and show_job(job, "Arranging by t-SNE").state == jobs.RUNNING:
        st.caption("Showing the PCA map in the meantime.")
        return
    st.caption("t-SNE takes about a minute for 10,000 images and is kept. Showing the PCA map in the meantime.")
    if st.button("Arrange by t-SNE", type="primary", icon=":material/bubble_chart:", key=f"make_{job_key}"):
        start()
        st.rerun()
