"""Classes with their probabilities as bars that move."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from pages.components import script, style

_mount = st.components.v2.component(
    "pixelwise_score_bars",
    html="<div class='said' aria-live='polite'><span class='words'></span><span class='forced'></span></div>"
    "<div class='bars'></div>",
    css=style("score_bars/style.css"),
    js=script("score_bars/script.js"),
)


@dataclass(frozen=True)
class Bar:
    """A class: its name, its probability 0–1, and its colour as CSS writes it."""

    name: str
    share: float
    colour: str


def score_bars(said: str, bars: Sequence[Bar], *, sure: bool = True, key: str) -> None:
    """Show bars beneath what is answered.

    Args:
        said: the answer, in words.
        bars: one a class.
        sure: whether one of the classes is answered; else the bars are faint: if forced to choose.
        key: the component's key: an element stays from rerun to rerun, and its bars move.
    """
    _mount(key=key, data={"said": said, "sure": sure, "bars": [asdict(bar) for bar in bars]})
