"""Through the network: what each layer makes of the image, where its pixels look, and how they came about."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import streamlit as st

from core.lessons.products import told
from core.networks.layer_sizes import bytes_text
from core.nn.inference.layers import Layers
from core.prediction import worker
from core.runs import Run, RunError, kept_epochs
from core.runs.kept_epochs import KeptEpochError
from core.runs.model_files import model_version
from pages.common.address import AddressError, Parameter, fragment, number
from pages.common.messages import escape_markdown, show_errors
from pages.common.worker_wait import awaited
from pages.components.layer_maps import Place, layer_maps
from pages.explain.keras_code import as_keras
from pages.explain.view import Subject, View

_EPOCH, _PLACE, _DRAWN, _FOUND = "layers_epoch", "layers_place", "layers_drawn", "layers_found"
_WAIT_PX = 560
_LARGEST_NUMBER = 1_000_000
_CODE = """\
model = keras.saving.load_model("model.keras")
outputs = [layer.output for layer in model.layers]
maps = keras.Model(model.inputs, outputs)(image[None])"""


def _show(subject: Subject | None) -> None:
    assert subject is not None  # noqa: S101 the view asks for an image
    run = subject.run
    epochs: list[int | None] = [*kept_epochs.epochs(run), None]
    if st.session_state.setdefault(_EPOCH, None) not in epochs:
        st.session_state[_EPOCH] = None

    @fragment
    def live() -> None:
        # A run may be removed while it is looked at, and a fragment is drawn without its page.
        with show_errors():
            _draw(subject, epochs)

    live()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_kept(run), width="stretch")
        as_keras(_CODE)


def _draw(subject: Subject, epochs: list[int | None]) -> None:
    """Show the layers with the chosen epoch's weights, and how the number that is pointed at came about."""
    run, image = subject.run, subject.batch[0]
    place = st.empty()
    try:
        found, epoch = _looked(subject, place)
    finally:
        place.empty()
    if not np.isfinite(found.probabilities).all():
        raise RunError(f"Run {run.name} predicts NaN: training diverged. Train again with a lower learning rate.")
    pointed: Place | None = st.session_state.get(_PLACE)
    products = None
    if pointed is not None:
        stages = {each.stage: each for each in found.layers}
        if pointed[0] in stages and _is_within(pointed, stages[pointed[0]].shape):
            products = worker.layer_products(run, image, epoch, pointed).wait()[0]
        else:
            st.session_state[_PLACE] = pointed = None
    layer_maps(
        image,
        found,
        run.about.class_names,
        epochs,
        epoch,
        place=pointed,
        told=None if products is None else told(products),
        point=lambda to: st.session_state.update({_PLACE: to}),
        go=lambda to: st.session_state.update({_EPOCH: to}),
        key=f"layers_{subject.key}",
    )


def _looked(subject: Subject, place: Any) -> tuple[Layers, int | None]:
    """Ask for the layers with the chosen epoch's weights; where these cannot be had, with the final ones."""
    epoch: int | None = st.session_state[_EPOCH]
    asked_about = (subject.run.name, model_version(subject.run.folder), subject.batch.tobytes(), epoch)
    kept = st.session_state.get(_FOUND)
    if kept is not None and kept[0] == asked_about:
        # Only another number is pointed at.
        return kept[1], epoch
    try:
        asked = worker.layer_maps(subject.run, subject.batch[0], epoch)
        # Once it is on the page, a skeleton in its place would flicker along a drag.
        found = asked.wait() if st.session_state.get(_DRAWN) == subject.key else awaited(asked, place, _WAIT_PX)
    except KeptEpochError as error:
        if epoch is None:
            raise
        st.warning(escape_markdown(str(error)), icon=":material/history:")
        st.session_state[_EPOCH] = None
        return _looked(subject, place)
    st.session_state[_DRAWN] = subject.key
    st.session_state[_FOUND] = (asked_about, found)
    return found, epoch


def _is_within(place: Place, shape: tuple[int, ...]) -> bool:
    _, channel, row, column = place
    if len(shape) == 1:
        return channel < shape[0] and row == column == 0
    return len(shape) == 3 and row < shape[0] and column < shape[1] and channel < shape[2]


def _kept(run: Run) -> str:
    """Say which epochs there are to drag through, and what they take."""
    kept = kept_epochs.epochs(run)
    if kept:
        return (
            f"The weights after epochs {', '.join(map(str, kept))} are kept with the run: "
            f"{bytes_text(kept_epochs.kept_bytes(run))}."
        )
    return (
        "This run kept no weights of earlier epochs: it comes with Pixelwise, an earlier version trained it, or its "
        "network is too large. Train a run of your own to drag through its epochs."
    )


def _read_place(texts: list[str]) -> Place:
    parts = texts[0].split("-")
    if len(parts) != 4 or not all(each.isascii() and each.isdecimal() and len(each) < 7 for each in parts):
        raise AddressError(f"“{texts[0][:40]}” is no place in a network. Point at a map instead.")
    stage, channel, row, column = map(int, parts)
    return stage, channel, row, column


def _parameters() -> Iterator[Parameter]:
    yield Parameter("epoch", _EPOCH, number(_LARGEST_NUMBER), default=None)
    yield Parameter("at", _PLACE, _read_place, lambda place: ["-".join(map(str, place))])


VIEW = View(
    "layers",
    "Through the network",
    "Point at a pixel of a feature map: the box shows where it looks in the image, and it grows from layer to layer. "
    "Drag through the epochs and watch filters and maps form.",
    _show,
    _parameters,
)
