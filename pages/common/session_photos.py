"""The photos that a session has been given, kept over reruns and page changes with what the user says of them."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

import streamlit as st

from core.images.conversion import plain
from core.images.image_io import ImageError

_PHOTOS, _NEXT, _TRUTHS, _OPENED = "photos_given", "photos_next", "photos_truths", "photo_opened"


@dataclass(frozen=True)
class SessionPhoto:
    """A file that is to be answered.

    Attributes:
        id: its number in the session.
        name: its file's name, for display.
        data: its bytes.
    """

    id: int
    name: str
    data: bytes = field(repr=False, compare=False)

    @cached_property
    def sha256(self) -> str:
        """The content's hash, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def photos() -> list[SessionPhoto]:
    """Return the photos, in the order in which they came."""
    return list(st.session_state.get(_PHOTOS, []))


def give(files: list[tuple[str, bytes]]) -> None:
    """Add files, names with bytes; a single one is opened."""
    first = st.session_state.get(_NEXT, 0)
    added = [SessionPhoto(first + place, name, _plain(data)) for place, (name, data) in enumerate(files)]
    st.session_state[_PHOTOS] = [*photos(), *added]
    st.session_state[_NEXT] = first + len(added)
    if added:
        show(added[0].id if len(added) == 1 else None)


def _plain(data: bytes) -> bytes:
    """Return a photo's file as one that is shown everywhere; one that cannot be read stays, and is refused later."""
    with suppress(ImageError):
        return plain(data)
    return data


def take_away(ids: set[int]) -> None:
    """Forget photos."""
    st.session_state[_PHOTOS] = [photo for photo in photos() if photo.id not in ids]


def show(photo: int | None) -> None:
    """Open a photo; `None`: the one that is most in doubt."""
    st.session_state[_OPENED] = photo


def open_id() -> int | None:
    """Return the id of the open photo, which may have been taken away; `None` when none was chosen."""
    found: int | None = st.session_state.get(_OPENED)
    return found


def truth(photo: SessionPhoto) -> str | None:
    """Return the class that the user says a photo has; `None`: nothing was said."""
    found: str | None = _truths().get(photo.sha256)
    return found


def say_truth(photo: SessionPhoto, name: str | None) -> None:
    """Keep what a photo shows, a class's name, or nothing."""
    if name is None:
        _truths().pop(photo.sha256, None)
    else:
        _truths()[photo.sha256] = name


def _truths() -> dict[str, str]:
    kept: dict[str, str] = st.session_state.setdefault(_TRUTHS, {})
    return kept
