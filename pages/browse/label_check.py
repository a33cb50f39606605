"""The check of a dataset's labels on a page: the button, its progress, and what was found, to open in the gallery."""

from collections.abc import Callable

import streamlit as st

from core.datasets.audit.findings import AuditFinding
from core.datasets.features import label_check
from core.datasets.store import SPLITS, Dataset
from core.storage import jobs
from core.storage.progress import counted, duration
from pages.common.image_pages import ImageDisplay, Told
from pages.common.job_progress import show_job
from pages.common.messages import escape_markdown, show_errors


def show_label_check(dataset: Dataset, show_finding: Callable[[AuditFinding], None]) -> None:
    """Show what is known of the labels, or offer to check them.

    Args:
        dataset: whose labels.
        show_finding: draws a finding with the button that opens its images.
    """
    st.markdown("**What the images show**")
    job, found = jobs.find(label_check.job_key(dataset.about.name)), label_check.load(dataset)
    if job is not None and show_job(job, "Label check").state == jobs.RUNNING:
        return
    if found is not None:
        st.markdown(escape_markdown(label_check.summary(found)))
        for finding in label_check.findings(dataset, found):
            with st.container(border=True):
                show_finding(finding)
        return
    st.markdown(
        "Finds possible label errors, classes that are hard to tell apart, images unlike all others, and the accuracy "
        "that a simple model reaches, without any training: from what a pretrained network sees in "
        f"{counted(len(dataset), 'image')}. It takes about {duration(label_check.usual_seconds(dataset))} and changes "
        "nothing."
    )
    if st.button("Check labels", key="check_labels", icon=":material/rule:"):
        with show_errors():
            label_check.start(dataset.about.name)
            st.rerun()


def look_of(dataset: Dataset, key: str | None) -> ImageDisplay | None:
    """Return how the images of a finding are shown: with the class that each more likely is.

    Args:
        dataset: whose images.
        key: of a finding; `None` is returned where it is not about labels.
    """
    found = label_check.load(dataset) if key in (label_check.ERRORS, label_check.ALIKE) else None
    if found is None:
        return None
    names, errors = dataset.about.class_names, found.errors

    def likely(index: int) -> str:
        place = errors.positions.get(index)
        return "" if place is None else names[errors.likely[place]]

    def told(_dataset: Dataset, index: int) -> Told:
        label = dataset.class_of(index)
        return Told(f"{label}\n{likely(index)}?", f"Image {index}: labeled {label}, more likely {likely(index)}")

    def said(index: int) -> str:
        other = likely(index)
        return SPLITS[dataset.splits[index]] + (f" · like **{escape_markdown(other)}**" if other else "")

    return ImageDisplay(told, said)
