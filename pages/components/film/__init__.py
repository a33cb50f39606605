"""Images that change from frame to frame: a slider and a button lead through them, in the browser alone."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.images import contact_sheet
from pages.components import script, style, taking

_mount = st.components.v2.component(
    "pixelwise_film",
    html=(
        "<div class='film'><div class='names'></div><canvas role='img' aria-label='Samples'></canvas><div class='bar'>"
        "<button type='button'></button><input type='range' min='0'><output></output></div></div>"
    ),
    css=style("film/style.css"),
    js=script("film/script.js"),
)


@dataclass(frozen=True, eq=False)
class Film:
    """Frames of images that stand in columns.

    Attributes:
        of: what it shows: another text begins anew.
        frames: uint8 `(frames, n, height, width, 1 or 3)`; n is a multiple of the columns' number.
        columns: what stands above each column; empty texts: nothing.
        label: what the slider goes through, such as `Epoch`.
        said: what is said of each frame, beside the slider.
        alt: what there is to see, in words; a frame's text follows it.
        side: of an image on the page, in CSS pixels, at most.
    """

    of: str
    frames: np.ndarray
    columns: Sequence[str]
    label: str
    said: Sequence[str]
    alt: str
    side: int


def film(shown: Film, *, at: int, take: Callable[[int], None], plays: bool = True, key: str) -> None:
    """Show a film; it plays once by itself as it is opened, unless less movement is wanted.

    Args:
        shown: what.
        at: the frame that is shown where it does not play; −1: the last one, also of those that come.
        take: called with the place of the frame at which a drag, or the film, ended; −1 for the last one.
        plays: whether it plays by itself.
        key: the component's key.
    """
    count, images, height, width, channels = shown.frames.shape
    columns = len(shown.columns)
    rows = images // columns
    # The rows of a frame beneath each other, its columns side by side: column after column is how the images come.
    grids = shown.frames.reshape(count, columns, rows, height, width, channels).transpose(0, 2, 3, 1, 4, 5)
    header = {
        "of": shown.of,
        "rows": rows,
        "width": width,
        "height": height,
        "pitch": contact_sheet.pitch(rows * height),
        "columns": list(shown.columns),
        "label": shown.label,
        "said": list(shown.said),
        "alt": shown.alt,
        "side": shown.side,
        "at": at,
        "plays": plays,
    }
    head = json.dumps(header).encode()
    sheet = contact_sheet.encoded(grids.reshape(count, rows * height, columns * width, channels))
    _mount(
        key=key,
        data=len(head).to_bytes(4, "little") + head + sheet,
        on_at_change=taking(key, "at", lambda sent: take(_place(sent, count))),
    )


def _place(sent: object, count: int) -> int:
    """Return the frame that the browser sent, −1 for the last one."""
    if not isinstance(sent, int | float) or not 0 <= sent < count - 1:
        return -1
    return int(sent)
