"""What lets a run say "something else": offered where it cannot yet."""

import streamlit as st

from core.evaluation.ood import job as unlike
from core.runs import Run
from core.storage import jobs
from pages.common.job_progress import show_job
from pages.common.messages import attempt, show_refusal


def offer_to_tell(run: Run) -> None:
    """Offer to learn what is unlike a run's images, where it cannot tell that."""
    job = jobs.find(unlike.job_key(run))
    if job is not None and show_job(job, "Learning what is unlike its images").state == jobs.RUNNING:
        return
    if not unlike.is_wanted(run):
        return
    show_refusal(key="unlike")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("This run names one of its classes for every photo, of whatever it is.", width="content")
        st.button(
            "Learn what is unlike its images",
            key="unlike",
            icon=":material/troubleshoot:",
            help="Looks at some of the images it learned from, and says “unlike the training data” from then on.",
            on_click=attempt,
            args=(lambda: unlike.start(run),),
            kwargs={"key": "unlike"},
        )
