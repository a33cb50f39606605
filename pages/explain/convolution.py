"""Convolution: a filter slides over the image; one made by hand, or one of the network's."""

import math
from collections.abc import Iterator

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.lessons.convolution import PADDINGS, PRESETS, VALID, output_size, preset, size_formula
from pages.common.address import AddressError, Parameter, fragment, number, one_of, text_of
from pages.common.messages import show_errors
from pages.common.single_choice import single_choice
from pages.components.convolution import FARTHEST, Convolution, convolution, is_dragged
from pages.explain import trained_filter
from pages.explain.choosing import choose
from pages.explain.keras_code import as_keras
from pages.explain.planes import PLANES, plane_of, planes_of
from pages.explain.view import Subject, View

_SIZES, _STRIDES = (2, 3, 4, 5), (1, 2, 3, 4)
_SIZE, _KERNEL, _STRIDE, _PADDING = (
    "convolution_size",
    "convolution_kernel",
    "convolution_stride",
    "convolution_padding",
)
_PLANE, _PLACE, _PRESET = "convolution_plane", "convolution_place", "convolution_preset"
_WHOSE, OWN, NETWORK = "convolution_filter_of", "Yours", "The network’s"
_USUAL = next(iter(PRESETS))


def _read_kernel(texts: list[str]) -> str:
    """Return a filter of the address: a preset's name, or numbers row by row with commas between them."""
    if texts[0] in PRESETS or _numbers(texts[0]) is not None:
        return texts[0]
    raise AddressError(f"“{texts[0][:40]}” is neither one of {', '.join(PRESETS)} nor 4, 9, 16 or 25 numbers.")


def _numbers(text: str) -> np.ndarray | None:
    try:
        values = np.array([float(each) for each in text.split(",")])
    except ValueError:
        return None
    size = math.isqrt(values.size)
    fits = size in _SIZES and size**2 == values.size and np.isfinite(values).all() and np.abs(values).max() <= FARTHEST
    return values.reshape(size, size) if fits else None


def _text(kernel: np.ndarray) -> str:
    """Return a filter as it stands in the address."""
    for name in PRESETS:
        if np.allclose(preset(name, len(kernel)), kernel, atol=1e-4):
            return name
    return ",".join(f"{value:.5g}" for value in kernel.ravel())


def read_place(texts: list[str]) -> tuple[int, int]:
    """Return a column and row of the address."""
    column, _, row = texts[0].partition(",")
    return number(10**6)([column]), number(10**6)([row])


def place_text(place: tuple[int, int] | None) -> list[str]:
    """Return a column and row as they stand in the address."""
    return [] if place is None else [f"{place[0]},{place[1]}"]


def _parameters() -> Iterator[Parameter]:
    yield Parameter("filter", _WHOSE, one_of({"network": NETWORK}), lambda _whose: ["network"], OWN)
    yield Parameter("place", _PLACE, read_place, place_text)
    if st.session_state.get(_WHOSE) == NETWORK:
        yield from trained_filter.parameters()
        return
    yield Parameter("size", _SIZE, one_of({str(each): each for each in _SIZES}), default=3)
    yield Parameter("kernel", _KERNEL, _read_kernel, default=_USUAL)
    yield Parameter("stride", _STRIDE, one_of({str(each): each for each in _STRIDES}), default=1)
    yield Parameter("padding", _PADDING, one_of(PADDINGS), default=VALID)
    yield Parameter("plane", _PLANE, one_of(PLANES), text_of(PLANES), default=next(iter(PLANES.values())))


def _kernel() -> np.ndarray:
    """Return the filter that is made by hand; numbers in the address bring their own size."""
    text = st.session_state.setdefault(_KERNEL, _USUAL)
    if text in PRESETS:
        return preset(text, st.session_state.setdefault(_SIZE, 3))
    kernel = _numbers(text)
    assert kernel is not None  # noqa: S101 it was read
    st.session_state[_SIZE] = len(kernel)
    return kernel


def _show(subject: Subject | None) -> None:
    assert subject is not None  # noqa: S101 the view asks for an image
    _walked(subject)


@fragment
def _walked(subject: Subject) -> bool:
    settings = st.container(key="explain_settings")
    with settings:
        row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with row:
        whose = single_choice("Filter of", [OWN, NETWORK], key=_WHOSE, persist_state="session", width="content")
    with show_errors():
        if whose == NETWORK:
            trained_filter.show(subject, row, settings, _PLACE)
        else:
            _by_hand(subject, row)
    return not is_dragged(trained_filter.KEY)


def _by_hand(subject: Subject, row: DeltaGenerator) -> None:
    kernel = _kernel()
    with row:
        stride, padding, title = _controls(subject, kernel)
    plane, tint = plane_of(subject.seen, title)

    def changed(made: np.ndarray, place: tuple[int, int] | None) -> None:
        st.session_state[_KERNEL] = _text(np.nan_to_num(made))
        st.session_state[_PLACE] = place

    shown = Convolution(
        f"{subject.key} {title} {len(kernel)} {stride} {padding}",
        plane,
        title,
        tint,
        kernel,
        stride,
        padding,
        st.session_state.get(_PLACE),
    )
    convolution(shown, changed, key="convolution_by_hand")
    _say_size(plane, len(kernel), stride, padding)


def _controls(subject: Subject, kernel: np.ndarray) -> tuple[int, str, str]:
    """Let the user choose filter, stride, padding and channel; return the last three."""
    name = _text(kernel)
    st.session_state[_PRESET] = name if name in PRESETS else None

    def take_preset() -> None:
        if st.session_state[_PRESET] is not None:
            st.session_state[_KERNEL] = st.session_state[_PRESET]

    def take_size() -> None:
        if st.session_state[_KERNEL] not in PRESETS:
            st.session_state[_KERNEL] = _text(_resized(kernel, st.session_state[_SIZE]))

    titles = planes_of(subject.seen)
    st.segmented_control(
        "Filter",
        list(PRESETS),
        key=_PRESET,
        format_func=lambda each: PRESETS[each][0],
        on_change=take_preset,
        width="content",
    )
    choose("Size", _SIZES, key=_SIZE, on_change=take_size, said=lambda size: f"{size}×{size}")
    stride = choose("Stride", _STRIDES, key=_STRIDE)
    padding = choose("Padding", PADDINGS, key=_PADDING)
    title = choose("Channel", titles, key=_PLANE) if len(titles) > 1 else titles[0]
    return stride, padding, title


def _resized(kernel: np.ndarray, size: int) -> np.ndarray:
    """Return a filter of another size: cut, or with zeros around it, its middle in the middle."""
    made = np.zeros((size, size))
    shift = (size - 1) // 2 - (len(kernel) - 1) // 2
    for row, column in np.ndindex(kernel.shape):
        if 0 <= row + shift < size and 0 <= column + shift < size:
            made[row + shift, column + shift] = kernel[row, column]
    return made


def _say_size(plane: np.ndarray, size: int, stride: int, padding: str) -> None:
    """Say how large the output is, as formulas with numbers, and what Keras does with remainders."""
    height, width = plane.shape
    sides = [("wide", width), ("high", height)]
    said = [f"{size_formula(side, size, stride, padding)} {name}" for name, side in sides]
    notes = []
    if padding == VALID:
        left_over = [(side - size) % stride for _, side in sides if output_size(side, size, stride, padding)]
        if any(left_over):
            notes.append("What remains at the right and at the bottom is dropped, as Keras drops it.")
        if min(height, width) < size:
            notes.append("The filter is larger than the image. Choose padding “same” or a smaller filter.")
    if size % 2 == 0:
        notes.append("A filter of an even size has no middle: with “same”, the odd zero goes right and below.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Output size:** {', '.join(said)}. {' '.join(notes)}", width="stretch")
        as_keras(f'layers.Conv2D(filters=1, kernel_size={size}, strides={stride}, padding="{padding}")')


VIEW = View(
    "convolution",
    "Convolution",
    "A filter walks over the image: at each place it multiplies what it sees by its weights, and the sum is one pixel "
    "of the output. Drag a weight and watch which edges light up; in the network’s own filters, its answer moves too.",
    _show,
    _parameters,
)
