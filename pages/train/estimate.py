"""How long a training would take: measured by a process of its own, when the user asks."""

import streamlit as st

from core.datasets.store import Dataset
from core.recipes.recipe import Recipe
from core.storage import jobs
from core.storage.jobs import Job
from core.storage.progress import duration
from core.training.estimate import Estimate
from pages.common.messages import escape_markdown, show_errors

_POLL_S = 0.7


def offer_estimate(recipe: Recipe, dataset: Dataset) -> None:
    """Say how long the training would take, or offer to measure it."""
    recipe = recipe.for_dataset(dataset.about, len(dataset))
    key = f"estimate-{recipe.identity[:24]}-{dataset.about.content_hash[:8]}"
    job = jobs.find(key)
    status = job.status() if job is not None else None
    if job is not None and status is not None and status.state == jobs.RUNNING:
        st.fragment(_wait, run_every=_POLL_S)(job)
        return
    if job is not None and status is not None and status.state == jobs.FINISHED:
        found = job.result(Estimate)
        st.caption(
            f":material/timer: About **{duration(found.seconds)}** in total "
            f"({found.seconds_per_epoch:.2g} s per epoch, {found.memory_mb:,.0f} MB of memory) at the "
            "current load. The first run also has to preprocess the images. "
            f"{recipe.fit.precision_said(found.precision)}"
        )
        return
    if status is not None and status.state in (jobs.FAILED, jobs.INTERRUPTED):
        st.error(escape_markdown(status.cause), icon=":material/error:")

    def measure() -> None:
        with show_errors():
            jobs.start(key, "core.training.estimate:job", {"recipe": recipe.to_json(), "dataset": dataset.about.name})

    st.button(
        "Estimate training time",
        key="train_estimate",
        type="tertiary",
        icon=":material/timer:",
        on_click=measure,
        help="Runs a few training steps (about 10 seconds) to measure speed.",
    )


def _wait(job: Job) -> None:
    status = job.status()
    if status.state != jobs.RUNNING:
        st.rerun()
    st.caption(f":material/timer: Estimating: {escape_markdown(status.doing or 'starting TensorFlow')} …")
