"""Datasets: what is on this machine, what can be had, and the way in for images of one's own."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import streamlit as st

from core.datasets import store
from core.datasets.integrity.whole import known_damage
from core.datasets.sources import catalogue, importing
from core.datasets.sources.import_job import Imported
from core.datasets.store import UNLABELED, Dataset
from core.storage import jobs
from core.storage.progress import counted
from pages.common.job_progress import show_job
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal
from pages.common.page_frame import page
from pages.common.visitor import served
from pages.components.pixel_image import mosaic
from pages.datasets.own_images import keep_upload, own

_SAMPLES, _COLUMNS = 18, 3


@st.cache_data(max_entries=64, show_spinner=False)
def samples(name: str, _dataset: Dataset, content_hash: str) -> list[tuple[str, bytes]]:  # noqa: ARG001 the cache's key
    """Return some images of a dataset, class by class in turn, each with its class; the first where none has one."""
    names = _dataset.about.class_names
    firsts = [np.flatnonzero(_dataset.labels == label) for label in range(len(names))]
    turns = [(turn, label) for turn in range(_SAMPLES) for label in range(len(names)) if turn < len(firsts[label])]
    chosen = [(names[label], int(firsts[label][turn])) for turn, label in turns[:_SAMPLES]]
    chosen = chosen or [(UNLABELED, index) for index in range(min(_SAMPLES, len(_dataset)))]
    return [(label, _dataset.thumbnail(index)) for label, index in chosen]


def built_in(name: str) -> bool:
    """Tell whether a dataset comes with a package: it would be back at once."""
    return name in catalogue.CATALOGUE and not catalogue.CATALOGUE[name].published


def facts(dataset: Dataset) -> str:
    """Return a dataset's numbers in one line."""
    in_splits = ", ".join(f"{count:,} {split}" for split, count in dataset.in_splits.items())
    classes = counted(len(dataset.about.class_names), "class", "classes")
    groups = f" · grouped by {dataset.about.groups}" if dataset.about.groups else ""
    return f"{counted(len(dataset), 'image')} ({in_splits}) · {classes} · {dataset.about.shape}{groups}"


def in_columns(cards: Sequence[Callable[[], None]]) -> None:
    """Draw cards beside each other, row by row."""
    for begin in range(0, len(cards), _COLUMNS):
        for column, card in zip(st.columns(_COLUMNS), cards[begin : begin + _COLUMNS], strict=False):
            with column:
                card()


def here(name: str) -> None:
    """Show a dataset of this machine, with what can be done with it."""
    with st.container(border=True), show_errors():
        dataset = catalogue.open_dataset(name)
        if not damage_said(name, dataset.about.title, known_damage(dataset.folder)):
            mosaic(samples(name, dataset, dataset.about.content_hash))
        st.markdown(f"**{escape_markdown(dataset.about.title)}**  \n{escape_markdown(facts(dataset))}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            address = {"dataset": name}
            st.page_link("pages/browse/page.py", label="Browse", icon=":material/photo_library:", query_params=address)
            st.page_link("pages/train/page.py", label="Train", icon=":material/model_training:", query_params=address)
            if importing.report(dataset) and st.button("Import report", key=f"report_{name}", type="tertiary"):
                show_report(name)
            if store.is_shared(dataset.folder):
                st.badge("Shared with the class", icon=":material/groups:")
            elif not built_in(name):
                with st.popover("Remove", type="tertiary"):
                    remove(name)
        for remark in dataset.remarks:
            st.warning(escape_markdown(remark), icon=":material/warning:")


def damage_said(name: str, title: str, sentence: str) -> bool:
    """Say what is damaged of a dataset, in `sentence` if anything is; offer the repair, and show how it goes.

    Returns:
        Whether something is.
    """
    key = f"repair-{name}"
    show_refusal(key=key)
    job = jobs.find(key)
    status = show_job(job, f"{title}: repair") if job else None
    if job and status and status.state == jobs.FINISHED:
        job.forget()
        st.success(f"**{escape_markdown(title)}** is repaired.", icon=":material/check:")
    if not sentence or (status and status.state == jobs.RUNNING):
        return bool(sentence)
    said, act = st.columns([8, 1], vertical_alignment="center")
    said.warning(escape_markdown(sentence), icon=":material/warning:")
    act.button(
        "Repair",
        key=f"repair_{name}",
        width="stretch",
        on_click=attempt,
        args=(partial(jobs.start, key, "core.datasets.integrity.repair:repair_job", {"name": name}),),
        kwargs={"key": key},
    )
    return True


def damaged(name: str) -> None:
    """Show a dataset that is too damaged to be opened, with what can be done about it."""
    with st.container(border=True):
        st.markdown(f"**{escape_markdown(name)}** · damaged")
        with st.popover("Remove"):
            remove(name)
        damage_said(name, name, store.damage(name))


@st.dialog("Import report", width="large")
def show_report(name: str) -> None:
    """Show what was accepted and what was refused, with the reasons."""
    report = importing.report(catalogue.open_dataset(name))
    if report is None:
        return
    st.markdown(
        f"From **{escape_markdown(report.source)}**: {counted(report.accepted, 'image')} accepted, "
        f"{counted(len(report.refused), 'file')} refused, {counted(report.skipped, 'junk file')} such as "
        "Thumbs.db skipped."
    )
    for note in report.notes:
        st.info(escape_markdown(note))
    if report.refused:
        rows = [{"file": each.file, "why": each.sentence} for each in report.refused]
        st.dataframe(rows, width="stretch", hide_index=True)
        st.download_button(
            "Download CSV", report.to_csv(), f"{name}-refused.csv", "text/csv", icon=":material/download:"
        )


def remove(name: str) -> None:
    """Say what removing a dataset means, and do it."""
    st.markdown(
        f"This deletes **{escape_markdown(catalogue.title(name))}** and your review decisions from "
        "this computer. Runs trained on it stay, but can no longer show its images. The original "
        "files are not touched."
    )
    with show_errors():
        if st.button("Remove dataset", key=f"danger_remove_{name}", type="primary", icon=":material/delete:"):
            store.remove(name)
            st.rerun()


def to_be_had(entry: catalogue.Entry) -> None:
    """Show a dataset of the catalogue that is not here, with the ways to it."""
    with st.container(border=True), show_errors():
        st.markdown(
            f"**{escape_markdown(entry.about.title)}**  \n{entry.images:,} images · "
            f"{len(entry.about.class_names)} classes · {escape_markdown(entry.about.shape)}  \n"
            f"{escape_markdown(entry.good_for)}"
        )
        st.caption(f"Source: {escape_markdown(entry.about.source)}. License: {escape_markdown(entry.about.licence)}.")
        job = jobs.find(f"add-{entry.name}")
        going = job is not None and job.status().state == jobs.RUNNING
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            label = f"Download ({entry.bytes / 1e6:,.0f} MB)"
            if entry.received and not going:
                label = f"Resume ({entry.received / 1e6:,.0f} of {entry.bytes / 1e6:,.0f} MB)"
            st.button(
                label,
                key=f"download_{entry.name}",
                icon=":material/download:",
                disabled=going,
                on_click=start_adding,
                args=(entry.name, None),
            )
            if entry.received and not going:
                st.button(
                    "Delete partial download",
                    key=f"discard_{entry.name}",
                    on_click=catalogue.discard,
                    args=(entry.name,),
                )
            # With a key of its own: else the next dataset's form would open where this one's was.
            key = from_file_key(entry.name)
            with st.popover(
                "Use a file you have", key=key, icon=":material/folder_open:", disabled=going, on_change="rerun"
            ):
                from_file(entry)
        if job is not None:
            show_job(job, entry.about.title)


def from_file(entry: catalogue.Entry) -> None:
    """Let the user give the published file, by its place on this machine or as an upload."""
    names = ", ".join(each.file_name for each in entry.published)
    several = len(entry.published) > 1
    if not served():
        st.caption(
            f"Already have {escape_markdown(names)}? Point to {'the folder that holds them' if several else 'it'}."
        )
        place = st.text_input(
            "Folder path" if several else "File path",
            key=f"place_{entry.name}",
            placeholder="/home/me/Downloads",
        )
        st.button(
            "Add dataset",
            key=f"add_{entry.name}",
            disabled=not place,
            on_click=start_adding,
            args=(entry.name, str(Path(place).expanduser())),
        )
    elif several:
        st.caption("It is of several files: on a server it is downloaded.")
    if not several:
        upload = st.file_uploader("Or upload the file", key=f"upload_{entry.name}")
        if upload is not None:
            path = str(keep_upload(upload))
            st.button(
                "Add uploaded file", key=f"add_upload_{entry.name}", on_click=start_adding, args=(entry.name, path)
            )


def start_adding(name: str, path: str | None) -> None:
    """Start the job that brings a dataset of the catalogue here."""
    st.session_state[from_file_key(name)] = False
    attempt(
        lambda: jobs.start(f"add-{name}", "core.datasets.sources.catalogue:add_job", {"name": name, "path": path}),
        key="datasets",
    )


def from_file_key(name: str) -> str:
    """Return the key of the form that takes a dataset from a file."""
    return f"from_file_{name}"


def imports() -> None:
    """Show the imports that go on, ended badly, or have just ended."""
    for job in jobs.all_jobs():
        if not job.key.startswith("import-"):
            continue
        title = str(job.arguments.get("title", job.key))
        status = show_job(job, title)
        if status.state == jobs.FINISHED:
            done = job.result(Imported)
            known, name = done.known, done.name
            job.forget()
            report = importing.report(catalogue.open_dataset(name))
            refused = f", {len(report.refused):,} refused" if report else ""
            accepted = f"{counted(report.accepted, 'image')} accepted{refused}" if report else ""
            if known:
                st.info(f"These images are already installed as **{escape_markdown(catalogue.title(name))}**.")
            else:
                has_come(name, f"**{escape_markdown(title)}**: {accepted}. See the import report for details.")


def added() -> None:
    """Say which datasets of the catalogue have just come, and lead on."""
    for name in catalogue.CATALOGUE:
        job = jobs.find(f"add-{name}")
        if job is None or (status := job.status()).state != jobs.FINISHED:
            continue
        job.forget()
        if name in catalogue.available():
            images = int(status.result.get("pictures", 0))
            has_come(
                name, f"**{escape_markdown(catalogue.title(name))}** is on this machine: {counted(images, 'image')}."
            )


def has_come(name: str, sentence: str) -> None:
    """Say that a dataset is here now, and lead on to what one does with it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(sentence, icon=":material/check:")
        st.page_link("pages/browse/page.py", label="Browse", query_params={"dataset": name})
        st.page_link("pages/train/page.py", label="Train", query_params={"dataset": name})


page("Datasets", "Import your own images from a file or folder, or download a public dataset.")
show_refusal(key="datasets")
with show_errors():
    imports()
    added()
available = catalogue.available()
missing = [entry for name, entry in catalogue.CATALOGUE.items() if name not in available]
with st.container(border=True, key="import_own"), show_errors():
    st.header(
        "Import your own images",
        help="Labels can be folders (cat/1.jpg or train/cat/1.jpg), the file names (cat.1.jpg) or a table beside the "
        "images (CSV, TSV, Excel, JSON lines). You see a preview before anything is saved; the original files are "
        "never changed.",
    )
    own()
st.header("Installed")
unreadable = [name for name in store.names() if name not in available]
in_columns([*(partial(here, name) for name in available), *(partial(damaged, name) for name in unreadable)])
if missing:
    st.header("Available to download")
    in_columns([partial(to_be_had, entry) for entry in missing])
