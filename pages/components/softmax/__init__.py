"""Logits to drag, the probabilities that softmax makes of them, and what the label then costs."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from core.lessons.cross_entropy import BatchLosses
from pages.components import script, style, taking

LARGEST_LOGIT = 20.0
LARGEST_SMOOTHING = 0.5

_HTML = """<div class='lesson'>
<div class='classes'>
<div class='rows' role='group' aria-label='Logits and probabilities'></div>
<div class='tools'>
<button type='button' class='own'>Back to the image</button>
<button type='button' class='alike'>All alike</button>
<label class='smooth'>Label smoothing <input type='range' min='0' max='0.5' step='0.01'><output></output></label>
</div>
</div>
<div class='costs'><canvas class='curve' role='img'
aria-label='The loss'></canvas><p class='cost'></p><p class='why'></p>
<p class='smoothing'></p></div>
</div>"""

_mount = st.components.v2.component(
    "pixelwise_softmax", html=_HTML, css=style("softmax/style.css"), js=script("softmax/script.js")
)


@dataclass(frozen=True)
class Rest:
    """The classes that have no logit to drag: how many, ln Σ exp of their logits, and the sum of these."""

    count: int = 0
    log_sum: float | None = None
    sum: float = 0.0


@dataclass(frozen=True)
class Chosen:
    """What is dragged: a logit a class, or `None` for the image's own; the place of the true class; the smoothing."""

    logits: list[float] | None
    label: int
    smoothing: float


def softmax_lesson(
    names: list[str],
    own: list[float],
    chosen: Chosen,
    *,
    rest: Rest,
    batch: BatchLosses | None,
    take: Callable[[Chosen], None],
    key: str,
) -> None:
    """Show logits to drag.

    Args:
        names: of the classes that are shown.
        own: the logits that the network gave the image.
        chosen: what is shown now.
        rest: the other classes.
        batch: what other images cost.
        take: called with what the user made of it, before the rerun, when a drag ends.
        key: the component's key, of this image only.
    """

    def settled(sent: dict[str, Any]) -> None:
        logits = sent["logits"]
        kept = None if logits is None else [min(max(float(each), -LARGEST_LOGIT), LARGEST_LOGIT) for each in logits]
        smoothing = min(max(float(sent["smoothing"]), 0.0), LARGEST_SMOOTHING)
        take(Chosen(kept, min(max(int(sent["label"]), 0), len(names) - 1), smoothing))

    _mount(
        key=key,
        data={
            "names": names,
            "own": own,
            "chosen": asdict(chosen),
            "rest": asdict(rest),
            "batch": None if batch is None else asdict(batch),
        },
        on_settled_change=taking(key, "settled", settled),
    )
