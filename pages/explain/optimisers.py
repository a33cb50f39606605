"""Optimisers: a race on textbook surfaces, and on a slice of the run's own loss."""

import math
from collections.abc import Iterator

import streamlit as st

from core.lessons.optimiser_steps import KINDS, SURFACES, Rates, code
from pages.common.address import AddressError, Parameter, fragment, one_of
from pages.components.optimiser_race import Ground, Racing, optimiser_race
from pages.explain.view import Subject, View

_SURFACE, _START, _RATES, _RACERS = "race_surface", "race_start", "race_rates", "race_racers"
# The one on which they differ most.
_FIRST = "ravine"
_USUAL = (0.05, 0.9, 0.999, 1e-7)
_FARTHEST = 1e6


def _show(_subject: Subject | None) -> None:
    st.session_state.setdefault(_SURFACE, _FIRST)
    name = str(
        st.segmented_control(
            "Surface",
            list(SURFACES),
            format_func=lambda each: SURFACES[each].title,
            key=_SURFACE,
            required=True,
            persist_state="session",
            on_change=lambda: st.session_state.update({_START: None}),
        )
    )
    surface = SURFACES[name]
    ground = Ground(name, f"{surface.said} Loss: {surface.formula}.", surface.middle, surface.reach, surface.start)
    _race(ground)


def _race(ground: Ground) -> None:
    """Show a race on a ground, and the optimisers as Keras."""

    @fragment
    def live() -> None:
        state = st.session_state
        chosen = Racing(state.get(_START), state.setdefault(_RATES, _USUAL), state.setdefault(_RACERS, KINDS))
        optimiser_race(ground, chosen, _USUAL, take=_keep, key=f"race_{ground.name}")
        with st.expander("As Keras"):
            st.code(code(Rates(*chosen.rates)), language="python")

    live()


def _keep(chosen: Racing) -> None:
    st.session_state.update({_START: chosen.start, _RATES: chosen.rates, _RACERS: chosen.racers})


def _numbers(texts: list[str], count: int) -> tuple[float, ...]:
    try:
        found = tuple(float(each) for each in texts[0].split(","))
    except ValueError:
        found = ()
    if len(found) != count or not all(math.isfinite(each) and abs(each) < _FARTHEST for each in found):
        raise AddressError(f"“{texts[0][:40]}” is not {count} numbers.")
    return found


def _read_rates(texts: list[str]) -> tuple[float, ...]:
    rate, first, second, epsilon = _numbers(texts, len(_USUAL))
    if not (0 < rate <= 10 and 0 <= first < 1 and 0 <= second < 1 and 0 < epsilon <= 1):
        raise AddressError("they are a learning rate up to 10, β₁ and β₂ below 1, and ε up to 1.")
    return rate, first, second, epsilon


def _read_racers(texts: list[str]) -> tuple[str, ...]:
    named = texts[0].split(",")
    if not set(named) <= {*KINDS, "none"}:
        raise AddressError(f"“{texts[0][:40]}” is none of {', '.join(KINDS)}.")
    return tuple(kind for kind in KINDS if kind in named)


def _written(numbers: tuple[float, ...]) -> list[str]:
    return [",".join(f"{each:.4g}" for each in numbers)]


def _parameters() -> Iterator[Parameter]:
    yield Parameter("surface", _SURFACE, one_of(list(SURFACES)), default=_FIRST)
    yield Parameter("start", _START, lambda texts: _numbers(texts, 2), _written)
    yield Parameter("rates", _RATES, _read_rates, _written, default=_USUAL)
    yield Parameter("racers", _RACERS, _read_racers, lambda racers: [",".join(racers) or "none"], default=KINDS)


VIEW = View(
    "optimisers",
    "Optimizers",
    "Click to drop the start: six optimizers roll from there, each by its own rule. Drag the learning rate until the "
    "first one is thrown out.",
    _show,
    _parameters,
    asks_image=False,
)
