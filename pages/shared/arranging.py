"""Choosing how a map of pictures is arranged: by PCA at once, or by t-SNE, which a job makes."""

from collections.abc import Callable

import streamlit as st

from core import jobs
from core.datasets.map import PCA, TITLES
from pages.shared.job import show_job


def choose_method(heading: str, *, key: str) -> str:
    """Draw a map's heading and the choice of what arranges it; return the method asked for."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{heading}**", width="content")
        return str(
            st.segmented_control(
                "Method",
                list(TITLES),
                key=key,
                default=PCA,
                required=True,
                format_func=TITLES.__getitem__,
                label_visibility="collapsed",
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
        st.caption("Until then this is the map by PCA.")
        return
    st.caption("t-SNE takes about a minute for 10,000 pictures and is kept. Until then this is the map by PCA.")
    if st.button("Arrange by t-SNE", type="primary", icon=":material/bubble_chart:", key=f"make_{job_key}"):
        start()
        st.rerun()
