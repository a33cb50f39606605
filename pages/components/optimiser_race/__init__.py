"""A race of optimisers on a surface of two weights, from a start that is dropped by a click."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from pages.components import script, style, taking

_HTML = """<div class='race'>
<div class='field'><canvas class='ground'></canvas><canvas class='paths' role='img' tabindex='0'
aria-label='The surface'></canvas></div>
<div class='side'>
<p class='hard'></p>
<div class='racers' role='group' aria-label='Optimizers'></div>
<div class='rates'></div>
<div class='tools'><button type='button' class='again'>Race again</button>
<button type='button' class='usual'>Usual rates</button></div>
</div>
</div>"""

_mount = st.components.v2.component(
    "pixelwise_optimiser_race", html=_HTML, css=style("optimiser_race/style.css"), js=script("optimiser_race/script.js")
)


Rates = tuple[float, float, float, float]
# Of the learning rate, β₁, β₂ and ε.
_LIMITS = ((1e-6, 10.0), (0.0, 0.999), (0.0, 0.9999), (1e-10, 1.0))


@dataclass(frozen=True)
class Ground:
    """A surface as it is shown.

    Attributes:
        name: of one of `core.lessons.optimiser_steps.SURFACES`, or `slice`, which `values` tell.
        said: about it, in a sentence.
        middle: of the part that is shown, and `reach`: how far that goes to each side.
        reach: see above.
        start: where a race usually begins.
        values: of a slice, `(side, side)` losses row by row, from the lowest to the highest weights.
        side: how many a row.
        trail: where a training went, and `stops`: what each of those places is called.
        stops: see above.
    """

    name: str
    said: str
    middle: tuple[float, float]
    reach: float
    start: tuple[float, float]
    values: Sequence[float] = ()
    side: int = 0
    trail: Sequence[tuple[float, float]] = ()
    stops: Sequence[str] = ()


@dataclass(frozen=True)
class Racing:
    """What is chosen: the start, `None` for the usual one; the four exponents and shares; who races.

    Attributes:
        start: two weights.
        rates: learning rate, β₁, β₂ and ε.
        racers: some of `core.lessons.optimiser_steps.KINDS`.
    """

    start: tuple[float, float] | None
    rates: Rates
    racers: tuple[str, ...]


def optimiser_race(ground: Ground, chosen: Racing, usual: Rates, *, take: Callable[[Racing], None], key: str) -> None:
    """Show a race.

    Args:
        ground: where it is.
        chosen: what is chosen now.
        usual: the rates that a button goes back to.
        take: called with what the user chose, before the rerun, when a drag ends.
        key: the component's key, of this ground only.
    """

    def settled(sent: dict[str, Any]) -> None:
        rates = [min(max(float(rate), low), high) for rate, (low, high) in zip(sent["rates"], _LIMITS, strict=True)]
        start = sent["start"] and tuple(
            min(max(float(at), middle - ground.reach), middle + ground.reach)
            for at, middle in zip(sent["start"], ground.middle, strict=True)
        )
        take(Racing(start or None, (rates[0], rates[1], rates[2], rates[3]), tuple(sent["racers"])))

    _mount(
        key=key,
        data={"ground": asdict(ground), "chosen": asdict(chosen), "usual": usual},
        on_settled_change=taking(key, "settled", settled),
    )
