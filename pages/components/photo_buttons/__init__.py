"""A few photos to click on, one of them chosen."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from pages.components import script, style, taking

_mount = st.components.v2.component(
    "pixelwise_photo_buttons",
    html="<div class='photos' role='group' aria-label='Example photos'></div>",
    css=style("photo_buttons/style.css"),
    js=script("photo_buttons/script.js"),
)


@dataclass(frozen=True)
class PhotoButton:
    """A photo.

    Attributes:
        id: what a click sends.
        url: the photo, small.
        title: what it shows.
    """

    id: str
    url: str
    title: str


def photo_buttons(photos: Sequence[PhotoButton], chosen: str, *, take: Callable[[str], None], key: str) -> None:
    """Show photos beside each other.

    Args:
        photos: in their order.
        chosen: the id of the one that is marked; may be none of them.
        take: called with the id of the one that was clicked, before the rerun.
        key: the component's key.
    """
    data = {"photos": [asdict(each) for each in photos], "chosen": chosen}
    _mount(key=key, data=data, on_clicked_change=taking(key, "clicked", take))
