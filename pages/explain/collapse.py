"""Exercise 52 a of the book, and its twin with scaled input: what became of each, or the training that shows it."""

from contextlib import suppress

import numpy as np
import streamlit as st

from core import runs
from core.datasets.sources import catalogue
from core.errors import PixelwiseError
from core.evaluation.explaining.subject import network_input
from core.lessons import collapse
from core.lessons.collapse import Evidence
from core.nn.inference.silent_units import silent_units
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.storage.progress import duration
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal
from pages.common.pickers import turn_to
from pages.explain import asking

_POLL_S = 2.0
_IMAGES, _ROW_PX = 200, 24
_DATASET = "cifar10"
_TITLES = {collapse.UNSCALED: "Unscaled, 0–255", collapse.SCALED: "Scaled, 0–1"}


def show_collapse() -> None:
    """Show both runs beside each other; where there is none yet, offer to train it."""
    with st.expander("Why exercise 52 a can collapse"):
        st.caption(
            "The book’s network of 3.7 million weights takes the pixels as they are. In some trainings its first steps "
            "are so large that its units give 0 to every image from then on: all images get the same answer."
        )
        found = {name: collapse.newest(name) for name in _TITLES}
        going = _any_going(found)
        st.fragment(_both, run_every=_POLL_S if going else None)(found, going)
        show_refusal(key="collapse")


def _both(found: dict[str, Run | None], going: bool) -> None:
    for column, (name, run) in zip(st.columns(len(found), gap="medium"), found.items(), strict=True):
        with column, show_errors():
            if run is None:
                _offer(name)
            else:
                _show(name, run)
    if going and not _any_going(found):
        st.rerun()


def _any_going(found: dict[str, Run | None]) -> bool:
    """Tell whether one of the runs is being trained; one that has been removed meanwhile is not."""
    for run in found.values():
        with suppress(PixelwiseError):
            if run is not None and run.status().state in runs.ALIVE:
                return True
    return False


def _offer(name: str) -> None:
    recipe = find_recipe(name)
    st.markdown(f"**{_TITLES[name]}**: not trained yet")
    if _DATASET not in catalogue.available():
        st.caption("It trains on CIFAR-10, which is not on this computer yet.")
        st.page_link("pages/datasets/page.py", label="Download CIFAR-10", icon=":material/download:")
        return
    st.button(
        f"Train {escape_markdown(recipe.title)}",
        key=f"collapse_{name}",
        icon=":material/model_training:",
        on_click=attempt,
        args=(lambda: _train(name),),
        kwargs={"key": "collapse"},
        help="Several minutes on two cores. It trains in the background: you can leave the page meanwhile.",
    )


def _train(name: str) -> None:
    recipe = find_recipe(name)
    dataset = catalogue.open_dataset(_DATASET)
    run = runs.create(recipe.for_dataset(dataset.about), _DATASET)
    run.start()
    turn_to(run.name)


def _show(name: str, run: Run) -> None:
    status = run.status()
    st.markdown(f"**{_TITLES[name]}**: {escape_markdown(run.title)}")
    if status.state in runs.ALIVE:
        left = "" if status.seconds_left is None else f", {duration(status.seconds_left)} left"
        st.progress(status.fraction, f"{status.said}, epoch {status.epoch} of {max(status.epochs, 1)}{left}")
        return
    shown = collapse.evidence(run)
    _figures(shown)
    with show_errors():
        _say_silent(run)
    st.caption(escape_markdown(collapse.in_words(shown)) or "It has no figures: it ended before its first batch.")
    with st.container(horizontal=True):
        address = {"run": run.name}
        st.page_link("pages/train/page.py", label="View curves", icon=":material/show_chart:", query_params=address)
        if run.has_evaluation:
            st.page_link(
                "pages/errors/page.py", label="View errors", icon=":material/troubleshoot:", query_params=address
            )


def _say_silent(run: Run) -> None:
    """Say how many units give 0 to every one of some test images, asking the network."""
    if not run.has_model:
        return
    dataset = runs.dataset_of(run)
    ids = dataset.select("test")[:_IMAGES]
    images = np.stack([network_input(run, dataset, int(index)) for index in ids])
    found = asking.asked(run, silent_units, images, of=f"{len(ids)} test images", height=_ROW_PX)
    layers = ", ".join(f"{each.silent} of {each.units} in {each.layer}" for each in found)
    if layers:
        st.caption(f"Units that give 0 to each of {len(ids)} test images: {escape_markdown(layers)}.")


def _figures(shown: Evidence) -> None:
    loss = "–" if shown.first_loss is None else f"{shown.first_loss:.4g}"
    figures = [
        ("First batches’ loss", loss),
        ("Training accuracy", _share(shown.training)),
        ("Validation accuracy", _share(shown.validation)),
        ("Same answer for", _share(shown.same_answer)),
    ]
    st.markdown(
        "\n".join(
            ["| What its run shows | Figure |", "| --- | ---: |", *(f"| {name} | {value} |" for name, value in figures)]
        )
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
