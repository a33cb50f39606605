"""What each layer of a network makes of an image: maps to point at, with what their pixels look at and come from."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import streamlit as st

from core.lessons.products import Told
from core.nn.inference.layers import LayerMaps, Layers
from pages.components import script, style, taking

Place = tuple[int, int, int, int]

_HTML = """<div class='walk'>
<div class='epochs' hidden><button type='button' class='play'>Play</button><label>After
<input type='range' min='0' step='1'></label><output></output></div>
<div class='layers' role='group' aria-label='Layers'></div>
<div class='side'><canvas class='image' role='img'
aria-label='The image'></canvas><p class='place'></p><div class='products'></div>
<div class='answers'></div></div>
</div>"""

_mount = st.components.v2.component(
    "pixelwise_layer_maps", html=_HTML, css=style("layer_maps/style.css"), js=script("layer_maps/script.js")
)


def layer_maps(
    image: np.ndarray,
    found: Layers,
    names: Sequence[str],
    epochs: Sequence[int | None],
    epoch: int | None,
    *,
    place: Place | None,
    told: Told | None,
    point: Callable[[Place], None],
    go: Callable[[int | None], None],
    key: str,
) -> None:
    """Show the layers beneath each other.

    Args:
        image: what the network sees, uint8 `(height, width, 1 or 3)`.
        found: what its layers make of it.
        names: of the classes.
        epochs: whose weights there are, ascending, the final ones as `None`; of one only, there is no slider.
        epoch: whose weights are shown.
        place: the number that is pointed at: stage, channel, row and column.
        told: how it came about, where that can be told.
        point: called with a place that is pointed at, before the rerun.
        go: called with the epoch that is dragged to, before the rerun.
        key: the component's key, of this image only.
    """
    sent = st.session_state.get(key, {}).get("dragged") or {"turn": 0}
    header = {
        "image": list(image.shape),
        "layers": [_about(each) for each in found.layers],
        "names": list(names),
        "logits": np.nan_to_num(found.logits).round(3).tolist(),
        "probabilities": np.nan_to_num(found.probabilities).round(5).tolist(),
        "epochs": ["the last epoch" if each is None else f"epoch {each}" for each in epochs],
        "epoch": list(epochs).index(epoch),
        "place": place,
        "told": None if told is None else asdict(told),
        "turn": sent["turn"],
    }
    text = json.dumps(header).encode()
    parts = [image, *(part for each in found.layers for part in (each.maps, each.filters))]
    # One message of bytes: as numbers in JSON the maps would be four times as long.
    data = len(text).to_bytes(4, "little") + text + b"".join(np.ascontiguousarray(part).tobytes() for part in parts)

    def dragged(to: dict[str, Any]) -> None:
        go(epochs[min(max(int(to["epoch"]), 0), len(epochs) - 1)])

    def pointed(to: list[int]) -> None:
        stage, channel, row, column = (max(int(each), 0) for each in to)
        point((stage, channel, row, column))

    _mount(
        key=key,
        data=data,
        on_dragged_change=taking(key, "dragged", dragged),
        on_pointed_change=taking(key, "pointed", pointed),
    )


def _about(layer: LayerMaps) -> dict[str, Any]:
    return {
        "stage": layer.stage,
        "kind": layer.kind,
        "said": layer.said,
        "shape": list(layer.shape),
        "maps": list(layer.maps.shape),
        "lows": [float(f"{each:.4g}") for each in layer.lows],
        "highs": [float(f"{each:.4g}") for each in layer.highs],
        "shrink": layer.shrink,
        "fields": layer.fields and [[each.jump, each.low, each.high] for each in layer.fields],
        "filters": list(layer.filters.shape),
    }
