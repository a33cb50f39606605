"""A filter of the network: what it makes of the image, and what the network answers once a weight is changed."""

import hashlib
from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.charts.explaining_figures import class_colour
from core.nn.inference import convolutions, models
from core.nn.inference.convolutions import Convolution as Layer
from pages.common.address import AddressError, Parameter, number
from pages.components.convolution import FARTHEST, Convolution, LayerOutput, convolution
from pages.components.filter_sheet import filter_sheet
from pages.components.score_bars import Bar, score_bars
from pages.explain import asking
from pages.explain.choosing import choose
from pages.explain.keras_code import as_keras
from pages.explain.view import Subject

_LAYER, _NUMBER, _CHANNEL, _WEIGHTS = (f"filter_{each}" for each in ("layer", "number", "channel", "weights"))
KEY = "convolution_of_network"
_MOST = 100_000
_HEIGHT_PX, _ANSWER_PX = 420, 60
_SHOWN = 3
_COLOURS = ("Red", "Green", "Blue")


def _read_weights(texts: list[str]) -> tuple[float, ...]:
    try:
        weights = tuple(float(each) for each in texts[0].split(","))
    except ValueError:
        weights = (float("nan"),)
    if not all(abs(each) <= FARTHEST for each in weights):
        raise AddressError(f"“{texts[0][:40]}” is not a list of numbers with commas between them.")
    return weights


def parameters() -> list[Parameter]:
    """Return what stands in the address of it."""
    return [
        Parameter("filter-layer", _LAYER, number(_MOST, 1), default=1),
        Parameter("filter-number", _NUMBER, number(_MOST, 1), default=1),
        Parameter("filter-channel", _CHANNEL, number(_MOST, 1), default=1),
        Parameter(
            "filter-weights", _WEIGHTS, _read_weights, lambda weights: [",".join(f"{each:.5g}" for each in weights)]
        ),
    ]


def show(subject: Subject, row: DeltaGenerator, settings: DeltaGenerator, place_key: str) -> None:
    """Let the user choose and change a filter; say so where the network has no convolution.

    Args:
        subject: the network, and the image that it is shown on.
        row: where layer, filter and channel are chosen, and `settings` where all filters are shown.
        place_key: where the place that is looked at is kept in the session's state.

    Raises:
        PixelwiseError: the network gives no answer, or the image does not fit it.
    """
    image = subject.batch[0]
    layers = asking.asked(subject.run, convolutions.convolutions, of="", height=_HEIGHT_PX)
    if not layers:
        st.info("This network has no convolution. Choose another run, or a filter of your own.")
        return
    with row:
        at, layer = _choose_layer(layers)
        st.session_state[_NUMBER] = min(st.session_state.get(_NUMBER, 1), layer.filters)
        with st.container(width=130):
            number_chosen = st.number_input(
                "Filter", 1, layer.filters, key=_NUMBER, on_change=_put_back, persist_state="session"
            )
        channel = _choose_channel(layer, colours=at == 0 and image.shape[2] == layer.channels == len(_COLOURS))
    chosen = int(number_chosen) - 1
    with settings:
        kernels = asking.asked(subject.run, convolutions.filters, at, of=str(at), height=_ANSWER_PX)
        filter_sheet(np.moveaxis(kernels[:, :, channel], -1, 0), chosen, take=_take_filter, key="filter_sheet")
    if not np.isfinite(kernels).all():
        st.warning("Weights of this layer are not numbers: training diverged. Train again with a lower learning rate.")
    _walk(subject, layer, (at, chosen, channel), kernels[:, :, channel, chosen], place_key)


def _take_filter(chosen: int) -> None:
    st.session_state[_NUMBER] = chosen + 1
    _put_back()


def _put_back() -> None:
    st.session_state[_WEIGHTS] = None


def _choose_layer(layers: Sequence[Layer]) -> tuple[int, Layer]:
    def said(at: int) -> str:
        each = layers[at - 1]
        return f"{at}. {each.name}: {each.filters} of {each.size}×{each.size}"

    at = choose("Layer", range(1, len(layers) + 1), key=_LAYER, on_change=_put_back, said=said, width=330) - 1
    return at, layers[at]


def _choose_channel(layer: Layer, *, colours: bool) -> int:
    """Let the user choose which of the channels that a filter sees is shown."""
    if layer.channels == 1:
        return 0

    def said(channel: int) -> str:
        return _COLOURS[channel - 1] if colours else f"{channel} of {layer.channels}"

    options = range(1, layer.channels + 1)
    return choose("Channel", options, key=_CHANNEL, on_change=_put_back, said=said, width=140) - 1


def _walk(subject: Subject, layer: Layer, which: tuple[int, int, int], own: np.ndarray, place_key: str) -> None:
    """Show the filter on the image, and the answers with its own weights and with those that are in it now."""
    at, chosen, channel = which
    image = subject.batch[0]
    of = f"{hashlib.sha256(image.tobytes()).hexdigest()[:12]} {image.shape}"
    found = asking.asked(
        subject.run, convolutions.filtered, image, *which, of=f"{of} {at} {chosen} {channel}", height=_HEIGHT_PX
    )
    weights = st.session_state.get(_WEIGHTS)
    fits = weights is not None and len(weights) == own.size
    kernel = np.array(weights, np.float64).reshape(own.shape) if fits else own.astype(np.float64)

    def changed(made: np.ndarray, place: tuple[int, int] | None) -> None:
        same = np.allclose(made, own, rtol=1e-4, atol=1e-7, equal_nan=True)
        st.session_state[_WEIGHTS] = None if same else tuple(np.nan_to_num(made).ravel().tolist())
        st.session_state[place_key] = place

    activation = "" if layer.activation in ("", "linear") else f"Then {layer.activation}"
    shown = Convolution(
        f"{subject.key} {of} {which}",
        found.plane,
        "The scaled image" if at == 0 else f"What {layer.name} is given, channel {channel + 1}",
        "",
        kernel,
        layer.stride,
        layer.padding,
        st.session_state.get(place_key),
        at == 0,
        LayerOutput(found.output, own, found.bias, activation),
    )
    convolution(shown, changed, key=KEY)
    with st.container():  # Whether there is a wait or not, what follows stays in its place.
        before = asking.asked(subject.run, models.predict, subject.batch, of=of, height=_ANSWER_PX)[0]
        after = before
        if fits:
            given = kernel.astype(np.float32)
            said = f"{of} {which} {given.tolist()}"
            after = asking.asked(
                subject.run, convolutions.answer_with, image, *which, given, of=said, height=_ANSWER_PX
            )
    _show_answers(subject, layer.name, before, after, changed=fits)


def _show_answers(subject: Subject, layer: str, before: np.ndarray, after: np.ndarray, *, changed: bool) -> None:
    """Show both answers as bars, the way back, and how Keras changes a weight."""
    names = subject.run.about.class_names
    if not np.isfinite(before).all():
        st.warning("This network predicts NaN: training diverged. Train again with a lower learning rate.")
        _as_keras(layer)
        return
    order = np.argsort(-np.maximum(before, np.nan_to_num(after)), kind="stable")[:_SHOWN].tolist()
    first = int(before.argmax())
    left, right, back = st.columns([2, 2, 1], gap="medium", vertical_alignment="center")
    said = {"as": f"As trained: {_said(names, before)}", "now": "Change a weight: what would it answer?"}
    if changed and np.isfinite(after).all():
        said["now"] = f"With changed weights: {_said(names, after)}"
    elif changed:
        said["now"] = "With changed weights: not a number"
    for column, (key, text), answer in zip((left, right), said.items(), (before, after), strict=True):
        shares = np.nan_to_num(answer)
        bars = [Bar(names[label], float(shares[label]), class_colour(label, subject.label, first)) for label in order]
        with column:
            score_bars(text, bars, key=f"filter_answer_{key}")
    with back:
        st.button(
            "Put it back", icon=":material/undo:", on_click=_put_back, disabled=not changed, key="filter_put_back"
        )
        _as_keras(layer)


def _as_keras(layer: str) -> None:
    as_keras(
        f'layer = model.get_layer("{layer}")\nkernel, *bias = layer.get_weights()\n'
        "kernel[row, column, channel, filter] = 0.5\nlayer.set_weights([kernel, *bias])"
    )


def _said(names: Sequence[str], answer: np.ndarray) -> str:
    return f"{names[int(answer.argmax())]}, {answer.max():.2%}"
