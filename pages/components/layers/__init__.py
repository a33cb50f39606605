"""The layers of a network as a list: one can be chosen, moved and removed."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from pages.components import script, style, taking

_mount = st.components.v2.component(
    "pixelwise_layers", html="<div class='layers'></div>", css=style("layers/style.css"), js=script("layers/script.js")
)


@dataclass(frozen=True)
class LayerRow:
    """A layer of the list.

    Attributes:
        id: distinguishes it from others, also after it has moved.
        title: its kind.
        details: its settings, in short.
        output: the shape of what it hands on.
        parameters: how many.
        memory: that it takes in training.
        share: of all memory, 0–1.
        colour: of its kind, as CSS writes it.
        problem: why it cannot work; empty when it can.
        fixed: whether it can neither move nor go.
    """

    id: int
    title: str
    details: str
    output: str
    parameters: str
    memory: str
    share: float
    colour: str
    problem: str = ""
    fixed: bool = False


@dataclass(frozen=True)
class Act:
    """What the user did to a layer.

    Attributes:
        id: the layer's.
        to: the place, from 0, that it was moved to; `None`: it stays.
        remove: whether it goes.
    """

    id: int
    to: int | None = None
    remove: bool = False


def layer_list(rows: Sequence[LayerRow], chosen: int, acted: Callable[[Act], None], *, key: str) -> None:
    """Draw the layers.

    Args:
        rows: from input to output.
        chosen: the id of the layer that is marked.
        acted: called with what was done to one of them, also merely choosing it, before the rerun.
        key: the component's key.
    """

    def sent(act: dict[str, Any]) -> None:
        acted(Act(int(act["id"]), act.get("to"), bool(act.get("remove"))))

    _mount(
        key=key,
        data={"rows": [asdict(row) for row in rows], "chosen": chosen},
        on_acted_change=taking(key, "acted", sent),
    )
