"""Pages of images to click on."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from core.datasets.store import Dataset
from core.storage.memory_cache import bounded
from pages.components import script, style, taking
from pages.components.pixel_image import data_url

SIDE_PX = 76
_PHOTO_SIDE_PX = 112
_HTML = """<nav class='pager' aria-label='Pages of images' hidden>
<span class='range' aria-live='polite'></span>
<button type='button' class='before' aria-label='Previous page' title='Previous page (←, Page up)'>‹</button>
<input type='number' class='number' min='1' aria-label='Page'><span class='pages'></span>
<button type='button' class='after' aria-label='Next page' title='Next page (→, Page down)'>›</button>
</nav>
<div class='grid'></div>"""

_mount = st.components.v2.component(
    "pixelwise_gallery", html=_HTML, css=style("gallery/style.css"), js=script("gallery/script.js")
)


@dataclass(frozen=True)
class Item:
    """An image of the grid.

    Attributes:
        id: what a click sends back: the image's index in the dataset.
        alt: what it shows, in words.
        caption: a few characters beneath, in one or more lines; may be empty.
        url: the image.
        mark: a few characters on it, such as what was decided on it; may be empty.
        dimmed: whether it is shown faintly.
    """

    id: int
    alt: str
    caption: str
    url: str
    mark: str = ""
    dimmed: bool = False


@dataclass(frozen=True)
class Pages:
    """What the gallery turns through.

    Attributes:
        of: what distinguishes these images, as they look now, from others.
        images: how many there are on all pages, at least one.
        per_page: how many a page has.
        items: makes the images of a page, counted from 1.
        turn: called with the number of the page that is asked for, before the rerun.
        side: about how long the longer side of a small image is on the screen, in pixels.
        reveal: whether the browser scrolls to other images when they come out of sight.
    """

    of: str
    images: int
    per_page: int
    items: Callable[[int], Sequence[Item]]
    turn: Callable[[int], None]
    side: int = SIDE_PX
    reveal: bool = False

    @property
    def count(self) -> int:
        """How many pages there are."""
        return -(-self.images // self.per_page)


def gallery(
    items: Sequence[Item], dataset: Dataset, *, key: str, open_image: Callable[[int], None] | None = None
) -> int | None:
    """Show one page of images; return the id of the one that was clicked in this rerun.

    Args:
        items: what to show, in order.
        dataset: whose images they are: small ones are enlarged by a whole number, so that pixels stay square.
        key: the component's key.
        open_image: called with that id before the rerun.
    """
    pages = Pages(str(hash(tuple(items))), 1, 1, lambda _number: items, lambda _number: None)
    return paged_gallery(pages, 1, dataset, key=key, open_image=open_image)


def paged_gallery(
    pages: Pages,
    number: int,
    dataset: Dataset,
    *,
    key: str,
    focus: int | None = None,
    open_image: Callable[[int], None] | None = None,
) -> int | None:
    """Show a page of many, with what turns it; return the id of the image that was clicked in this rerun.

    The browser keeps pages and asks for those beside the shown one ahead; what it has is not sent again.

    Args:
        pages: what is turned through.
        number: the page to show, from 1.
        dataset: whose images they are.
        key: the component's key.
        focus: the id of the image that is given the focus, once.
        open_image: as for `gallery`.
    """
    request_key = f"{key}_request"

    def turned(request: dict[str, Any]) -> None:
        st.session_state[request_key] = request
        pages.turn(int(request["to"]))

    request: dict[str, Any] = st.session_state.get(request_key, {"turn": 0})
    # Only the run that answers a request may leave out what the browser has: a page drawn anew has nothing.
    has = set(request.pop("has", []))
    beside = {number + 1, number - 1} - has
    sent = {page for page in beside if 1 <= page <= pages.count} if number in has else {number}
    largest = max(dataset.about.size[:2])
    small = 0 < largest <= pages.side
    result = _mount(
        key=key,
        data={
            "of": pages.of,
            "number": number,
            "pages": pages.count,
            "perPage": pages.per_page,
            "total": pages.images,
            "turn": request["turn"],
            "side": largest * max(1, round(pages.side / largest)) if small else _PHOTO_SIDE_PX,
            "crisp": small,
            "focus": focus,
            "reveal": pages.reveal,
            "pictures": {str(page): [asdict(item) for item in pages.items(page)] for page in sorted(sent)},
        },
        on_opened_change=taking(key, "opened", lambda index: open_image and open_image(int(index))),
        on_turned_change=taking(key, "turned", turned),
    )
    opened = result.get("opened")
    return None if opened is None else int(opened)


# A page is drawn anew more often than it is turned.
@bounded(30_000_000, len)
def image_url(dataset: Dataset, index: int) -> str:
    """Return one image, small, as a data address."""
    return data_url(dataset.thumbnail(index))
