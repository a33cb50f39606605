"""The network being built: a drawing, its layers as a list, and the settings of the chosen one."""

import base64
import html
from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.charts.palette import SCROLL_SHADOW
from core.datasets.store import Dataset
from core.images import image_io
from core.networks import diagram
from core.networks.layer_sizes import LayerSize, bytes_text, layer_sizes, shape_text, total_bytes, without_pooling
from core.networks.layers import HIDDEN_ACTIVATIONS, LAYERS, Layer
from core.networks.network import Network
from core.recipes.recipe import Recipe
from pages.common.messages import escape_markdown
from pages.components.layers import Act, LayerRow, layer_list
from pages.components.theme import background, dark
from pages.train.drafts import Draft
from pages.train.settings_form import settings

_CHOSEN, _ADD = "train_layer", "train_add_layer"
_LAST = 0
_IMAGE_PX = 64


def build(draft: Draft, input_shape: tuple[int, int, int], dataset: Dataset) -> None:
    """Let the user add, move, remove and set layers.

    Args:
        draft: its network is changed.
        input_shape: height, width and channels that go in.
        dataset: whose image is shown going in; its classes are what comes out.
    """
    drawn = st.container()
    listed, edited = st.columns([5, 3], gap="medium")
    ids = [*draft.layer_numbers, _LAST]
    if st.session_state.get(_CHOSEN) not in ids:
        st.session_state[_CHOSEN] = ids[0]
    chosen = ids.index(st.session_state[_CHOSEN])
    with edited:
        told = _edit(draft, chosen)
        _add(draft, chosen)
        if any(layer.pools for layer in draft.layers):
            st.button(
                "Replace pooling with strided convolutions",
                key="train_strided",
                icon=":material/swap_horiz:",
                on_click=_stride,
                args=(draft, input_shape),
                help=(
                    "A stride-2 convolution halves the image like pooling does, but learns what to keep. "
                    "Suggested in the book."
                ),
            )
    layers = draft.recipe.network.with_classes(len(dataset.about.class_names)).layers
    sizes = layer_sizes(layers, input_shape)
    if sizes[chosen].problem:
        told.error(escape_markdown(sizes[chosen].problem), icon=":material/error:")
    with drawn:
        draw(draft.recipe, layers, sizes, input_shape, dataset, chosen=chosen)
    with listed:
        _list(layers, sizes, ids, draft)
        _totals(sizes, draft)


def draw(
    recipe: Recipe,
    layers: Sequence[Layer],
    sizes: Sequence[LayerSize],
    input_shape: tuple[int, int, int],
    dataset: Dataset,
    *,
    chosen: int | None = None,
) -> None:
    """Draw a network with one of the images going in; what is wider than the page scrolls."""
    image = recipe.for_dataset(dataset.about).steps.apply(dataset.image(0))
    image.thumbnail((_IMAGE_PX, _IMAGE_PX))
    svg = diagram.drawing(layers, sizes, input_shape, image=image_io.png(image), chosen=chosen, dark=dark())
    address = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    said = html.escape(diagram.description(layers, sizes, input_shape), quote=True)
    st.html(f"<div style='{_scrolling()}'><img src='{address}' alt='{said}' style='max-width:none'></div>")


def _scrolling() -> str:
    """Return the style of a box that scrolls sideways, with a shadow at each side where there is more.

    The shadows stay where they are; what covers them scrolls along, and so uncovers them (Lea Verou and Roman Komarov).
    """
    shadow = SCROLL_SHADOW.on(dark())
    covers = [
        f"linear-gradient(to {away},{background()} 40%,transparent) {side}/48px 100% no-repeat local"
        for side, away in (("left", "right"), ("right", "left"))
    ]
    shadows = [
        f"radial-gradient(farthest-side at {x} 50%,{shadow},transparent) {side}/14px 100% no-repeat scroll"
        for side, x in (("left", "0"), ("right", "100%"))
    ]
    return f"overflow-x:auto;background:{','.join(covers + shadows)}"


def _list(layers: Sequence[Layer], sizes: Sequence[LayerSize], ids: list[int], draft: Draft) -> None:
    batch_size = draft.recipe.fit.batch_size
    memory = [size.training_bytes(batch_size) for size in sizes]
    rows = [
        LayerRow(
            id,
            layer.title,
            layer.details(),
            shape_text(size.output) if size.output else "impossible" if size.problem else "–",
            f"{size.parameters:,}" if size.parameters else "",
            bytes_text(used) if used else "",
            used / max(sum(memory), 1),
            layer.drawing().colour,
            size.problem,
            fixed=id == _LAST,
        )
        for id, layer, size, used in zip(ids, layers, sizes, memory, strict=True)
    ]

    def acted(act: Act) -> None:
        if act.id not in ids:
            return
        st.session_state[_CHOSEN] = act.id
        here, kept, numbers = ids.index(act.id), list(draft.layers), list(draft.layer_numbers)
        if act.id == _LAST or (act.to is None and not act.remove):
            return
        layer, number = kept.pop(here), numbers.pop(here)
        if act.to is None:
            st.session_state[_CHOSEN] = [*numbers, _LAST][here]
        else:
            kept.insert(act.to, layer)
            numbers.insert(act.to, number)
        draft.set_layers(kept, numbers)

    layer_list(rows, st.session_state[_CHOSEN], acted, key="train_layers")


def _totals(sizes: Sequence[LayerSize], draft: Draft) -> None:
    parameters, batch_size = sum(size.parameters for size in sizes), draft.recipe.fit.batch_size
    st.caption(
        f"{parameters:,} parameters. Training needs about "
        f"{bytes_text(total_bytes(sizes, batch_size))} of memory at batch size {batch_size:,} "
        "(weights, optimizer state and activations)."
    )


def _edit(draft: Draft, position: int) -> DeltaGenerator:
    """Draw the controls of a layer; return where to say what is wrong with it."""
    layer = draft.recipe.network.layers[position]
    last = position == len(draft.layers)
    st.markdown(f"**{position + 1} · {layer.title}**")
    st.caption(
        "Output layer: one unit per class; softmax turns the scores into probabilities."
        if last
        else (type(layer).__doc__ or "").partition("\n")[0]
    )
    told = st.container()
    key = draft.key("layer", "last" if last else str(draft.layer_numbers[position]))
    only = ("l1", "l2") if last else ()
    changed = settings(layer, key=key, only=only, choices={"activation": HIDDEN_ACTIVATIONS}, width=130)
    layers = draft.recipe.network.layers
    draft.change(network=Network((*layers[:position], changed, *layers[position + 1 :])))
    return told


def _add(draft: Draft, position: int) -> None:
    """Let the user add a layer after the chosen one."""

    def add() -> None:
        kind = st.session_state[_ADD]
        st.session_state[_ADD] = None
        if kind is None:
            return
        place = min(position + 1, len(draft.layers))
        layer = LAYERS[kind].added()
        layers: list[Layer] = list(draft.layers)
        numbers: list[int | None] = list(draft.layer_numbers)
        layers.insert(place, layer)
        numbers.insert(place, None)
        draft.set_layers(layers, numbers)
        st.session_state[_CHOSEN] = draft.layer_numbers[place]

    st.selectbox(
        "Add a layer",
        list(LAYERS),
        index=None,
        format_func=lambda kind: LAYERS[kind].title,
        placeholder="Add a layer below",
        key=_ADD,
        on_change=add,
        label_visibility="collapsed",
        icon=":material/add:",
    )


def _stride(draft: Draft, input_shape: tuple[int, int, int]) -> None:
    changed = without_pooling(draft.layers, input_shape)
    numbers = [
        number if new is old else None
        for number, old, new in zip(draft.layer_numbers, draft.layers, changed, strict=True)
    ]
    draft.set_layers(changed, numbers)
