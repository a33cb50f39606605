"""Pictures of one size side by side, which change many times a second."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core import contact_sheet
from pages.shared.components import source

_mount = st.components.v2.component(
    "pixelwise_tiles", html="<div class='tiles'></div>", css=source("tiles.css"), js=source("tiles.js")
)


@dataclass(frozen=True)
class Label:
    """What is said of a picture.

    Attributes:
        alt: what it shows, in words.
        caption: shown beneath; may be empty.
        marked: whether a line at its side sets it apart.
    """

    alt: str
    caption: str = ""
    marked: bool = False


def tiles(
    pictures: np.ndarray, labels: Sequence[Label], *, side: int, columns: int = 0, of: str = "", key: str
) -> None:
    """Show pictures, each with its label.

    Args:
        pictures: uint8 `(n, height, width, 1 or 3)`.
        labels: as many.
        side: the longer side of each on the page in CSS pixels; pixels that are enlarged stay square.
        columns: how many beside each other where there is room for them, made smaller; 0: as many as fit in.
        of: what the pictures were made of; the element has it as `data-of` once they are drawn.
        key: the component's key: an element stays from rerun to rerun, and only its picture changes.
    """
    _, height, width, _ = pictures.shape
    header = json.dumps(
        {
            "width": width,
            "height": height,
            "pitch": contact_sheet.pitch(height),
            "side": side,
            "columns": columns,
            "of": of,
            "labels": [vars(label) for label in labels],
        }
    ).encode()
    # One message with one picture, its bytes as they are: base64 would be a third longer, and a browser takes longer
    # over twelve small pictures than over one.
    _mount(key=key, data=len(header).to_bytes(4, "little") + header + contact_sheet.encoded(pictures))
