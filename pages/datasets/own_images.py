"""The way in for images of one's own: where they are, what is understood of them, and the import."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.datasets.sources import catalogue, importing, uploads
from core.datasets.sources.choices import Choices
from core.datasets.sources.importing import Plan
from core.datasets.sources.labels import DRAWN, NO_LABELS
from core.datasets.sources.labels.groups import NAME, NONE, parts_of_names
from core.datasets.store import LABELED_SPLITS, SPLITS, DatasetError
from core.storage import jobs
from core.storage.names import slug
from core.storage.progress import counted
from pages.common.messages import escape_markdown
from pages.common.visitor import served
from pages.components.pixel_image import strip
from pages.streamlit_patches import uploads_on_disk
from pages.streamlit_patches.uploads_on_disk import MOST_BYTES, MOST_FILES, content

_ARCHIVES = ["zip", "tar", "tgz", "gz", "bz2", "xz", "npz", "parquet", "mat", "csv"]
_NAMES_SHOWN = 4
_WAYS = ("Upload a file", "Upload a folder", "From this computer")


def keep_upload(upload: UploadedFile) -> Path:
    """Write an upload to the data home, once; its own name is no path."""
    path = uploads.folder() / slug(upload.file_id, otherwise="upload")
    if not path.exists():
        uploads.keep_upload(path, memoryview(content(upload)))
    return path


def keep_folder(files: Sequence[UploadedFile]) -> Path:
    """Write the files of an uploaded folder to the data home, once, with their paths in it.

    Raises:
        DatasetError: it was too large to be kept.
    """
    ids = " ".join(sorted(each.file_id for each in files))
    path = uploads.folder() / f"folder-{hashlib.sha256(ids.encode()).hexdigest()[:16]}"
    if path.exists():
        return path
    found: list[tuple[str, Path | memoryview]] = []
    for each in files:
        place = uploads_on_disk.place_of(each.file_id)
        if place is None and "/" in each.name and not each.size:
            raise DatasetError(
                f"The folder has more than {MOST_BYTES / 1e9:.0f} GB or {MOST_FILES:,} files, which are not all taken "
                "from a browser. Choose From this computer and give its path, or pack it as a ZIP file."
            )
        found.append((each.name, place or each.getbuffer()))
    uploads.keep_folder(path, found)
    return path


def own() -> None:
    """Let the user import images of their own: where they are, what is found in them, and the button."""
    # A server's disk is not the user's.
    ways = _WAYS[:-1] if served() else _WAYS
    way = st.segmented_control(
        "Source", ways, key="way_in", default=ways[0], required=True, label_visibility="collapsed"
    )
    if way == "Upload a folder":
        files = st.file_uploader(
            f"Folder of images, at most {MOST_BYTES / 1e9:.0f} GB and {MOST_FILES:,} files",
            accept_multiple_files="directory",
            key=f"upload_folder_{begun()}",
            help="Its files are sent one by one. More come sooner as a ZIP file, or From this computer.",
        )
        if not files:
            return
        path, title = keep_folder(files), files[0].name.partition("/")[0] or "folder"
        show_plan(path, title, [each.file_id for each in files])
        return
    if way == "Upload a file":
        upload = st.file_uploader(
            "ZIP, TAR, NPZ, Parquet, MAT, or pixels in a CSV",
            type=_ARCHIVES,
            key=f"upload_own_{begun()}",
        )
        if upload is None:
            return
        path, title = keep_upload(upload), upload.name
    else:
        place = st.text_input("File or folder", key="place_own", placeholder="/home/me/Pictures/pets")
        if not place.strip():
            return
        path = Path(place.strip()).expanduser()
        title = path.name
    show_plan(path, title)


def begun() -> int:
    """Return how many imports this session began: after each the upload has gone, and with it its widget."""
    return int(st.session_state.get("imports_begun", 0))


@st.cache_resource(max_entries=2, ttl=900, show_spinner="Scanning files…")
def planned(path: str, title: str, choices: Choices, _changed: float) -> Plan:
    """Return what an import would take; kept, since a zip of 60,000 images is read in a second."""
    return importing.plan(Path(path), choices, title=title)


def show_plan(path: Path, source: str, arrived: Sequence[str] = ()) -> None:
    """Show what was found, let the user change it, and start the import.

    Args:
        path: what is imported.
        source: what to call it.
        arrived: the uploads that it was made of, which then are needed no more.
    """
    changed = path.stat().st_mtime if path.exists() else 0.0
    options, shown = st.columns([1, 2], gap="large")
    with options:
        # What is copied from a sentence of this page has word joiners, which keep it from being a link.
        typed = st.session_state.get(f"typed_{source}", "").replace("\u2060", "").strip() or None
        links = bool(st.session_state.get(f"links_{source}"))
        classes = tuple(filter(None, map(str.strip, st.session_state.get(f"classes_{source}", "").split(","))))
        try:
            found = planned(str(path), source, Choices(typed, follow_links=links, classes=classes), changed)
        except DatasetError:
            other_labels(source)  # It may be wrong, or what helps.
            classes_to_give(source)
            raise
        title = st.text_input(
            "Dataset name", value=Path(source).stem.replace("_", " "), key=f"title_{source}", max_chars=80
        )
        kind = found.labelling.kind
        if found.others:
            ways = {each.kind: each.text for each in (found.way, *found.others)}
            kind = st.radio(
                "Classes from",
                list(ways),
                format_func=lambda way: escape_markdown(ways[way]),
                key=f"labelling_{source}_{typed}",
                help="What fits best is first. A folder's number counts from the top of the ZIP file or folder.",
            )
        else:
            st.caption(f"Classes from: {escape_markdown(found.way.text)}")
        if classes:
            classes_to_give(source)
        else:
            other_labels(source)
        split, group, unlabeled = "", NONE, True
        if not classes:
            split, group = splits_from(found, source), groups_from(found, source)
            unlabeled = keep_unlabeled(found, source)
        if links or any(each.reason == "link" for each in found.source.refused):
            st.toggle("Follow links that stay inside", key=f"links_{source}")
        share, seed = 0.2, 0
        if (found.drawn or split) and not classes:
            share = st.slider("Test images", 5, 50, 20, step=5, format="%d%%", key="test_share") / 100
            seed = int(st.number_input("Random seed for the split", 0, 2**31 - 1, 0, key="split_seed"))
    choices = Choices(kind, share, seed, split, group, unlabeled, links, classes)
    if choices != found.choices:
        found = planned(str(path), source, choices, changed)
    with shown:
        table(found)
        for name, previews in found.preview().items():
            st.markdown(f"**{escape_markdown(name)}**")
            strip(previews)
    title = title.strip() or source
    if st.button("Import dataset", type="primary", icon=":material/add_photo_alternate:", key="import"):
        arguments = {"path": str(path), "source": source, "title": title, **asdict(choices)}
        jobs.start(f"import-{catalogue.free_name(title)}", "core.datasets.sources.import_job:import_job", arguments)
        uploads_on_disk.let_go(arrived)
        st.session_state["imports_begun"] = begun() + 1
        st.rerun()


def splits_from(found: Plan, source: str) -> str:
    """Let the user have splits drawn in place of those that come with the images; return how, as a plan takes it."""
    if found.drawn:
        return ""
    anew = st.toggle(
        "Draw new splits",
        key=f"split_{source}",
        help="Mix train, validation and test as they come, and draw a test set by class and group.",
    )
    return DRAWN if anew else ""


def keep_unlabeled(found: Plan, source: str) -> bool:
    """Let the user leave images without a class out."""
    if not found.unlabeled.any():
        return True
    return st.toggle(
        "Keep images without a class",
        value=True,
        key=f"unlabeled_{source}",
        help="To look at them, to predict and to label them. They neither train nor test.",
    )


def groups_from(found: Plan, source: str) -> str:
    """Let the user say which images belong together; return it as a plan takes it."""
    ways = {each.kind: each.text for each in found.groupings}
    ways |= {NAME: "Part of the file name", NONE: "Nothing"}
    chosen = st.selectbox(
        "Keep together",
        list(ways),
        index=0 if found.groupings else list(ways).index(NONE),
        format_func=lambda way: ways[way],
        key=f"group_{source}",
        help="Images of one patient, video or burst are alike. They never come into both training and test, where they "
        "would make a network look better than it is.",
    )
    return names_pattern(found, source) if chosen == NAME else chosen


def names_pattern(found: Plan, source: str) -> str:
    """Let the user give the part of names that says what belongs together, and show what it takes."""
    pattern = st.text_input(
        "Pattern",
        "{group}_*",
        key=f"pattern_{source}",
        help="{group} is the part that says what belongs together, * anything, # a number: {group}_#.jpg takes cat_12 "
        "from cat_12_3.jpg. With a slash, it is for the whole path: */{group}/*.",
    ).strip()
    several = [found.source.members[each].parts for each in np.flatnonzero(found.images)]
    shown = several[:: max(1, len(several) // _NAMES_SHOWN)][:_NAMES_SHOWN]
    taken = [f"**{escape_markdown(text)}**" if text else "no group" for text in parts_of_names(shown, pattern)]
    lines = [f"{escape_markdown(path[-1])} → {text}" for path, text in zip(shown, taken, strict=True)]
    st.caption("  \n".join(lines))
    return f"{NAME}:{pattern}"


def other_labels(source: str) -> None:
    """Let the user say where the labels are, in the words of the command line."""
    st.text_input(
        "Labels from elsewhere",
        key=f"typed_{source}",
        placeholder="file:train.csv:image_id:label",
        help="A table and its columns of names and labels, and a third of splits if there is one; or folders:2 for the "
        "second folder of each path, folders:2:color for that of images in a folder color only.",
    )


def classes_to_give(source: str) -> None:
    """Let the user name the classes of images that have no labels yet."""
    st.text_input(
        "No labels yet: classes to give",
        key=f"classes_{source}",
        placeholder="cat, dog",
        help="The images come in without a class. Browse shows them and lets you label them.",
    )


def table(found: Plan) -> None:
    """Show how many files each class has, and what else was found."""
    counts, names = found.counts, found.labelling.class_names
    used = [split for split, count in zip(LABELED_SPLITS, counts.sum(axis=0), strict=True) if count]
    rows = [
        {"Class": name, **{split: int(counts[label, SPLITS.index(split)]) for split in used}}
        for label, name in enumerate(names)
    ]
    labelled = int(counts.sum())
    together = f" · {counted(len(found.grouping.names), 'group')} kept together" if found.grouping else ""
    if found.labelling.kind == NO_LABELS:
        waiting = counted(int(found.unlabeled.sum()), "image")
        given = escape_markdown(", ".join(names))
        st.markdown(f"**{waiting}** without labels; the classes that you give them: {given}")
    else:
        st.markdown(
            f"**{counted(labelled, 'image')}** in {counted(len(names), 'class', 'classes')}, splits "
            f"{found.how_split}{together}"
        )
        st.dataframe(rows, hide_index=True, width="stretch", height="content" if len(rows) < 9 else 320)
    no_images = int((~found.images).sum())
    others = len(found.source.members) - labelled - no_images - sum(count for _, count in found.left_out)
    refused, skipped = len(found.source.refused), len(found.source.skipped)
    left = [
        f"{counted(no_images, 'file is no image', 'files are no images')}" if no_images else "",
        f"{counted(others, 'file has no class', 'files have no class')}" if others else "",
        f"{counted(refused, 'is', 'are')} refused by name or packing" if refused else "",
        f"{counted(skipped, 'junk file is', 'junk files are')} skipped" if skipped else "",
    ]
    if any(left):
        st.caption("; ".join(filter(None, left)).capitalize() + ".")
    for warning in found.labelling.warnings:
        st.warning(escape_markdown(warning), icon=":material/warning:")
    for note in found.notes:
        st.info(escape_markdown(note))
    if found.unlabeled_line:
        st.info(escape_markdown(found.unlabeled_line), icon=":material/label_off:")
    if lines := found.left_out_lines():
        st.info("  \n".join(map(escape_markdown, lines)), icon=":material/filter_alt:")
