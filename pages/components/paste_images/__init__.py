"""Images pasted anywhere on the page, as from a screenshot or another window."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.components import script, style, taking

_mount = st.components.v2.component(
    "pixelwise_paste_images",
    html="<p class='paste'>Or paste an image: Ctrl+V</p>",
    css=style("paste_images/style.css"),
    js=script("paste_images/script.js"),
)


def paste_images(*, take: Callable[[bytes], None], key: str) -> None:
    """Take images that are pasted while the page has the focus.

    Args:
        take: called with the bytes of one, of any kind, before the rerun.
        key: the component's key.
    """

    def came(sent: dict[str, Any]) -> None:
        try:
            take(base64.b64decode(str(sent["data"]).partition("base64,")[2], validate=True))
        except binascii.Error:
            take(b"")

    _mount(key=key, data=None, on_pasted_change=taking(key, "pasted", came))
