"""Photos with their answers as a list to choose from."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from pages.components import script, style

_mount = st.components.v2.component(
    "pixelwise_answers_list",
    html="<div class='list' role='listbox' aria-label='Photos and their answers'></div>",
    css=style("answers_list/style.css"),
    js=script("answers_list/script.js"),
)


@dataclass(frozen=True)
class PhotoRow:
    """A photo of the list.

    Attributes:
        id: what a click sends back.
        url: the photo, small.
        name: its file's name.
        answer: in words.
        confidence: how sure that is, 0–1: the length of the bar.
        decision: what follows, in words.
        asked: whether a person is to be asked.
        truth: what the user said of the answer; may be empty.
    """

    id: int
    url: str
    name: str
    answer: str
    confidence: float
    decision: str
    asked: bool
    truth: str


def answers_list(rows: Sequence[PhotoRow], opened: int, *, key: str) -> int | None:
    """Show the list; return the id of the row that was clicked in this rerun.

    Args:
        rows: what is listed, in order.
        opened: the id of the row that is marked as open.
        key: the component's key.
    """
    data = {"rows": [asdict(row) for row in rows], "opened": opened}
    clicked = _mount(key=key, data=data, on_opened_change=lambda: None).get("opened")
    return None if clicked is None else int(clicked)
