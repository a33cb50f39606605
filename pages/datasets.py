"""Data sets: what is on this machine, what can be had, and the way in for pictures of one's own."""

import re
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core import jobs
from core.datasets import catalogue, importing, labelling, store
from core.datasets.importing import Plan
from core.datasets.store import SPLITS, Dataset
from pages.shared.components.crisp import strip
from pages.shared.frame import page, plain, said_in_words
from pages.shared.job import show_job

_SAMPLES = 20
_HOW = {labelling.FOLDERS: "by folders: cat/1.jpg", labelling.NAMES: "by file names: cat.1.jpg"}


@st.cache_data(max_entries=64, show_spinner=False)
def samples(name: str, _dataset: Dataset, content_hash: str) -> list[tuple[str, bytes]]:  # noqa: ARG001 the cache's key
    """Return some pictures of a data set, class by class in turn, each with its class."""
    names = _dataset.about.class_names
    firsts = [np.flatnonzero(_dataset.labels == label) for label in range(len(names))]
    turns = [(turn, label) for turn in range(_SAMPLES) for label in range(len(names)) if turn < len(firsts[label])]
    chosen = [(names[label], int(firsts[label][turn])) for turn, label in turns[:_SAMPLES]]
    return [(label, _dataset.thumbnail(index)) for label, index in chosen]


def built_in(name: str) -> bool:
    """Tell whether a data set comes with a package: it would be back at once."""
    return name in catalogue.CATALOGUE and not catalogue.CATALOGUE[name].published


def facts(dataset: Dataset) -> str:
    """Return a data set's numbers in one line."""
    counts = dataset.counts.sum(axis=0)
    in_splits = ", ".join(f"{count:,} {split}" for split, count in zip(SPLITS, counts, strict=True) if count)
    classes = len(dataset.about.class_names)
    return f"{len(dataset):,} pictures ({in_splits}) · {classes} class{'es' * (classes != 1)} · {dataset.about.shape}"


def here(name: str) -> None:
    """Show a data set of this machine, with what can be done with it."""
    with st.container(border=True), said_in_words():
        dataset = catalogue.open_dataset(name)
        told, act = st.columns([5, 3], vertical_alignment="center")
        told.markdown(f"**{plain(dataset.about.title)}**  \n{plain(facts(dataset))}")
        with act, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"):
            address = {"dataset": name}
            st.page_link("pages/browse.py", label="Browse", icon=":material/photo_library:", query_params=address)
            st.page_link("pages/train.py", label="Train", icon=":material/model_training:", query_params=address)
            if importing.report(dataset) and st.button("Report", key=f"report_{name}", type="tertiary"):
                show_report(name)
            if not built_in(name):
                with st.popover("Remove", type="tertiary"):
                    remove(name)
        strip(samples(name, dataset, dataset.about.content_hash))


@st.dialog("What the import did", width="large")
def show_report(name: str) -> None:
    """Show what was accepted and what was refused, with the reasons."""
    report = importing.report(catalogue.open_dataset(name))
    if report is None:
        return
    st.markdown(
        f"From **{plain(report.source)}**: {report.accepted:,} pictures accepted, {len(report.refused):,} files "
        f"refused, {report.skipped:,} junk files such as Thumbs.db skipped."
    )
    for note in report.notes:
        st.info(plain(note))
    if report.refused:
        rows = [{"file": each.file, "why": each.sentence} for each in report.refused]
        st.dataframe(rows, width="stretch", hide_index=True)
        st.download_button(
            "Download as CSV", report.to_csv(), f"{name}-refused.csv", "text/csv", icon=":material/download:"
        )


def remove(name: str) -> None:
    """Say what removing a data set means, and do it."""
    st.markdown(
        f"**{plain(catalogue.title(name))}** is deleted from this machine, with the decisions made on its pictures. "
        f"Runs trained on it stay, but can no longer show its pictures. The files that it came from are not touched."
    )
    with said_in_words():
        if st.button("Remove it", key=f"remove_{name}", type="primary", icon=":material/delete:"):
            store.remove(name)
            st.rerun()


def to_be_had(entry: catalogue.Entry) -> None:
    """Show a data set of the catalogue that is not here, with the ways to it."""
    with st.container(border=True), said_in_words():
        told, act = st.columns([5, 3], vertical_alignment="center")
        told.markdown(
            f"**{plain(entry.about.title)}** · {entry.pictures:,} pictures · "
            f"{len(entry.about.class_names)} classes · {plain(entry.about.shape)}  \n{plain(entry.good_for)}"
        )
        told.caption(f"Source: {plain(entry.about.source)}. Licence: {plain(entry.about.licence)}.")
        job = jobs.find(f"add-{entry.name}")
        going = job is not None and job.status().state == jobs.RUNNING
        with act, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"):
            label = f"Download ({entry.bytes / 1e6:,.0f} MB)"
            if entry.received and not going:
                label = f"Go on ({entry.received / 1e6:,.0f} of {entry.bytes / 1e6:,.0f} MB)"
            if st.button(label, key=f"download_{entry.name}", icon=":material/download:", disabled=going):
                start_adding(entry.name, None)
            if entry.received and not going:
                st.button("Discard", key=f"discard_{entry.name}", on_click=catalogue.discard, args=(entry.name,))
            with st.popover("From a file", icon=":material/folder_open:", disabled=going):
                from_file(entry)
        if job is not None:
            show_job(job, entry.about.title)


def from_file(entry: catalogue.Entry) -> None:
    """Let the user give the published file, by its place on this machine or as an upload."""
    names = ", ".join(each.file_name for each in entry.published)
    several = len(entry.published) > 1
    st.caption(f"The {'folder with ' if several else ''}{plain(names)}, if you have it already.")
    place = st.text_input(
        "Its folder on this machine" if several else "Its place on this machine",
        key=f"place_{entry.name}",
        placeholder="/home/me/Downloads",
    )
    if st.button("Add it", key=f"add_{entry.name}", disabled=not place):
        start_adding(entry.name, str(Path(place).expanduser()))
    if not several:
        upload = st.file_uploader("Or upload it", key=f"upload_{entry.name}")
        if upload is not None and st.button("Add the upload", key=f"add_upload_{entry.name}"):
            start_adding(entry.name, str(kept(upload)))


def start_adding(name: str, path: str | None) -> None:
    """Start the job that brings a data set of the catalogue here."""
    jobs.start(f"add-{name}", "core.datasets.catalogue:add_job", {"name": name, "path": path})
    st.rerun()


def kept(upload: UploadedFile) -> Path:
    """Write an upload to the data home, once; its own name is no path."""
    path = importing.uploads() / re.sub(r"\W", "", upload.file_id)
    if not path.exists():
        importing.keep_upload(path, upload.getbuffer())
    return path


def own() -> None:
    """Let the user import pictures of their own: where they are, what is found in them, and the button."""
    way = st.segmented_control(
        "Where they are", ["Upload a zip", "On this machine"], key="way_in", default="Upload a zip", required=True
    )
    if way == "Upload a zip":
        upload = st.file_uploader("A zip of pictures", type=["zip"], key=f"upload_own_{begun()}")
        if upload is None:
            return
        path, title = kept(upload), upload.name
    else:
        place = st.text_input("Zip or folder", key="place_own", placeholder="/home/me/Pictures/pets")
        if not place.strip():
            return
        path = Path(place.strip()).expanduser()
        title = path.name
    show_plan(path, title)


def begun() -> int:
    """Return how many imports this session began: after each the upload has gone, and with it its widget."""
    return int(st.session_state.get("imports_begun", 0))


@st.cache_resource(max_entries=2, ttl=900, show_spinner="Looking into it")
def planned(path: str, title: str, labelling_kind: str | None, test_share: float, seed: int, _changed: float) -> Plan:
    """Return what an import would take; kept, since a zip of 60,000 pictures is read in a second."""
    return importing.plan(Path(path), title=title, labelling=labelling_kind, test_share=test_share, seed=seed)


def show_plan(path: Path, source: str) -> None:
    """Show what was found, let the user change it, and start the import."""
    changed = path.stat().st_mtime if path.exists() else 0.0
    found = planned(str(path), source, None, 0.2, 0, changed)
    options, shown = st.columns([1, 2], gap="large")
    with options:
        title = st.text_input("Title", value=Path(source).stem.replace("_", " "), key=f"title_{source}", max_chars=80)
        kind = found.labelling.kind
        if found.others:
            ways = [kind, *found.others]
            kind = st.radio("Classes", ways, format_func=lambda way: _HOW[way], key=f"labelling_{source}") or kind
        else:
            st.caption(f"Classes found {_HOW[kind]}.")
        share, seed = 0.2, 0
        if found.drawn:
            share = st.slider("Test pictures", 5, 50, 20, step=5, format="%d%%", key="test_share") / 100
            seed = int(st.number_input("Seed of the draw", 0, 2**31 - 1, 0, key="split_seed"))
    if (kind, share, seed) != (found.labelling.kind, 0.2, 0):
        found = planned(str(path), source, kind, share, seed, changed)
    with shown:
        table(found)
    title = title.strip() or source
    if st.button("Import", type="primary", icon=":material/add_photo_alternate:", key="import"):
        arguments = {"path": str(path), "source": source, "title": title, "labelling": kind}
        split = {"test_share": share, "seed": seed}
        jobs.start(f"import-{catalogue.free_name(title)}", "core.datasets.catalogue:import_job", {**arguments, **split})
        st.session_state["imports_begun"] = begun() + 1
        st.rerun()
    for name, previews in found.preview().items():
        st.markdown(f"**{plain(name)}**")
        strip(previews)


def table(found: Plan) -> None:
    """Show how many files each class has, and what else was found."""
    counts, names = found.counts, found.labelling.class_names
    used = [split for split, count in zip(SPLITS, counts.sum(axis=0), strict=True) if count]
    rows = [
        {"class": name, **{split: int(counts[label, SPLITS.index(split)]) for split in used}}
        for label, name in enumerate(names)
    ]
    how = "drawn by class" if found.drawn else "as in its folders"
    labelled = int(counts.sum())
    st.markdown(f"**{labelled:,} files** in {len(names):,} class{'es' * (len(names) != 1)}, splits {how}")
    st.dataframe(rows, hide_index=True, width="stretch", height="content" if len(rows) < 9 else 320)
    others = len(found.source.members) - labelled
    left = [
        f"{others:,} files have no class" if others else "",
        f"{len(found.source.refused):,} are refused by their names or packing" if found.source.refused else "",
        f"{len(found.source.skipped):,} junk files are skipped" if found.source.skipped else "",
    ]
    if any(left):
        st.caption("; ".join(filter(None, left)).capitalize() + ".")
    for note in found.notes:
        st.info(plain(note))


def imports() -> None:
    """Show the imports that go on, ended badly, or have just ended."""
    for job in jobs.all_jobs():
        if not job.key.startswith("import-"):
            continue
        title = str(job.arguments["title"])
        status = show_job(job, title)
        if status.state == jobs.FINISHED:
            job.forget()
            known, name = status.result["known"], status.result["name"]
            report = importing.report(catalogue.open_dataset(name))
            refused = f", {len(report.refused):,} refused" if report else ""
            accepted = f"{report.accepted:,} pictures accepted{refused}" if report else ""
            if known:
                st.info(f"The same pictures are here already, as **{plain(catalogue.title(name))}**.")
            else:
                st.success(f"**{plain(title)}**: {accepted}. Its report says why.", icon=":material/check:")


page("Data sets", "Get any set of pictures in: published ones, or a zip or folder of your own.")
with said_in_words():
    imports()
available = catalogue.available()
missing = [entry for name, entry in catalogue.CATALOGUE.items() if name not in available]
on_disk, published, mine = st.tabs(["On this machine", f"To be had ({len(missing)})", "Pictures of your own"])
with on_disk:
    for each in available:
        here(each)
with published:
    if not missing:
        st.info("Every data set of the catalogue is on this machine.")
    for one in missing:
        to_be_had(one)
with mine, said_in_words():
    st.caption(
        "Each class in a folder (cat/1.jpg, train/cat/1.jpg) or in the file names (cat.1.jpg). What is found is shown "
        "before anything is written; the source is never changed."
    )
    own()
