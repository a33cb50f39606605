"""The way from one noise to another, and what a network makes of it."""

from collections.abc import Iterator

import numpy as np
import streamlit as st

from core.prediction import samples
from core.runs import Run
from pages.common.address import AddressError, Parameter, fragment, number
from pages.common.messages import show_errors
from pages.components.film import Film, film

_CLASS, _ENDS, _PLACE = "walk_class", "walk_ends", "walk_place"
_FRAMES = 33
_SIDE_PX, _FORMING_PX = 300, 150
_MOST_SEED = 9999


def parameters() -> Iterator[Parameter]:
    """Yield what of the walk stands in the address."""
    yield Parameter("wanted", _CLASS, number(9999), default=0)
    yield Parameter("ends", _ENDS, _read_ends, lambda ends: [f"{ends[0]},{ends[1]}"], default=(1, 2))
    yield Parameter("step", _PLACE, number(_FRAMES - 1), default=0)


def _read_ends(texts: list[str]) -> tuple[int, int]:
    first, comma, last = texts[0].partition(",")
    if not comma:
        raise AddressError(f"“{texts[0][:40]}” is not two numbers with a comma between them.")
    return number(_MOST_SEED)([first]), number(_MOST_SEED)([last])


def show(run: Run) -> None:
    """Let the user choose a class and two noises, and go from one to the other."""
    if not samples.can_sample(run):
        st.info("The network is kept when the training ends; then you can walk between its samples.")
        return
    _walk(run)


@fragment
def _walk(run: Run) -> None:
    with show_errors():
        _draw(run)


def _draw(run: Run) -> None:
    names = run.about.class_names
    chosen = st.session_state.setdefault(_CLASS, 0)
    if chosen >= len(names):
        st.session_state[_CLASS] = 0
    first, last = st.session_state.setdefault(_ENDS, (1, 2))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        label = st.selectbox(
            "Class",
            range(len(names)),
            key=_CLASS,
            format_func=lambda each: names[each],
            width=140,
            persist_state="session",
        )
        st.button("Another end", key="walk_on", icon=":material/casino:", on_click=_go_on, help="Walk on from here.")
    with st.spinner("The network draws…", show_time=False):
        made, stages = _made(run, f"{run.folder} {samples.version(run)}", first, last, label)
    left, right = st.columns([2, 3], gap="medium")

    def take(place: int) -> None:
        st.session_state[_PLACE] = _FRAMES - 1 if place < 0 else place

    with left:
        at = min(st.session_state.get(_PLACE, 0), _FRAMES - 1)
        shown = Film(
            f"{run.name} {first} {last} {label}",
            made[:, np.newaxis],
            [""],
            "Way from one noise to the other",
            [f"{place / (_FRAMES - 1):.0%}" for place in range(_FRAMES)],
            f"{names[label]} on the way from noise {first} to noise {last}:",
            _SIDE_PX,
        )
        film(shown, at=at, take=take, key="walk_film")
    with right:
        if len(stages) > 1:
            _forming(f"{run.name} {last} {label}", stages, f"{names[label]} forms out of noise {last}:")
        st.markdown(
            "Each image is made of a point of noise. Between two points lie others, and the network makes an image of "
            "each: a good one changes smoothly and shows the class all the way. A network that had only memorized its "
            "training images would jump from one to the next."
        )
        st.caption(
            "The way is an arc, not a straight line: in many dimensions noise lies close to a sphere (spherical "
            "interpolation)."
        )


def _forming(of: str, stages: np.ndarray, alt: str) -> None:
    """Show how the last image of the walk forms out of its noise, step by step."""
    said = [f"step {step} of {len(stages) - 1}" for step in range(len(stages))]
    shown = Film(of, stages[:, np.newaxis], [""], "Way from noise to image", said, alt, _FORMING_PX)
    film(shown, at=-1, take=lambda _place: None, key="walk_forming")
    st.caption("How the image at the end of the walk forms out of its noise, step by step.")


def _go_on() -> None:
    _, last = st.session_state[_ENDS]
    st.session_state.update({_ENDS: (last, (last + 1) % (_MOST_SEED + 1)), _PLACE: 0})


@st.cache_resource(max_entries=16, show_spinner=False)
def _made(_run: Run, of: str, first: int, last: int, label: int) -> tuple[np.ndarray, np.ndarray]:  # noqa: ARG001
    """Return the samples on the way, and how the last one forms; kept while the run's network stays what it is."""
    way, forming = samples.walked(_run, first, last, label, _FRAMES), samples.forming(_run, last, label)
    return way.wait(), forming.wait()
