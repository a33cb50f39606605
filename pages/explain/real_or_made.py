"""A guessing game: which of two images was made by a network?"""

from collections.abc import Iterator

import numpy as np
import streamlit as st

from core import runs
from core.generation import sheets
from core.generation.quiz import Round, rounds, verdict
from core.runs import Run
from core.storage.checked import DamagedError
from core.training.data import prepared_images
from core.training.parts import parts
from pages.common.address import Parameter, fragment, number
from pages.common.messages import escape_markdown
from pages.components.tiles import Label, tiles

_SEED, _ANSWERS = "game_number", "game_answers"
_SIDE_PX = 220
_MOST_SEED = 9999


def parameters() -> Iterator[Parameter]:
    """Yield what of the game stands in the address."""
    yield Parameter("game", _SEED, number(_MOST_SEED), default=0)


def show(run: Run) -> None:
    """Let the user guess."""
    made = sheets.epochs(run.folder)
    if not made or made[-1] == 0:
        st.info("The game begins when there are samples of a trained network: after the first epoch.")
        return
    try:
        images, labels = sheets.read(run.folder, made[-1])
    except DamagedError as error:
        st.error(escape_markdown(f"{error}. Train the run again to play."), icon=":material/error:")
        return
    dataset = runs.dataset_of(run)
    prepared = prepared_images(dataset, run.recipe.steps)
    # Images that the network has never seen, where there are any.
    divided = parts(dataset, run.recipe.split, run.decided)
    ids = divided.validation if len(divided.validation) else divided.train
    if prepared.shape[1:] != images.shape[1:]:
        st.error("The samples have another size than the dataset's images. Train the run again to play.")
        return
    _play(run, images, labels, prepared, ids, divided.labels[ids])


@fragment
def _play(
    run: Run, images: np.ndarray, labels: np.ndarray, prepared: np.ndarray, ids: np.ndarray, real: np.ndarray
) -> None:
    seed = st.session_state.setdefault(_SEED, 0)
    game = f"{run.name} {seed}"
    kept = st.session_state.get(_ANSWERS)
    if kept is None or kept[0] != game:
        kept = st.session_state[_ANSWERS] = (game, [])
    answers: list[bool] = kept[1]
    pairs = rounds(labels, real, seed)
    names = run.about.class_names
    left, right = st.columns([3, 2], gap="medium")
    with right:
        st.metric("Score", f"{sum(answers)} of {len(answers)}")
        if answers:
            before = pairs[len(answers) - 1]
            side = "left" if before.made_first else "right"
            judged = "Right" if answers[-1] else "Wrong"
            st.markdown(f"**{judged}:** the {side} {escape_markdown(names[before.label])} was made.")
            st.markdown(verdict(answers))
        st.button("New game", key="game_again", icon=":material/replay:", on_click=_again)
    with left:
        if len(answers) >= len(pairs):
            st.success("You have seen all pairs.")
            return
        _ask(pairs[len(answers)], images, prepared[ids[pairs[len(answers)].real]], names, answers)


def _ask(pair: Round, images: np.ndarray, real: np.ndarray, names: tuple[str, ...], answers: list[bool]) -> None:
    st.markdown(f"One {escape_markdown(names[pair.label])} is real, one was made. **Which one was made?**")
    made = images[pair.sample]
    both = np.stack([made, real] if pair.made_first else [real, made])
    tiles(both, [Label("The left image"), Label("The right image")], side=_SIDE_PX, columns=2, key="game_tiles")
    with st.container(horizontal=True, gap="small"):
        for said, first in (("The left one", True), ("The right one", False)):
            st.button(
                said,
                key=f"game_{'left' if first else 'right'}",
                width="stretch",
                on_click=lambda first=first: answers.append(first == pair.made_first),
            )


def _again() -> None:
    st.session_state[_SEED] = (st.session_state[_SEED] + 1) % (_MOST_SEED + 1)
