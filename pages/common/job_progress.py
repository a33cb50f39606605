"""A job's progress on a page, with the button that cancels it, and jobs about runs that are offered."""

import streamlit as st

from core.runs import Run
from core.runs.run_job import RunJob
from core.storage import jobs
from core.storage.jobs import Job, JobStatus
from pages.common.messages import escape_markdown, show_errors

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


def offer_job(job: RunJob, run: Run, title: str, *, cost: str, label: str, icon: str, key: str) -> None:
    """Offer a job about a run, with what it costs, or show how far it is.

    Args:
        job: which.
        run: whose.
        title: what it works on, for a person.
        cost: what it does, how long that takes and where it is kept: Markdown.
        label: of the button that starts it.
        icon: of the button.
        key: of the button.
    """
    going = job.find(run)
    if going is not None and show_job(going, title).state == jobs.RUNNING:
        return
    st.markdown(cost)
    if st.button(label, type="primary", icon=icon, key=key):
        with show_errors():
            job.start(run)
            st.rerun()


def _progress(job: Job, title: str, key: str) -> None:
    status = job.status()
    if status.state != jobs.RUNNING:
        st.rerun()
    # Not columns: in a narrow place the button would get too little of them.
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(status.fraction, f"**{escape_markdown(title)}** · {escape_markdown(status.line)}")
        st.button("Cancel", key=f"cancel_{job.key}{key}", on_click=job.cancel)
