"""A job's progress on a page, with the button that cancels it."""

import streamlit as st

from core.storage import jobs
from core.storage.jobs import Job, JobStatus
from pages.common.messages import escape_markdown

_POLL_S = 0.5


def show_job(job: Job, title: str, *, key: str = "") -> JobStatus:
    """Show how a job stands; the page is drawn anew when it ends.

    Args:
        job: shown with its progress while it goes on, with its cause when it failed, else not at all.
        title: what it works on, for a person.
        key: where it is shown, if that may be at two places of a page at once.
    """
    status = job.status()
    if status.state == jobs.RUNNING:
        st.fragment(_progress, run_every=_POLL_S)(job, title, key)
    elif status.state in (jobs.FAILED, jobs.INTERRUPTED):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.error(f"**{escape_markdown(title)}**: {escape_markdown(status.cause)}", icon=":material/error:")
            st.button("Close", key=f"close_{job.key}{key}", on_click=job.forget)
    return status


def _progress(job: Job, title: str, key: str) -> None:
    status = job.status()
    if status.state != jobs.RUNNING:
        st.rerun()
    # Not columns: in a narrow place the button would get too little of them.
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(status.fraction, f"**{escape_markdown(title)}** · {escape_markdown(status.line)}")
        st.button("Cancel", key=f"cancel_{job.key}{key}", on_click=job.cancel)
