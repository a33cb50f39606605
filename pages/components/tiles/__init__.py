"""Images of one size side by side, which change many times a second."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.images import contact_sheet
from pages.components import script, style

_mount = st.components.v2.component(
    "pixelwise_tiles",
    html="<div class='tiles' tabindex='0'></div>",
    css=style("tiles/style.css"),
    js=script("tiles/script.js"),
)


@dataclass(frozen=True)
class Label:
    """What is said of an image.

    Attributes:
        alt: what it shows, in words.
        caption: shown beneath; may be empty.
        tip: shown over it while it is pointed at or touched; may be empty.
        marked: whether a line at its side sets it apart.
    """

    alt: str
    caption: str = ""
    tip: str = ""
    marked: bool = False


def tiles(images: np.ndarray, labels: Sequence[Label], *, side: int, columns: int = 0, of: str = "", key: str) -> None:
    """Show images, each with its label.

    Args:
        images: uint8 `(n, height, width, 1 or 3)`.
        labels: as many.
        side: the longer side of each on the page in CSS pixels; pixels that are enlarged stay square.
        columns: how many beside each other where there is room for them, made smaller; 0: as many as fit in.
        of: what the images were made of; the element has it as `data-of` once they are drawn.
        key: the component's key: an element stays from rerun to rerun, and only its image changes.
    """
    _, height, width, _ = images.shape
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
    # One message with one image, its bytes as they are: base64 would be a third longer, and a browser takes longer
    # over twelve small images than over one.
    _mount(key=key, data=len(header).to_bytes(4, "little") + header + contact_sheet.encoded(images))
