"""L1 and L2: what a penalty on their size does to the run's own first weights."""

from collections.abc import Iterable

import numpy as np
import streamlit as st
from PIL import ImageColor

from core.charts import palette
from core.charts.panel import Mark, Picture, Plot, histogram, linear_axis
from core.lessons import pairs, penalties
from core.lessons.penalties import L1, L2
from core.nn.inference import regularisation
from core.runs import RunError
from pages.common.address import Parameter, fragment, one_of
from pages.common.messages import escape_markdown
from pages.common.single_choice import single_choice
from pages.common.slider_parameter import slider_parameter
from pages.components.live_slider import Slider, live_sliders
from pages.components.panels import Ahead, panels
from pages.explain import asking
from pages.explain.keras_code import as_keras
from pages.explain.pair import dataset_of, show_pair
from pages.explain.view import Subject

TITLE = "L1 and L2"
_BARS, _MOSAIC_PX, _MOST_KERNELS = 41, 160, 25
_STRENGTH = Slider(
    "penalty_strength",
    "Strength λ",
    0.0,
    2.0,
    0.5,
    0.02,
    help="As a multiple of the weights' standard deviation, so that it suits every network.",
)
_PAIR = "penalty_pair"
_ZERO = ImageColor.getrgb(palette.BLUE)
_FACTOR = {L1: pairs.L1, L2: pairs.L2}


def parameters() -> Iterable[Parameter]:
    """Yield what stands in the address."""
    yield slider_parameter("strength", _STRENGTH)
    yield Parameter("pair", _PAIR, one_of({"l1": L1, "l2": L2}), lambda kind: [str(kind).lower()], L2)


def show(subject: Subject) -> None:
    """Show it."""
    found = asking.asked(subject.run, regularisation.first_kernels, of="", height=420)
    weights = found.weights.astype(np.float64)
    if not np.isfinite(weights).all():
        raise RunError("This network’s weights are NaN: its training diverged. Choose another run.")
    unit = float(weights.std()) or 1.0
    pair = _pair_of_weights(weights)
    left, right = st.columns([1, 5], gap="medium")

    def after(strength: float) -> dict[str, np.ndarray]:
        return {kind: step(weights, strength * unit) for kind, step in penalties.STEPS.items()}

    def drawn(strength: float) -> list[Plot | Picture]:
        stepped = after(strength)
        return [
            _mosaic("As trained", weights, weights),
            *(_mosaic(f"After {kind}", each, weights) for kind, each in stepped.items()),
            _weights(weights, stepped),
            _contours(pair, strength * unit),
        ]

    ahead = Ahead([_STRENGTH], drawn)

    @fragment
    def live() -> bool:
        with left:
            dragging = live_sliders({"": ahead.sliders}, key="penalty_sliders")
        with right:
            panels(ahead.now(), ahead=ahead, key="penalty_panels")
        with left:
            strength = st.session_state[_STRENGTH.key]
            zeros = {kind: int((each == 0).sum()) for kind, each in after(strength).items()}
            st.caption(
                f"λ = {strength * unit:.3g}. Of {weights.size:,} weights of {escape_markdown(found.layer)}, L1 makes "
                f"**{zeros[L1]:,}** exactly 0, L2 **{zeros[L2]:,}**. L1 takes the same λ off each; L2 divides each by "
                f"{1 + 2 * strength * unit:.2f}."
            )
        return not dragging

    live()
    as_keras(
        "layers.Conv2D(32, 3, kernel_regularizer=keras.regularizers.L1(0.001))  # loss += 0.001 * sum(|w|)\n"
        "layers.Conv2D(32, 3, kernel_regularizer=keras.regularizers.L2(0.001))  # loss += 0.001 * sum(w²)",
        "Shown is one proximal step: to where ½(w − v)² plus the penalty is least, v being the trained weight. In "
        "a training the penalty acts a little at each batch, against what the images ask for.",
    )
    show_pair(_FACTOR[single_choice("Pair", list(_FACTOR), key=_PAIR, first=L2)], dataset_of(subject))


def _mosaic(title: str, weights: np.ndarray, scale: np.ndarray) -> Picture:
    """Draw kernels beside each other: brighter above 0, darker below, what is 0 blue."""
    shown = weights[:_MOST_KERNELS]
    count, height, width, channels = shown.shape
    light = 127.5 + 127.5 * shown / max(float(np.abs(scale).max()), 1e-12)
    across = int(np.ceil(np.sqrt(count)))
    down = -(-count // across)
    pixels = np.zeros((down * (height + 1) - 1, across * (width + 1) - 1, 3), np.uint8)
    for place in range(count):
        top, left = (place // across) * (height + 1), (place % across) * (width + 1)
        kernel = np.broadcast_to(light[place] if channels == 3 else light[place, :, :, :1], (height, width, 3)).copy()
        kernel[(shown[place] == 0).all(axis=-1) if channels == 3 else shown[place, :, :, 0] == 0] = _ZERO
        pixels[top : top + height, left : left + width] = kernel
    zeros = float((weights == 0).mean())
    return Picture(
        title, f"{count} kernels; {zeros:.0%} of the weights are 0", pixels, _MOSAIC_PX, f"{zeros:.0%} are 0 (blue)"
    )


def _weights(before: np.ndarray, after: dict[str, np.ndarray]) -> Plot:
    widest = float(np.abs(before).max()) or 1.0
    edges = np.linspace(-widest, widest, _BARS + 1)
    marks = []
    highest = 0.0
    for kind, colour, values, label in (
        ("bars", "blue", after[L1], "after L1"),
        ("outline", "orange", after[L2], "after L2"),
        ("outline", "gray", before, "as trained"),
    ):
        x, y = histogram(values, edges)
        highest = max(highest, sorted(y)[-2 if kind == "bars" else -1])
        marks.append(Mark(kind, colour, x, y, label))  # type: ignore[arg-type]
    return Plot(
        "How large the weights are",
        "Histograms of the weights as trained, after L1, with a peak at 0, and after L2, narrower",
        linear_axis("weight", -widest, widest),
        linear_axis("share of the weights", 0, min(1.0, highest * 1.15 + 0.01), percent=True, count=4),
        marks,
    )


def _pair_of_weights(weights: np.ndarray) -> tuple[float, float]:
    """Return two weights of a kernel: its largest, and a smaller one that reaches 0 sooner."""
    kernel = weights[0].ravel()
    order = np.argsort(-np.abs(kernel), kind="stable")
    return float(kernel[order[0]]), float(kernel[order[len(order) // 4]])


def _contours(begin: tuple[float, float], strength: float) -> Plot:
    size = 1.25 * max(abs(begin[0]), abs(begin[1]), 1e-6)
    marks = []
    for kind, colour in ((L1, "blue"), (L2, "orange")):
        now = penalties.STEPS[kind](np.array(begin), strength)
        x, y = penalties.contour(kind, (float(now[0]), float(now[1])))
        marks += [
            Mark("line", colour, x, y, f"as much {kind} penalty"),  # type: ignore[arg-type]
            Mark("line", colour, *penalties.path(kind, begin, strength), dashed=True),  # type: ignore[arg-type]
            Mark("dots", colour, [float(now[0])], [float(now[1])]),  # type: ignore[arg-type]
        ]
    return Plot(
        "Two weights of the first kernel",
        "By L1 the smaller weight reaches 0 and stays there; by L2 both move straight towards 0",
        linear_axis("one weight", -size, size, count=4),
        linear_axis("another", -size, size, count=4),
        [*marks, Mark("dots", "gray", [begin[0]], [begin[1]], "as trained")],
        width=260,
        height=244,
    )
