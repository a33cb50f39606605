"""Small images in a box that scrolls, each with a button that takes it away."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from pages.components import script, style, taking

_mount = st.components.v2.component(
    "pixelwise_image_strip",
    html="<div class='strip'></div>",
    css=style("image_strip/style.css"),
    js=script("image_strip/script.js"),
)


@dataclass(frozen=True)
class StripImage:
    """An image.

    Attributes:
        id: what is sent when it is taken away.
        url: the image, small.
        alt: what it is.
        marked: whether a frame says that something is the matter.
    """

    id: str
    url: str
    alt: str
    marked: bool = False


def image_strip(images: Sequence[StripImage], *, remove: Callable[[str], None], key: str) -> None:
    """Show images.

    Args:
        images: in their order.
        remove: called with the id of one that is to go, before the rerun.
        key: the component's key.
    """
    _mount(
        key=key, data={"images": [asdict(each) for each in images]}, on_removed_change=taking(key, "removed", remove)
    )
