"""The project that a session works on, what became of its last change, and the photos that are tried."""

import hashlib
from collections.abc import Iterator

import streamlit as st

from core.storage.progress import counted
from core.teaching import project as projects
from core.teaching.project import Added, Project
from pages.common.address import Parameter
from pages.common.pickers import offered

PROJECT = "teach_project"
_SAID, _BEFORE, _PHOTOS = "teach_said", "teach_before", "teach_photos"
_FIRST = "my-classes"
_MOST_PHOTOS, _REFUSED_SHOWN = 12, 5


def names() -> list[str]:
    """Return the names of the projects; one that is yet to be made where there is none."""
    return [each.name for each in projects.projects()] or [_FIRST]


def parameters() -> Iterator[Parameter]:
    """Yield what stands in the address."""
    yield from offered(names(), key=PROJECT, parameter="project")


def chosen() -> Project:
    """Return the project that is worked on."""
    return projects.find(st.session_state.get(PROJECT, _FIRST))


def said_of(class_id: int) -> list[str]:
    """Return what became of what was brought last, where it was brought to this class and not all was taken."""
    found: dict[int, list[str]] = st.session_state.get(_SAID, {})
    return found.get(class_id, [])


def say(class_id: int, added: Added) -> None:
    """Keep what became of what was brought to a class."""
    sentences = [f"{each.file}: {each.sentence}" for each in added.refused[:_REFUSED_SHOWN]]
    if len(added.refused) > _REFUSED_SHOWN:
        sentences.append(f"… and {len(added.refused) - _REFUSED_SHOWN:,} more files that are no images.")
    if added.known:
        sentences.append(f"{counted(added.known, 'image is', 'images are')} there already.")
    if added.too_many:
        sentences.append(
            f"A class takes at most {projects.MOST_IMAGES:,} images: {added.too_many:,} more were left out."
        )
    st.session_state[_SAID] = {class_id: sentences}


def remember(project: Project) -> None:
    """Keep the classes as they are now, to bring back what is taken away next."""
    st.session_state[_BEFORE] = (project, project.content())


def undo() -> None:
    """Bring back what was taken away last."""
    project, before = st.session_state.pop(_BEFORE)
    project.restore(before)


def undoable(project: Project) -> bool:
    """Tell whether something was taken away last from this project."""
    return _BEFORE in st.session_state and st.session_state[_BEFORE][0] == project


def forget() -> None:
    """Keep nothing to bring back: something was added since."""
    st.session_state.pop(_BEFORE, None)


def photos() -> list[tuple[str, str, bytes]]:
    """Return the photos that are tried, the last one first: hash, name, bytes."""
    return list(st.session_state.get(_PHOTOS, []))


def give(files: list[tuple[str, bytes]]) -> None:
    """Add photos to try; the earliest go."""
    new = [(hashlib.sha256(data).hexdigest(), name, data) for name, data in reversed(files)]
    hashes = {sha256 for sha256, _, _ in new}
    rest = [each for each in photos() if each[0] not in hashes]
    st.session_state[_PHOTOS] = [*dict.fromkeys(new), *rest][:_MOST_PHOTOS]


def clear() -> None:
    """Forget the photos."""
    st.session_state[_PHOTOS] = []
