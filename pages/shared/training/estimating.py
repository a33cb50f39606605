"""How long a training would take: measured by a process of its own, when the user asks."""

import streamlit as st

from core import jobs
from core.datasets.store import Dataset
from core.jobs import Job
from core.progress import duration
from core.recipe import Recipe
from pages.shared.frame import plain, said_in_words

_POLL_S = 0.7


def offer_estimate(recipe: Recipe, dataset: Dataset) -> None:
    """Say how long the training would take, or offer to measure it."""
    recipe = recipe.for_dataset(dataset.about)
    key = f"estimate-{recipe.identity[:24]}-{dataset.about.content_hash[:8]}"
    job = jobs.find(key)
    status = job.status() if job is not None else None
    if job is not None and status is not None and status.state == jobs.RUNNING:
        st.fragment(_wait, run_every=_POLL_S)(job)
        return
    if status is not None and status.state == jobs.FINISHED and status.result:
        found = status.result
        st.caption(
            f":material/timer: About **{duration(found['seconds'])}** in all, "
            f"{found['seconds_per_epoch']:.2g} s an epoch, "
            f"with {found['memory_mb']:,.0f} MB of memory, on this machine as busy as it was. Pictures that were never "
            f"prepared so before take a moment more. {recipe.fit.precision_said(found.get('precision', ''))}"
        )
        return
    if status is not None and status.state in (jobs.FAILED, jobs.INTERRUPTED):
        st.error(plain(status.cause), icon=":material/error:")

    def measure() -> None:
        with said_in_words():
            jobs.start(key, "core.estimate:job", {"recipe": recipe.to_json(), "dataset": dataset.about.name})

    st.button(
        "Estimate the time",
        key="train_estimate",
        type="tertiary",
        icon=":material/timer:",
        on_click=measure,
        help="Measures some steps of this training, for about ten seconds.",
    )


def _wait(job: Job) -> None:
    status = job.status()
    if status.state != jobs.RUNNING:
        st.rerun()
    st.caption(f":material/timer: Estimating: {plain(status.doing or 'starting TensorFlow')} …")
