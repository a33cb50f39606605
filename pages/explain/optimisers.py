"""Optimisers: a race on textbook surfaces, and on a slice of the run's own loss."""

import math
from collections.abc import Iterator, Sequence

import streamlit as st

from core import runs
from core.evaluation import loss_slice
from core.evaluation.loss_slice import LossSlice
from core.lessons.optimiser_steps import KINDS, SURFACES, Rates, code
from core.runs import Run
from pages.common.address import AddressError, Parameter, fragment, one_of
from pages.common.job_progress import offer_job
from pages.common.pickers import choose_run, run_parameter, train_first
from pages.common.single_choice import single_choice
from pages.components.optimiser_race import Ground, Racing, optimiser_race
from pages.explain import moments
from pages.explain.keras_code import as_keras
from pages.explain.view import Subject, View

SLICE, MOMENTS = "slice", "moments"
_OF_RUN = {SLICE: "Your run's loss", MOMENTS: "Adam's moments"}
_RUN = "run_raced"
_SURFACE, _START, _RATES, _RACERS = "race_surface", "race_start", "race_rates", "race_racers"
# The one on which they differ most.
_FIRST = "ravine"
_USUAL = (0.05, 0.9, 0.999, 1e-7)
_FARTHEST = 1e6


def _show(_subject: Subject | None) -> None:
    with st.container(horizontal=True):
        name = single_choice(
            "Surface",
            [*SURFACES, *_OF_RUN],
            key=_SURFACE,
            first=_FIRST,
            format_func=lambda each: _OF_RUN[each] if each in _OF_RUN else SURFACES[each].title,
            persist_state="session",
            on_change=lambda: st.session_state.update({_START: None}),
            width="content",
        )
        run = _choose_run() if name in _OF_RUN else None
    if name in _OF_RUN:
        _show_of_run(name, run)
        return
    surface = SURFACES[name]
    _race(Ground(name, f"{surface.said} Loss: {surface.formula}.", surface.middle, surface.reach, surface.start))


def _look() -> str:
    if st.session_state.get(_SURFACE) == MOMENTS:
        return (
            "Adam keeps two averages for each weight: of its gradients, and of their squares. Drag the weight, the "
            "step and the two β, and see what is added to the weight."
        )
    return (
        "Click to drop the start: six optimizers roll from there, each by its own rule. Drag the learning rate until "
        "the first one is thrown out."
    )


def _choose_run() -> Run | None:
    able = _able()
    if not able:
        return None
    with st.container(width=360):
        return choose_run(able, key=_RUN)


def _show_of_run(name: str, run: Run | None) -> None:
    """Show a race on a slice of a run's own loss, or Adam's moments in it."""
    if run is None:
        train_first("No network of your own yet: the shipped one is too large for this. The digits train in a minute.")
    elif name == MOMENTS:
        moments.show(run)
    else:
        _show_slice(run)


def _show_slice(run: Run) -> None:
    """Show a race on a slice of a run's own loss, or offer to measure it."""
    found = loss_slice.load(run)
    if found is None:
        offer_job(
            loss_slice.JOB,
            run,
            "The slice of the loss",
            cost=f"The network is asked at {loss_slice.SIDE**2} places among its weights, each time about up to "
            f"{loss_slice.MOST_IMAGES} images: seconds for the digits, minutes for larger ones. It is kept with the "
            "run.",
            label="Measure the loss",
            icon=":material/landscape:",
            key="measure_slice",
        )
        return
    stops = [f"epoch {epoch}" if epoch >= 0 else "final" for epoch in found.epochs.tolist()]
    trail = [(float(x), float(y)) for x, y in found.trail]
    ground = Ground(
        SLICE,
        _said(found),
        (0, 0),
        1,
        trail[0] if len(trail) > 1 else (-0.7, 0.7),
        [float(f"{each:.5g}") for each in found.losses.ravel()],
        len(found.losses),
        trail,
        stops,
    )
    _race(ground, of=run.name)
    st.caption(
        "On the slice an optimizer has two weights to change; the run had all of them. What Adam's two moments of one "
        "of those were along the run is shown beside it, by “Adam's moments”."
    )


def _said(found: LossSlice) -> str:
    measured = f"The mean loss of {found.images:,} validation images"
    if len(found.trail) > 1:
        return (
            f"{measured}, along the two directions in which this run's weights moved most. The dashed line is the way "
            "that it took, from epoch to epoch."
        )
    return (
        f"{measured}, along two random directions about the final weights, in the middle: this run kept no earlier "
        "epochs to tell its own way."
    )


def _able() -> list[Run]:
    """Return the user's own runs that have a network; nothing is written into those that come along."""
    shipped = {run.name for run in runs.shipped()}
    return [run for run in runs.with_model() if run.name not in shipped]


def _race(ground: Ground, of: str = "") -> None:
    """Show a race on a ground, and the optimisers as Keras."""

    @fragment
    def live() -> None:
        state = st.session_state
        chosen = Racing(state.get(_START), state.setdefault(_RATES, _USUAL), state.setdefault(_RACERS, KINDS))
        optimiser_race(ground, chosen, _USUAL, take=_keep, key=f"race_{ground.name}{of}")
        as_keras(code(Rates(*chosen.rates)))

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


def _parameters() -> Iterator[Parameter | Sequence[Parameter]]:
    yield Parameter("surface", _SURFACE, one_of([*SURFACES, *_OF_RUN]), default=_FIRST)
    if st.session_state.get(_SURFACE) in _OF_RUN and (able := _able()):
        yield from run_parameter(able, key=_RUN)
    if st.session_state.get(_SURFACE) == MOMENTS:
        yield from moments.parameters()
        return
    yield Parameter("start", _START, lambda texts: _numbers(texts, 2), _written)
    yield Parameter("rates", _RATES, _read_rates, _written, default=_USUAL)
    yield Parameter("racers", _RACERS, _read_racers, lambda racers: [",".join(racers) or "none"], default=KINDS)


VIEW = View(
    "optimisers",
    "Optimizers",
    _look,
    _show,
    _parameters,
    asks_image=False,
)
