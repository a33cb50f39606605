"""Pooling: one number for each small square of an image, by the largest or the mean, beside a strided convolution."""

import streamlit as st

from core.lessons.convolution import PADDINGS, PRESETS, VALID, output_size, preset, size_formula
from pages.common.address import AddressError, Parameter, fragment, one_of, text_of
from pages.components.pooling import FARTHEST, Looked, Pooling, pooling
from pages.explain.choosing import choose
from pages.explain.convolution import place_text, read_place
from pages.explain.keras_code import as_keras
from pages.explain.planes import PLANES, plane_of, planes_of
from pages.explain.view import Subject, View

_SIZES, _STRIDES = (2, 3, 4, 5), (1, 2, 3, 4, 5)
_SIZE, _STRIDE, _PADDING, _KERNEL = "pooling_size", "pooling_stride", "pooling_padding", "pooling_kernel"
_PLANE, _PLACE, _SHIFT, _DIFFERENCE = "pooling_plane", "pooling_place", "pooling_shift", "pooling_difference"
_FILTERS = tuple(PRESETS)
_STILL = (0, 0)


def _read_shift(texts: list[str]) -> tuple[int, int]:
    try:
        right, down = map(int, texts[0].split(","))
    except ValueError:
        right = down = FARTHEST + 1
    if max(abs(right), abs(down)) > FARTHEST:
        raise AddressError(f"“{texts[0][:40]}” is not two whole numbers from −{FARTHEST} to {FARTHEST}.")
    return right, down


def _parameters() -> list[Parameter]:
    return [
        Parameter("pool", _SIZE, one_of({str(each): each for each in _SIZES}), default=2),
        Parameter("pool-stride", _STRIDE, one_of({str(each): each for each in _STRIDES}), default=2),
        Parameter("pool-padding", _PADDING, one_of(PADDINGS), default=VALID),
        Parameter("pool-filter", _KERNEL, one_of(_FILTERS), default=_FILTERS[0]),
        Parameter("pool-plane", _PLANE, one_of(PLANES), text_of(PLANES), default=next(iter(PLANES.values()))),
        Parameter("pool-place", _PLACE, read_place, place_text),
        Parameter("shift", _SHIFT, _read_shift, lambda shift: [f"{shift[0]},{shift[1]}"], default=_STILL),
        Parameter("difference", _DIFFERENCE, one_of({"yes": True}), lambda _on: ["yes"], default=False),
    ]


def _show(subject: Subject | None) -> None:
    assert subject is not None  # noqa: S101 the view asks for an image
    _pooled(subject)


@fragment
def _pooled(subject: Subject) -> None:
    titles = planes_of(subject.seen)
    with st.container(key="explain_settings"), st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        size = choose("Size", _SIZES, key=_SIZE, said=lambda each: f"{each}×{each}")
        stride = choose("Stride", _STRIDES, key=_STRIDE, usual=1)
        padding = choose("Padding", PADDINGS, key=_PADDING)
        name = choose("Filter of the convolution", _FILTERS, key=_KERNEL, said=lambda each: PRESETS[each][0], width=190)
        title = choose("Channel", titles, key=_PLANE) if len(titles) > 1 else titles[0]
    plane, tint = plane_of(subject.seen, title)
    looked = Looked(
        st.session_state.get(_PLACE), st.session_state.get(_SHIFT, _STILL), st.session_state.get(_DIFFERENCE, False)
    )

    def changed(to: Looked) -> None:
        st.session_state.update({_PLACE: to.at, _SHIFT: to.shift, _DIFFERENCE: to.difference})

    shown = Pooling(f"{subject.key} {title}", plane, title, tint, preset(name, size), stride, padding)
    pooling(shown, looked, changed, key="pooling")
    _say_size(plane.shape, size, stride, padding)


def _say_size(shape: tuple[int, ...], size: int, stride: int, padding: str) -> None:
    """Say how large what comes out is, and what stays unseen."""
    sides = [("wide", shape[1]), ("high", shape[0])]
    said = [f"{size_formula(side, size, stride, padding)} {name}" for name, side in sides]
    notes = []
    if not all(output_size(side, size, stride, padding) for _, side in sides):
        notes.append("The square is larger than the image. Choose padding “same” or a smaller one.")
    elif padding == VALID and any((side - size) % stride for _, side in sides):
        notes.append("What remains at the right and at the bottom is dropped, as Keras drops it.")
    if stride > size:
        notes.append("The stride is larger than the square: some pixels are never seen.")
    notes.append("With the blur's equal weights, the convolution is average pooling.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Output size:** {', '.join(said)}. {' '.join(notes)}", width="stretch")
        moves = f'strides={stride}, padding="{padding}"'
        as_keras(
            f"layers.MaxPooling2D({size}, {moves})\nlayers.AveragePooling2D({size}, {moves})\n"
            f"layers.Conv2D(filters=1, kernel_size={size}, {moves})"
        )


VIEW = View(
    "pooling",
    "Pooling",
    "Pooling keeps one number of each small square, so that the next layer sees more of the image at once. Move the "
    "image by a pixel and compare how much changes after each.",
    _show,
    _parameters,
)
