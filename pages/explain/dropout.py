"""Dropout: fifty masks over what the run's last layer is given, and the answers they lead to."""

from collections.abc import Iterable

import numpy as np
import streamlit as st
from PIL import ImageColor

from core.charts import palette
from core.charts.panel import Axis, Mark, Picture, Plot, histogram, linear_axis
from core.lessons import dropout, pairs
from core.lessons.dropout import Dropped
from core.nn.inference import regularisation
from core.nn.inference.regularisation import LastLayer
from core.runs import RunError
from pages.common.address import Parameter, fragment, one_of, text_of
from pages.common.messages import escape_markdown
from pages.common.slider_parameter import slider_parameter
from pages.components.live_slider import Slider, live_sliders
from pages.components.panels import Ahead, panels
from pages.explain import asking
from pages.explain.keras_code import as_keras
from pages.explain.pair import dataset_of, show_pair
from pages.explain.view import Subject

TITLE = "Dropout"
_MASKS, _CLASSES, _SHOWN_VALUES = 50, 5, 128
_BARS, _NAME_LETTERS = 30, 14
_SCALED = "dropout_scaled"
_RATE = Slider("dropout_rate", "Share left out, p", 0.0, 0.9, 0.5, 0.01, format="percent")
_SEED = Slider("dropout_seed", "Other masks", 0, 20, 0, 1)
_YES = {"yes": True, "no": False}


def parameters() -> Iterable[Parameter]:
    """Yield what stands in the address."""
    yield slider_parameter("rate", _RATE)
    yield slider_parameter("masks", _SEED)
    yield Parameter("scaled", _SCALED, one_of(_YES), text_of(_YES), True)


def show(subject: Subject) -> None:
    """Show it."""
    layer = asking.asked(subject.run, regularisation.last_layer, subject.batch[0], of=subject.key, height=420)
    if not (np.isfinite(layer.values).all() and np.isfinite(layer.kernel).all()):
        raise RunError("This network’s numbers are NaN: its training diverged. Choose another run.")
    st.session_state.setdefault(_SCALED, True)
    left, right = st.columns([1, 5], gap="medium")
    with left:
        scaled = st.toggle(
            "Scale by 1/(1−p)",
            key=_SCALED,
            help="Keras does. Without it, the layer's sum shrinks in training.",
            persist_state="session",
        )
        _say_own(layer)

    def under(rate: float, seed: int) -> Dropped:
        chances = np.random.default_rng(seed).random((_MASKS, len(layer.values)))
        return dropout.dropped(layer.values, layer.kernel, layer.bias, chances, rate, scaled=scaled)

    def drawn(rate: float, seed: int) -> list[Plot | Picture]:
        found = under(rate, seed)
        return [_picture(subject), _masks(layer, found), _answers(subject, layer, found), _sums(layer, found)]

    ahead = Ahead([_RATE, _SEED], drawn)

    @fragment
    def live() -> bool:
        with left:
            dragging = live_sliders({"": ahead.sliders}, key="dropout_sliders")
        with right:
            panels(ahead.now(), ahead=ahead, key="dropout_panels")
            st.caption(escape_markdown(_said(subject, layer, under(*ahead.values().values()))))
        return not dragging

    live()
    as_keras(
        f"x = keras.layers.Dropout({st.session_state[_RATE.key]:g})(x)  # leaves values out and scales the rest\n"
        "model(images, training=True)   # with dropout\n"
        "model(images, training=False)  # without, as when predicting: nothing is scaled",
    )
    show_pair(pairs.DROPOUT, dataset_of(subject))


def _say_own(layer: LastLayer) -> None:
    if layer.rate is None:
        st.caption("This network has no dropout before its last layer. Here is what it would do there.")
    else:
        st.caption(f"This network leaves out {layer.rate:.0%} there in training.")


def _picture(subject: Subject) -> Picture:
    return Picture("The image", f"What the network sees of {subject.said}", subject.seen, 130)


def _masks(layer: LastLayer, found: Dropped) -> Picture:
    """Draw a row a mask: values as brightness, those left out in vermilion."""
    values = layer.values[:_SHOWN_VALUES]
    low, high = float(values.min()), float(values.max())
    light = (60 + 195 * (values - low) / max(high - low, 1e-12)).astype(np.uint8)
    pixels = np.repeat(np.repeat(light[np.newaxis, :, np.newaxis], len(found.masks), axis=0), 3, axis=2)
    pixels[found.masks[:, :_SHOWN_VALUES] == 0] = ImageColor.getrgb(palette.WARNING)
    total = f"{len(layer.values):,}"
    count = total if len(values) == len(layer.values) else f"first {len(values)} of {total}"
    return Picture(
        f"{_MASKS} masks, a row each",
        f"{np.mean(found.masks == 0):.0%} of the values are left out, others in each row",
        pixels,
        290,
        f"The layer’s {count} values. Red: left out. Gray: kept, the brighter the larger.",
    )


def _answers(subject: Subject, layer: LastLayer, found: Dropped) -> Plot:
    names = subject.run.about.class_names
    plain = dropout.softmax(layer.values.astype(np.float64) @ layer.kernel + layer.bias)
    order = np.argsort(-plain, kind="stable")[:_CLASSES]
    spread = (np.arange(_MASKS) % 10 - 4.5) * 0.06
    rows = np.arange(len(order))
    marks = [
        Mark(
            "dots",
            "blue",
            found.answers[:, order].T.ravel().tolist(),
            (len(order) - 1 - np.repeat(rows, _MASKS) + np.tile(spread, len(order))).tolist(),
            "with a mask",
        ),
        Mark(
            "dots", "vermilion", plain[order].tolist(), (len(order) - 1 - rows).tolist(), "predicting: nothing left out"
        ),
    ]
    ticks = [(len(order) - 1.0 - row, _short(names[label])) for row, label in enumerate(order.tolist())]
    return Plot(
        "The answers they lead to",
        f"Probabilities of {len(order)} classes under {_MASKS} masks",
        linear_axis("probability", 0, 1, percent=True),
        Axis("", -0.6, len(order) - 0.4, ticks),
        marks,
    )


def _short(name: str) -> str:
    return name if len(name) <= _NAME_LETTERS else f"{name[: _NAME_LETTERS - 1]}…"


def _sums(layer: LastLayer, found: Dropped) -> Plot:
    plain = float(layer.values.sum(dtype=np.float64))
    highest = max(1e-6, 2 * abs(plain), float(np.abs(found.sums).max()))
    low = 0.0 if min(plain, found.sums.min()) >= 0 else -highest
    x, y = histogram(found.sums, np.linspace(low, highest, _BARS + 1))
    return Plot(
        "The sum that the next layer gets",
        f"Sums under the masks, on average {found.sums.mean():.3g}, and {plain:.3g} when predicting",
        linear_axis("sum of the layer’s values", low, highest),
        linear_axis("share of the masks", 0, max(0.2, max(y) * 1.1), percent=True, count=3),
        [
            Mark("bars", "blue", x, y, "with a mask"),
            Mark("down", "blue", [float(found.sums.mean())], label="their mean", dashed=True),
            Mark("down", "vermilion", [plain], label="predicting"),
        ],
    )


def _said(subject: Subject, layer: LastLayer, found: Dropped) -> str:
    names = subject.run.about.class_names
    plain = dropout.softmax(layer.values.astype(np.float64) @ layer.kernel + layer.bias)
    first = int(plain.argmax())
    shares = found.answers[:, first]
    agree = int((found.answers.argmax(axis=1) == first).sum())
    ratio = found.sums.mean() / layer.values.sum() if layer.values.sum() else 1.0
    return (
        f"{agree} of {_MASKS} masks answer {names[first]}, with {shares.min():.0%} to {shares.max():.0%}; without a "
        f"mask it is {plain[first]:.1%}. The mean sum is {ratio:.2f} times the one when predicting: scaling by 1/(1−p) "
        "is what keeps it near 1, so that the next layer meets the numbers that it learned with."
    )
