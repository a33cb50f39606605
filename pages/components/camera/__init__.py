"""The camera: images recorded while a button is held, or one after the other as each is answered."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.components import script, style, taking

# A button that is stuck, or leant on, ends a recording after so many.
MOST_RECORDED = 200
_HTML = """<div class='camera'><video autoplay playsinline muted aria-label='What the camera sees'></video>
<p class='problem' role='alert' hidden></p>
<button type='button' class='record' hidden>Hold to record</button>
<button type='button' class='again' hidden>Try again</button>
<p class='count' aria-live='polite'></p></div>"""

_mount = st.components.v2.component(
    "pixelwise_camera", html=_HTML, css=style("camera/style.css"), js=script("camera/script.js")
)


def recorder(*, take: Callable[[str, list[bytes]], None], key: str) -> None:
    """Show the camera with a button that records while it is held.

    Args:
        take: called before the rerun with what tells this recording from others, and images, JPEG.
        key: the component's key.
    """
    taken = f"{key}_taken"

    def came(sent: dict[str, Any]) -> None:
        st.session_state[taken] = [*st.session_state.get(taken, []), int(sent["number"])][-20:]
        take(str(sent["take"])[:40], _decoded(sent["frames"]))

    data = {"live": False, "taken": st.session_state.get(taken, []), "most": MOST_RECORDED}
    _mount(key=key, data=data, on_frames_change=taking(key, "frames", came))


def live_camera(answered: int, *, take: Callable[[int, bytes], None], key: str) -> None:
    """Show the camera, which sends an image each time that the one before is answered.

    Args:
        answered: the number of the image that was answered last; 0: none.
        take: called before the rerun with the number and the image, JPEG.
        key: the component's key.
    """

    def came(sent: dict[str, Any]) -> None:
        for frame in _decoded([sent["frame"]]):
            take(int(sent["number"]), frame)

    data = {"live": True, "answered": answered, "taken": [], "most": 0}
    _mount(key=key, data=data, on_frame_change=taking(key, "frame", came))


def _decoded(addresses: Sequence[Any]) -> list[bytes]:
    """Return the bytes of data addresses; what is none is left out."""
    found = []
    for each in addresses:
        try:
            found.append(base64.b64decode(str(each).partition("base64,")[2], validate=True))
        except binascii.Error:
            continue
    return [each for each in found if each]
