"""The first column: classes, and images brought to them as files, from the camera or of a dataset."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.datasets.sources import catalogue
from core.datasets.sources.archives import is_junk
from core.images import image_io
from core.storage.progress import counted
from core.teaching.project import MOST_IMAGES, Content, Project, TaughtClass
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal
from pages.common.pickers import dataset_titles
from pages.components.camera import recorder
from pages.components.image_strip import StripImage, image_strip
from pages.components.pixel_image import data_url
from pages.streamlit_patches.uploads_on_disk import content, let_go
from pages.teach import state

_SHOWN = 48
_CAMERA = "teach_camera"
_REFUSED = "teach"


def show_classes(project: Project, content: Content) -> None:
    """Show the classes of a project, each with what brings images to it."""
    show_refusal(key=_REFUSED)
    disputed = content.disputed
    for each in content.classes:
        with st.container(border=True):
            _show_class(project, each, disputed)
    with st.container(horizontal=True):
        st.button(
            "Add a class",
            icon=":material/add:",
            key="teach_add_class",
            on_click=attempt,
            args=(project.add_class,),
            kwargs={"key": _REFUSED},
        )
        if state.undoable(project):
            st.button(
                "Undo",
                icon=":material/undo:",
                key="teach_undo",
                on_click=attempt,
                args=(state.undo,),
                kwargs={"key": _REFUSED},
            )


def _show_class(project: Project, shown: TaughtClass, disputed: dict[str, list[str]]) -> None:
    key = f"teach_{project.name}_{shown.id}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _name(project, shown, key)
        st.markdown(f"**{len(shown.images):,}**", width="content", help="How many images it has.")
        st.button(
            "",
            icon=":material/delete:",
            key=f"{key}_remove",
            help=f"Remove {escape_markdown(shown.name)} with its images",
            on_click=_taking_away(project, lambda: project.remove_class(shown.id)),
        )
    _uploads(project, shown, key)
    with st.container(horizontal=True, gap="small"):
        open_here = st.session_state.get(_CAMERA) == key
        st.button(
            "Close the camera" if open_here else "Camera",
            icon=":material/videocam_off:" if open_here else ":material/videocam:",
            key=f"{key}_camera_button",
            on_click=lambda: st.session_state.update({_CAMERA: None if open_here else key}),
        )
        with st.popover("Folder", icon=":material/folder_open:", help="Take all images of a folder of yours"):
            _folder(project, shown, key)
        with st.popover("Dataset", icon=":material/database:", help="Take images of a class of a dataset"):
            _of_dataset(project, shown, key)
    if open_here:
        recorder(take=lambda take, frames: _bring(project, shown, _named(frames), take), key=f"{key}_camera")
    for sentence in state.said_of(shown.id):
        st.warning(escape_markdown(sentence))
    _images(project, shown, key, disputed)


def _name(project: Project, shown: TaughtClass, key: str) -> None:
    # A widget of its own for each name: what another tab changed is shown.
    widget = f"{key}_name_{shown.name}"

    def renamed() -> None:
        wanted = st.session_state[widget]
        attempt(lambda: project.rename_class(shown.id, wanted), key=_REFUSED)
        if project.content().of(shown.id).name == shown.name:
            st.session_state[widget] = shown.name

    st.text_input("Name of the class", shown.name, key=widget, label_visibility="collapsed", on_change=renamed)


def _uploads(project: Project, shown: TaughtClass, key: str) -> None:
    """Take photos, and folders that are dropped."""
    widget, came = _arriving(project, shown, f"{key}_files")
    st.file_uploader(
        f"Images of {escape_markdown(shown.name)}",
        accept_multiple_files=True,
        key=widget,
        on_change=came,
        label_visibility="collapsed",
    )


def _folder(project: Project, shown: TaughtClass, key: str) -> None:
    """Take a folder that is chosen: a browser lets choose either files or a folder."""
    widget, came = _arriving(project, shown, f"{key}_folder")
    st.file_uploader(
        f"Folder of images of {escape_markdown(shown.name)}",
        accept_multiple_files="directory",
        key=widget,
        on_change=came,
        help=f"Its subfolders count too; {MOST_IMAGES:,} images at most.",
    )


def _arriving(project: Project, shown: TaughtClass, key: str) -> tuple[str, Callable[[], None]]:
    """Return the key of an uploader that is new for each delivery, and what is called with one."""
    turn = f"{key}_turn"
    number = st.session_state.setdefault(turn, 0)
    widget = f"{key}_{number}"

    def came() -> None:
        if st.session_state[turn] != number:
            return  # A browser that has not yet drawn the empty widget sends the files again.
        files: Sequence[UploadedFile] = st.session_state[widget]
        st.session_state[turn] = number + 1
        # Of a folder that is dropped the browser leaves out what systems hide, of one that is chosen it does not.
        wanted = (file for file in files if "/" not in file.name or not is_junk(file.name.split("/")))
        _bring(project, shown, ((file.name, content(file)) for file in wanted))
        let_go([file.file_id for file in files])

    return widget, came


def _bring(project: Project, shown: TaughtClass, files: Iterable[tuple[str, bytes]], take: str = "") -> None:
    state.forget()
    attempt(lambda: state.say(shown.id, project.add_images(shown.id, files, take=take)), key=_REFUSED)


def _named(frames: list[bytes]) -> list[tuple[str, bytes]]:
    return [("camera.jpg", frame) for frame in frames]


def _of_dataset(project: Project, shown: TaughtClass, key: str) -> None:
    with show_errors():
        names = catalogue.available()
        name = st.selectbox("Dataset", names, key=f"{key}_dataset", format_func=dataset_titles(names).__getitem__)
        dataset = catalogue.open_dataset(name)
        classes = dataset.about.class_names
        label = st.selectbox("Class", range(len(classes)), key=f"{key}_of_{name}", format_func=lambda at: classes[at])
        most = int(dataset.counts[label].sum())
        count = st.number_input("How many", 1, min(most, MOST_IMAGES), min(20, most), key=f"{key}_many_{name}_{label}")
        if st.button("Take them", key=f"{key}_take", type="primary"):
            ids = dataset.select(label=int(label))
            drawn = np.sort(np.random.default_rng(0).permutation(ids)[: int(count)]).tolist()
            files = [
                (
                    f"{dataset.about.title} {index}",
                    dataset.file_bytes(index) if dataset.about.as_files else image_io.png(dataset.image(index)),
                )
                for index in drawn
            ]
            state.forget()
            state.say(shown.id, project.add_images(shown.id, files))
            if shown.name == f"Class {shown.id}":
                attempt(lambda: project.rename_class(shown.id, classes[int(label)][:60]), key=_REFUSED)
            st.rerun()


def _images(project: Project, shown: TaughtClass, key: str, disputed: dict[str, list[str]]) -> None:
    if not shown.images:
        st.caption("No images yet: drop photos or a folder here, record some, or take some of a dataset.")
        return
    last = shown.images[::-1][:_SHOWN]
    strip = [
        StripImage(each.sha256, data_url(project.thumbnail(each)), each.name, each.sha256 in disputed) for each in last
    ]

    def remove(sha256: str) -> None:
        _taking_away(project, lambda: project.remove_image(shown.id, sha256))()

    image_strip(strip, remove=remove, key=f"{key}_strip")
    if len(shown.images) > _SHOWN:
        st.caption(f"The last {_SHOWN} of {len(shown.images):,}.")
    both = sum(each.sha256 in disputed for each in shown.images)
    if both:
        others = sorted({n for each in shown.images for n in disputed.get(each.sha256, []) if n != shown.name})
        st.warning(
            f"{counted(both, 'image is', 'images are')} in {escape_markdown(', '.join(others))}, too: nothing is "
            "learned from what is in two classes. Remove it from one."
        )


def _taking_away(project: Project, act: Callable[[], None]) -> Callable[[], None]:
    def taken() -> None:
        state.remember(project)
        attempt(act, key=_REFUSED)

    return taken
