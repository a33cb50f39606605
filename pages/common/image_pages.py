"""Images of a dataset in pages of a gallery; a click opens one large."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core.datasets import decisions
from core.datasets.decisions import EXCLUDE, KEPT, UNSURE, Decision
from core.datasets.store import SPLITS, Dataset
from pages.common import address
from pages.common.address import Parameter
from pages.common.image_dialog import enlarge
from pages.common.single_choice import single_choice
from pages.components.gallery import SIDE_PX, Item, Pages, image_url, paged_gallery

_PER_PAGE = (24, 48, 96)
_PER = "gallery_per_page"
_LARGEST_INDEX = 10**9


@dataclass(frozen=True)
class Told:
    """What is said of an image in the gallery.

    Attributes:
        caption: a few characters beneath.
        alt: what it shows, in words.
    """

    caption: str
    alt: str


def _class_of(dataset: Dataset, index: int) -> Told:
    label = dataset.class_of(index)
    split = SPLITS[dataset.splits[index]]
    return Told(label, f"{label} image {index}" if split == label else f"{label}, {split} image {index}")


@dataclass(frozen=True)
class ImageDisplay:
    """How images are shown.

    Attributes:
        told: says what is told of an image by its index.
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


def parameters(dataset: Dataset | None) -> Iterator[Parameter]:
    """Yield the parameters of a gallery: images a page, the page, and the image that is open.

    Args:
        dataset: whose images they are; `None` where that is not known.
    """
    most = _LARGEST_INDEX if dataset is None else len(dataset) - 1
    yield Parameter("per", _PER, address.one_of({str(per): per for per in _PER_PAGE}), default=_PER_PAGE[-1])
    yield Parameter("page", _key("page"), address.number(_LARGEST_INDEX, 1), default=1)
    yield Parameter("picture", _key("open"), address.number(most), resumed=False)
    st.session_state.setdefault(_PER, _PER_PAGE[-1])


def choose_per_page() -> None:
    """Let the user choose how many images a page has."""
    single_choice(
        "Images a page",
        _PER_PAGE,
        key=_PER,
        first=_PER_PAGE[-1],
        on_change=_turn_to,
        args=(1,),
        persist_state="session",
    )


def take_up(dataset: Dataset, chosen: Hashable) -> None:
    """Begin at the first page with no image open, where others are shown than before and no link asks for these.

    Args:
        dataset: whose images are shown.
        chosen: what chose them.
    """
    shows, page_came, image_came = (dataset.about.name, chosen), *map(address.take_came, ("page", "picture"))
    st.session_state.setdefault(_key("page"), 1)
    st.session_state.setdefault(_key("open"), None)
    if st.session_state.get(_key("shows")) != shows:
        st.session_state[_key("shows")] = shows
        st.session_state[_key("focus")] = None
        if not page_came:
            st.session_state[_key("page")] = 1
        if not image_came:
            st.session_state[_key("open")] = None


def open_image(index: int) -> None:
    """Let `show_open` open an image."""
    st.session_state[_key("open")] = index


def show_images(dataset: Dataset, ids: np.ndarray, chosen: Hashable, look: ImageDisplay | None = None) -> None:
    """Show images in pages, and the open one large; the address holds both.

    Args:
        dataset: whose images they are.
        ids: their indices, int64 `(m,)`, at least one, in the order in which they are shown.
        chosen: as for `take_up`, which comes before.
        look: how they are shown; `None`: with their classes.
    """
    _show_page(dataset, ids, chosen, decisions.version(dataset), look or ImageDisplay())


@address.fragment
def _show_page(
    dataset: Dataset, ids: np.ndarray, chosen: Hashable, decided: tuple[int, int], look: ImageDisplay
) -> None:
    """Show one page. A fragment: turning it does not draw the filters again."""
    if decisions.version(dataset) != decided:
        st.rerun()  # Counts and filters show decisions too.
    per_page: int = st.session_state[_PER]
    number = st.session_state[_key("page")] = min(max(1, st.session_state[_key("page")]), -(-len(ids) // per_page))
    made = decisions.current(dataset)

    def items(page: int) -> list[Item]:
        indices = ids[(page - 1) * per_page : page * per_page].tolist()
        told = [look.told(dataset, index) for index in indices]
        # A caption that is the same beneath each image says nothing.
        same = len(told) > 1 and len({each.caption for each in told}) == 1
        return [
            _item(dataset, index, made.get(index), replace(each, caption="" if same else each.caption))
            for index, each in zip(indices, told, strict=True)
        ]

    of = f"{dataset.about.name} {hash(chosen)} {per_page} {decided}"
    pages = Pages(of, len(ids), per_page, items, _turn_to, look.side, look.reveal)
    focus = st.session_state[_key("focus")]
    paged_gallery(pages, number, dataset, key="gallery", focus=focus, open_image=open_image)
    show_open(dataset, ids, look)


def show_open(dataset: Dataset, ids: np.ndarray, look: ImageDisplay | None = None) -> None:
    """Show the open image, if there is one, in its dialog.

    Args:
        dataset: whose image it is.
        ids: the images that one can go on to from it, int64 `(m,)`.
        look: as for `show_images`.
    """
    look = look or ImageDisplay()

    def moved(index: int) -> None:
        st.session_state[_key("open")] = index
        address.write()

    def closed(index: int) -> None:
        st.session_state[_key("open")], st.session_state[_key("focus")] = None, index
        places = np.flatnonzero(ids == index)
        if len(places):
            st.session_state[_key("page")] = int(places[0]) // st.session_state[_PER] + 1

    index = st.session_state[_key("open")]
    if index is None or index >= len(dataset):
        st.session_state[_key("open")] = None
        return
    address.write()  # Before what may be waited for in the dialog.
    enlarge(dataset, index, among=ids, said=look.said, more=look.more, moved=moved, closed=closed, similar=True)


def _turn_to(number: int) -> None:
    st.session_state[_key("page")] = number


def _item(dataset: Dataset, index: int, made: Decision | None, told: Told) -> Item:
    """Return an image for the gallery, marked with what was decided on it."""
    names = dataset.about.class_names
    alt, mark = told.alt, ""
    if made is not None:
        mark = {EXCLUDE: "✕", UNSURE: "?", KEPT: "✓"}.get(made.decision, "")
        mark = mark if made.label is None else f"→ {names[made.label]}"
        alt += f", decided: {made.decision}" + ("" if made.label is None else f" to {names[made.label]}")
    dimmed = made is not None and made.decision == EXCLUDE
    return Item(index, alt, told.caption, image_url(dataset, index), mark, dimmed)


def _key(part: str) -> str:
    # Each page of the app has a gallery of its own.
    return f"gallery_{part}_{st.session_state['page']}"
