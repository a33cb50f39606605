"""The three traps of the book's recipes, each shown at work."""

from collections.abc import Iterable

import numpy as np
import streamlit as st

from core.charts.panel import Mark, Picture, Plot, histogram, linear_axis
from core.images import image_io, samples
from core.lessons import traps
from pages.common.address import Parameter, fragment, one_of, text_of
from pages.common.single_choice import single_choice
from pages.common.slider_parameter import slider_parameter
from pages.components.live_slider import Slider, live_sliders
from pages.components.panels import Ahead, panels

_TRAP = "book_trap"
_SCALING, _DISCARDED, _STEPS = "Unscaled input", "Discarded augmentation", "steps_per_epoch"
_TRAPS = {"unscaled": _SCALING, "discarded": _DISCARDED, "steps": _STEPS}
_DIVISOR = Slider("trap_divisor", "Numbers divided by", 1, 255, 1, 1)
_ANGLE = Slider("trap_angle", "Angle drawn", -45, 45, 30, 1, "°")
_FEWER = Slider("trap_fewer", "steps_per_epoch below the batches", 0, 200, 1, 1)
_BATCHES, _EPOCHS, _SIDE, _BARS = 391, 10, 96, 40
_SLIDERS = {_SCALING: ("divisor", _DIVISOR), _DISCARDED: ("angle", _ANGLE), _STEPS: ("fewer", _FEWER)}
_CODE = {
    _SCALING: "keras.layers.Rescaling(1 / 255)  # the first layer",
    _DISCARDED: (
        "for image in batch:\n    random_rotation(image)  # a new image is returned, and lost\n\n"
        "batch = [random_rotation(image) for image in batch]  # what was meant"
    ),
    _STEPS: (
        "model.fit(generator, steps_per_epoch=len(x) // 128, epochs=10)  # 390 of 391 batches\n"
        "model.fit(generator, epochs=10)  # all of them, ten times"
    ),
}


def parameters() -> Iterable[Parameter]:
    """Yield what stands in the address."""
    yield Parameter("trap", _TRAP, one_of(_TRAPS), text_of(_TRAPS), _SCALING)
    yield slider_parameter(*_SLIDERS[st.session_state.get(_TRAP, _SCALING)])


def show() -> None:
    """Let the user choose a trap, and show it."""
    trap = single_choice("Trap", list(_TRAPS.values()), key=_TRAP, first=_SCALING)
    image = _photo()

    slider = _SLIDERS[trap][1]
    made = {_SCALING: _scaling, _DISCARDED: _discarded, _STEPS: _steps}[trap]
    ahead = Ahead([slider], lambda value: made(image, value)[0])

    @fragment
    def live() -> bool:
        dragging = live_sliders({"": ahead.sliders}, key="trap_sliders")
        shown, said = made(image, st.session_state[slider.key])
        panels(shown, ahead=ahead, key="trap_panels")
        st.caption(said)
        return not dragging

    live()
    st.code(_CODE[trap], language="python", wrap_lines=True)


@st.cache_resource(show_spinner=False)
def _photo() -> np.ndarray:
    photo = image_io.read_image(samples.photo("chelsea.jpg"))
    return image_io.to_array(photo.resize((_SIDE, round(_SIDE * photo.height / photo.width))))


@st.cache_resource(show_spinner=False)
def _widest() -> float:
    """Return the largest output of the numbers as they are, undivided."""
    return float(np.abs(traps.first_outputs(_photo(), 1.0).outputs).max())


def _scaling(image: np.ndarray, divisor: int) -> tuple[list[Plot | Picture], str]:
    found = traps.first_outputs(image, 1 / divisor)
    widest = _widest()
    x, y = histogram(found.outputs, np.linspace(-widest, widest, _BARS + 1))
    plot = Plot(
        "What a fresh network’s first layer gives",
        f"Outputs with a standard deviation of {found.outputs.std():.3g}",
        linear_axis("output before the activation", -widest, widest),
        linear_axis("share of the outputs", 0, max(0.1, 1.1 * max(y)), percent=True, count=3),
        [Mark("bars", "blue", x, y)],
    )
    said = (
        f"Outputs have a standard deviation of **{found.outputs.std():.3g}**, the first answer is "
        f"**{found.surest:.0%}** sure of one class, and the first loss is **{found.loss:.3g}**; an even guess of ten "
        "classes costs 2.3. From a loss as large as with 0–255, steps are so long that exercise 52 a can collapse to "
        "one class: 10.00% in the book."
    )
    return [_shown("The numbers that go in", image, f"0 to {255 / divisor:.3g}"), plot], said


def _discarded(image: np.ndarray, angle: int) -> tuple[list[Plot | Picture], str]:
    turned = traps.turned(image, angle)
    changed = np.abs(turned.astype(int) - image).mean()
    said = (
        f"The book’s function returns the turned image, {changed:.1f} gray levels from the original on average; its "
        "caller keeps the original, **0.0** away. So activity 18 is activity 17 again, and overfits as much: 72.57% "
        "and 70.43% in the book."
    )
    return [
        _shown("The image", image, ""),
        _shown("What the network was given", image, "unchanged, whatever is drawn"),
        _shown("What was meant", turned, f"turned by {angle}°"),
    ], said


def _steps(_image: np.ndarray, fewer: int) -> tuple[list[Plot | Picture], str]:
    trained = traps.batches_of_epochs(_BATCHES, _BATCHES - fewer, _EPOCHS)
    real = sum(trained) / _BATCHES
    plot = Plot(
        "Batches that each printed epoch trains on",
        f"Batches of {_EPOCHS} epochs: {', '.join(map(str, trained))}",
        linear_axis("printed epoch", 0.5, _EPOCHS + 0.5, count=10),
        linear_axis("batches", 0, 1.05 * _BATCHES),
        [
            Mark("bars", "blue", list(range(1, _EPOCHS + 1)), trained),
            Mark("across", "gray", y=[_BATCHES], label="all batches", dashed=True),
        ],
        width=420,
    )
    said = (
        f"The generator has {_BATCHES} batches of 128. With `steps_per_epoch` {_BATCHES - fewer}, ten printed epochs "
        f"are **{real:.1f}** real ones. Exercise 53 as printed reaches 39.94% today, and 60.35% in the book."
    )
    return [plot], said


def _shown(title: str, image: np.ndarray, note: str) -> Picture:
    return Picture(title, f"{title}: the photo of a cat", image, 170, note)
