"""Pictures of a data set in pages of a gallery; a click opens one large."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.datasets import decisions
from core.datasets.decisions import EXCLUDE, Decision
from core.datasets.store import SPLITS, Dataset
from pages.shared import address
from pages.shared.components.gallery import SIDE_PX, Item, Pages, paged_gallery, picture_url
from pages.shared.enlarge import enlarge

_PER_PAGE = (24, 48, 96)
_PAGE, _PER, _OPEN, _FOCUS = "gallery_page", "gallery_per_page", "gallery_open", "gallery_focus"
_SHOWS, _LEFT = "gallery_shows", "gallery_left"


@dataclass(frozen=True)
class Told:
    """What is said of a picture in the gallery.

    Attributes:
        caption: a few characters beneath.
        alt: what it shows, in words.
    """

    caption: str
    alt: str


def _class_of(dataset: Dataset, index: int) -> Told:
    label = dataset.about.class_names[dataset.labels[index]]
    return Told(label, f"{label}, {SPLITS[dataset.splits[index]]} picture {index}")


@dataclass(frozen=True)
class Look:
    """How pictures are shown.

    Attributes:
        told: says what is told of a picture by its index.
        said: as for `enlarge`.
        more: as for `enlarge`.
        side: as for `Pages`.
        reveal: as for `Pages`.
    """

    told: Callable[[Dataset, int], Told] = _class_of
    said: Callable[[int], str] | None = None
    more: Callable[[int], None] | None = None
    side: int = SIDE_PX
    reveal: bool = False


def choose_per_page() -> None:
    """Let the user choose how many pictures a page has; the choice stands in the address."""
    address.adopt(_PER, "per", lambda texts: next((per for per in _PER_PAGE if str(per) in texts), _PER_PAGE[-1]))
    st.session_state.setdefault(_PER, _PER_PAGE[-1])
    st.segmented_control(
        "Pictures a page", _PER_PAGE, key=_PER, required=True, on_change=_turn_to, args=(1,), persist_state="session"
    )
    chosen = st.session_state[_PER]
    address.note("per", [] if chosen == _PER_PAGE[-1] else [str(chosen)])


def take_up(dataset: Dataset, chosen: Hashable) -> None:
    """Take up which page is shown and which picture is open, from the address where that came from outside.

    Args:
        dataset: whose pictures are shown.
        chosen: what chose them; where it differs from the last time on this page of the app, the first page is shown.
    """
    app_page, shows = st.session_state["page"], (dataset.about.name, chosen)
    if st.session_state.get(_SHOWS) != (app_page, shows):
        st.session_state[_SHOWS] = app_page, shows
        # As it was left for another page of the app.
        left, number = _left().get(app_page, (None, 1))
        st.session_state[_PAGE] = number if left == shows else 1
        st.session_state[_OPEN] = st.session_state[_FOCUS] = None
    address.adopt(_PAGE, "page", lambda texts: _index(texts) or 1)
    address.adopt(_OPEN, "picture", _index)


def open_picture(index: int) -> None:
    """Let `show_open` open a picture."""
    st.session_state[_OPEN] = index


def show_pictures(dataset: Dataset, ids: np.ndarray, chosen: Hashable, look: Look | None = None) -> None:
    """Show pictures in pages, and the open one large; the address holds both.

    Args:
        dataset: whose pictures they are.
        ids: their indices, int64 `(m,)`, at least one, in the order in which they are shown.
        chosen: as for `take_up`, which comes before.
        look: how they are shown; `None`: with their classes.
    """
    _show_page(dataset, ids, chosen, decisions.version(dataset), look or Look())


@st.fragment
def _show_page(dataset: Dataset, ids: np.ndarray, chosen: Hashable, decided: tuple[int, int], look: Look) -> None:
    """Show one page. A fragment: turning it does not draw the filters again."""
    if decisions.version(dataset) != decided:
        st.rerun()  # Counts and filters show decisions too.
    per_page: int = st.session_state[_PER]
    number = st.session_state[_PAGE] = min(max(1, st.session_state[_PAGE]), -(-len(ids) // per_page))
    app_page, shows = st.session_state[_SHOWS]
    _left()[app_page] = shows, number
    made = decisions.current(dataset)

    def items(page: int) -> list[Item]:
        indices = ids[(page - 1) * per_page : page * per_page].tolist()
        return [_item(dataset, index, made.get(index), look.told(dataset, index)) for index in indices]

    of = f"{dataset.about.name} {hash(chosen)} {per_page} {decided}"
    pages = Pages(of, len(ids), per_page, items, _turn_to, look.side, look.reveal)
    opened = paged_gallery(pages, number, dataset, key="gallery", focus=st.session_state[_FOCUS])
    if opened is not None:
        st.session_state[_OPEN] = opened
    address.note("page", [] if number == 1 else [str(number)])
    show_open(dataset, ids, look)
    address.write()


def show_open(dataset: Dataset, ids: np.ndarray, look: Look | None = None) -> None:
    """Show the open picture, if there is one, in its dialog.

    Args:
        dataset: whose picture it is.
        ids: the pictures that one can go on to from it, int64 `(m,)`.
        look: as for `show_pictures`.
    """
    look = look or Look()

    def moved(index: int) -> None:
        st.session_state[_OPEN] = index
        address.note("picture", [str(index)])
        address.write()

    def closed(index: int) -> None:
        st.session_state[_OPEN], st.session_state[_FOCUS] = None, index
        places = np.flatnonzero(ids == index)
        if len(places):
            st.session_state[_PAGE] = int(places[0]) // st.session_state[_PER] + 1

    index = st.session_state[_OPEN]
    if index is None or index >= len(dataset):
        address.note("picture", [])
        return
    address.note("picture", [str(index)])
    address.write()  # Before what may be waited for in the dialog.
    enlarge(dataset, index, among=ids, said=look.said, more=look.more, moved=moved, closed=closed)


def _left() -> dict[str, tuple[Hashable, int]]:
    """Return what the gallery last showed on each page of the app: which pictures, and which page of them."""
    left: dict[str, tuple[Hashable, int]] = st.session_state.setdefault(_LEFT, {})
    return left


def _turn_to(number: int) -> None:
    st.session_state[_PAGE] = number


def _item(dataset: Dataset, index: int, made: Decision | None, told: Told) -> Item:
    """Return a picture for the gallery, marked with what was decided on it."""
    names = dataset.about.class_names
    alt, mark = told.alt, ""
    if made is not None:
        mark = "✕" if made.decision == EXCLUDE else "?" if made.label is None else f"→ {names[made.label]}"
        alt += f", decided: {made.decision}" + ("" if made.label is None else f" to {names[made.label]}")
    dimmed = made is not None and made.decision == EXCLUDE
    return Item(index, alt, told.caption, picture_url(dataset, index), mark, dimmed)


def _index(texts: list[str]) -> int | None:
    text = texts[0] if texts else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
