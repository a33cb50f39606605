"""A grid of pictures to click on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache

import streamlit as st

from core.datasets.store import Dataset
from pages.shared.components import source
from pages.shared.components.crisp import data_url

_SIDE_PX = 76
_PHOTO_SIDE_PX = 112

_mount = st.components.v2.component(
    "pixelwise_gallery", html="<div class='grid'></div>", css=source("gallery.css"), js=source("gallery.js")
)


@dataclass(frozen=True)
class Item:
    """A picture of the grid.

    Attributes:
        id: what a click sends back: the picture's index in the data set.
        alt: what it shows, in words.
        caption: a few characters beneath; may be empty.
        url: the picture.
    """

    id: int
    alt: str
    caption: str
    url: str


def gallery(items: Sequence[Item], dataset: Dataset, *, key: str) -> int | None:
    """Show pictures; return the id of the one that was clicked in this rerun.

    Args:
        items: what to show, in order.
        dataset: whose pictures they are: small ones are enlarged by a whole number, so that pixels stay square.
        key: the component's key.
    """
    largest = max(dataset.about.size[:2])
    side = largest * max(1, round(_SIDE_PX / largest)) if 0 < largest <= _SIDE_PX else _PHOTO_SIDE_PX
    result = _mount(
        key=key,
        data={"items": [asdict(item) for item in items], "side": side},
        on_opened_change=lambda: None,
    )
    opened = result.get("opened")
    return None if opened is None else int(opened)


@lru_cache(maxsize=8192)
def picture_url(dataset: Dataset, index: int) -> str:
    """Return one picture as a data address."""
    return data_url(dataset.thumbnail(index))
