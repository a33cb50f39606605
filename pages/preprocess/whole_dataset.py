"""The steps on the whole dataset: what comes out, and the jobs that apply them and make a zip."""

from pathlib import Path

import streamlit as st

from core.datasets.store import Dataset
from core.preprocessing import Pipeline, whole_dataset
from core.storage import jobs
from core.storage.jobs import Job
from core.storage.progress import counted
from core.training import data
from pages.common.job_progress import show_job
from pages.common.messages import escape_markdown

_MOST_OFFERED_BYTES = 500_000_000


def show_whole_set(dataset: Dataset, pipeline: Pipeline) -> None:
    """Say what comes out for the whole dataset, and start the work on it."""
    steps = pipeline.applied
    found = data.shapes(dataset, steps)
    shapes = [f"{width}×{height} {'gray' if channels == 1 else 'color'}" for height, width, channels in found]
    title = escape_markdown(dataset.about.title)
    if len(found) == 1:
        st.markdown(f"All **{len(dataset):,}** images in {title} become **{shapes[0]}**, ready for a network.")
    else:
        st.markdown(
            f"The **{len(dataset):,}** images in {title} end up in **{len(found):,} different "
            f"shapes**, such as {', '.join(shapes[:3])}. A network needs a single shape: add a Resize "
            "step. A ZIP file can hold any mix."
        )
    with st.container(horizontal=True):
        for name, label, icon, off in (
            ("apply", "Apply to whole dataset", "play_arrow", len(found) > 1),
            ("zip", "Export as ZIP (PNG)", "folder_zip", False),
        ):
            if st.button(label, key=f"{name}_all", icon=f":material/{icon}:", disabled=off):
                arguments = {"dataset": dataset.about.name, "steps": steps.to_json()}
                jobs.start(f"{name}-{dataset.about.name}", f"core.preprocessing.whole_dataset:{name}_job", arguments)
                st.rerun()


def show_jobs(dataset: Dataset, pipeline: Pipeline) -> None:
    """Show how the work on the whole dataset stands, and what came out."""
    for name, title in (("apply", "All images"), ("zip", "The zip")):
        job = jobs.find(f"{name}-{dataset.about.name}")
        if job is None:
            continue
        if show_job(job, f"{title} of {dataset.about.title}").state == jobs.FINISHED:
            _done(job, dataset, pipeline)


def _done(job: Job, dataset: Dataset, pipeline: Pipeline) -> None:
    result = job.result(whole_dataset.Done)
    old = "" if job.arguments.get("steps") == pipeline.applied.to_json() else " with **earlier steps**"
    speed = result.pictures / max(result.seconds, 1e-3)
    took = f"{counted(result.pictures, 'image')}{old} in {result.seconds:.1f} s ({speed:,.0f} a second)"
    if result.shape is not None:
        height, width, channels = result.shape
        st.success(
            f"{took}: an array of shape ({result.pictures:,}, {height}, {width}, {channels}), kept for training.",
            icon=":material/check_circle:",
        )
        return
    path, size = Path(result.path), result.bytes
    if not path.exists():
        return
    st.success(
        f"{took}: a zip of {size / 1e6:,.1f} MB, at {escape_markdown(str(path))}", icon=":material/check_circle:"
    )
    if size <= _MOST_OFFERED_BYTES:
        st.download_button(
            "Download the zip",
            path.read_bytes,
            f"{dataset.about.name}-prepared.zip",
            "application/zip",
            # A run of the page at the click could take the answer away: Streamlit clears its queue, answer included.
            on_click="ignore",
            icon=":material/download:",
        )
