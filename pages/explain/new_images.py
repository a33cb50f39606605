"""New images from old: networks that make images, their samples over the epochs, and what becomes of noise."""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import streamlit as st

from core import runs
from core.datasets.sources import catalogue
from core.generation import sheets
from core.recipes.recipe import Recipe, generating_recipes
from core.runs import Run, Status
from core.training.coach import CoachFinding
from pages.common.address import Parameter, number, one_of, text_of
from pages.common.generating_run import advise, show_curves, show_figures
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal
from pages.common.pickers import choose_run, offered
from pages.common.single_choice import single_choice
from pages.components.film import Film, film
from pages.explain import noise_walk, real_or_made
from pages.explain.keras_code import as_keras
from pages.explain.view import Subject, View

_RUN, _PART, _EPOCH = "samples_run", "samples_part", "samples_epoch"
_SAMPLES, _WALK, _GAME = "Samples", "Walk", "Real or made"
_PARTS = {"samples": _SAMPLES, "walk": _WALK, "game": _GAME}
_POLL_S = 1.5
# While a training goes on, its film is sent again and again.
_MOST_FRAMES, _MOST_LIVE_FRAMES = 40, 12
_SIDE_PX = 56
_BADGES = {
    runs.WAITING: "gray",
    runs.RUNNING: "blue",
    runs.FINISHED: "green",
    runs.FAILED: "red",
    runs.INTERRUPTED: "red",
}

_attempt = partial(attempt, key="samples")


def _parameters() -> Iterator[Parameter | Sequence[Parameter]]:
    if found := runs.generating():
        yield from offered([run.name for run in found], key=_RUN, parameter="samples")
    yield Parameter("shown", _PART, one_of(_PARTS), text_of(_PARTS), default=_SAMPLES)
    yield Parameter("epoch", _EPOCH, number(1000), default=-1)
    yield from noise_walk.parameters()
    yield from real_or_made.parameters()


def _show(_subject: Subject | None) -> None:
    show_refusal(key="samples")
    found = runs.generating()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        run = None
        if found:
            with st.container(width=360):
                run = choose_run(found, key=_RUN)
            part = single_choice(
                "Show", list(_PARTS.values()), key=_PART, first=_SAMPLES, width="content", persist_state="session"
            )
        _train_ways(found)
        if run is not None:
            _as_keras(run)
    if run is None:
        st.info("No network that makes images yet. Train one: samples appear after the first epoch, in seconds.")
        return
    if part == _WALK:
        noise_walk.show(run)
    elif part == _GAME:
        real_or_made.show(run)
    else:
        going = run.status().state in runs.ALIVE
        st.fragment(_samples, run_every=_POLL_S if going else None)(run, going)


def _train_ways(found: Sequence[Run]) -> None:
    """Offer to train each recipe whose dataset is here; in plain sight where there is nothing else to see."""
    able = [each for each in generating_recipes().values() if each.dataset in catalogue.available()]
    if not found:
        for recipe in able:
            _train_button(recipe)
        return
    own = any(run.folder.parent == runs.runs_folder() for run in found)
    with st.popover("Train another" if own else "Train your own", icon=":material/model_training:"):
        for recipe in able:
            _train_button(recipe)
            st.caption(escape_markdown(recipe.teaches))


def _train_button(recipe: Recipe) -> None:
    st.button(
        f"Train {recipe.title}",
        key=f"samples_train_{recipe.name}",
        icon=":material/model_training:",
        on_click=_attempt,
        args=(lambda: _train(recipe),),
    )


def _train(recipe: Recipe) -> None:
    run = runs.create(recipe)
    run.start()
    st.session_state.update({_RUN: run.name, _PART: _SAMPLES, _EPOCH: -1})


def _samples(run: Run, going: bool) -> None:
    """Show samples over the epochs, and how the training goes; to be drawn again while it does."""
    with show_errors():
        _draw_samples(run, going)


def _draw_samples(run: Run, going: bool) -> None:
    status = run.status()
    if going != (status.state in runs.ALIVE):
        st.rerun()
    metrics = run.metrics()
    _say_state(run, status)
    left, right = st.columns(2, gap="medium")
    with left:
        _film(run, _MOST_LIVE_FRAMES if going else _MOST_FRAMES)
        advise(run, status, metrics, lambda finding: _try(run, finding))
    with right:
        show_figures(status, metrics)
        show_curves(run, status, metrics)


def _say_state(run: Run, status: Status) -> None:
    """Say where a run stands that has not finished, with what can be done."""
    if status.state == runs.FINISHED:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        doing = f" · {escape_markdown(status.doing)}" if status.doing else ""
        st.markdown(f":{_BADGES.get(status.state, 'orange')}-badge[{status.said}]{doing}", width="content")
        if status.state in runs.ALIVE:
            st.button(
                "Stop",
                key="samples_stop",
                icon=":material/stop:",
                disabled=status.state == runs.STOPPING,
                on_click=_attempt,
                args=(run.stop,),
            )
        elif status.state in runs.RESUMABLE:
            st.button(
                "Resume",
                key="samples_resume",
                icon=":material/play_arrow:",
                on_click=_attempt,
                args=(run.resume,),
            )
        if status.state in (runs.RUNNING, runs.STOPPING):
            st.progress(min(status.fraction, 1.0), width="stretch")
    if status.cause:
        st.error(escape_markdown(status.cause), icon=":material/error:")


def _film(run: Run, most: int) -> None:
    made = sheets.film(run.folder, most)
    if made.lost:
        some = ", ".join(map(str, made.lost[:5]))
        st.warning(f"Samples after epoch {some} are damaged and left out. Train again to make them anew.")
    if not made.epochs:
        st.info("Samples appear here as soon as the training has begun. TensorFlow takes a few seconds to start.")
        return
    classes = np.unique(made.labels)
    names = run.about.class_names
    if any(label >= len(names) for label in classes) or len(made.labels) % max(len(classes), 1):
        st.warning("The samples are those of other classes than the run has. Train again to make them anew.")
        return
    wanted = st.session_state.get(_EPOCH, -1)
    at = made.epochs.index(wanted) if wanted in made.epochs else -1

    def take(place: int) -> None:
        st.session_state[_EPOCH] = -1 if place < 0 else made.epochs[place]

    shown = Film(
        run.name,
        np.stack(made.sheets),
        [names[label] for label in classes],
        "Epoch",
        [f"epoch {epoch}" if epoch else "before training" for epoch in made.epochs],
        f"{len(made.labels)} samples, a column for each class, from the same noise:",
        _SIDE_PX,
    )
    film(shown, at=at, take=take, key="samples_film")


def _try(run: Run, finding: CoachFinding) -> None:
    """Offer to train again with the change that the coach proposes."""

    def again() -> None:
        _train(run.recipe.with_settings(finding.change))

    st.button(
        f"Train again: {finding.change_said}",
        key="samples_try",
        on_click=_attempt,
        args=(again,),
    )


def _as_keras(run: Run) -> None:
    made = sheets.film(run.folder, 2)
    generator = run.recipe.generator
    if generator is not None and made.sheets:
        height, width, channels = made.sheets[0].shape[1:]
        as_keras(generator.code((height, width, channels)))


VIEW = View(
    "new-images",
    "New images",
    "A network turns random numbers into images that were never drawn. Play the epochs: the noise stays the same, and "
    "digits form in it; columns that look alike are a collapse.",
    _show,
    _parameters,
    asks_image=False,
)
