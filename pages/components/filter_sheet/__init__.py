"""All filters of a layer as small images, one of them chosen."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from pages.components import script, style, taking
from pages.components.planes import packed

_mount = st.components.v2.component(
    "pixelwise_filter_sheet",
    html="""<div class='sheet'>
<canvas tabindex='0' role='slider' aria-label='The filter' aria-valuemin='1'></canvas></div>""",
    css=style("filter_sheet/style.css"),
    js=script("filter_sheet/script.js"),
)


def filter_sheet(filters: np.ndarray, chosen: int, *, take: Callable[[int], None], key: str) -> None:
    """Show filters.

    Args:
        filters: float32 `(n, size, size)`.
        chosen: the number of the one that is marked.
        take: called with the number of the one that was chosen, before the rerun.
        key: the component's key.
    """
    count, size, _ = filters.shape
    values = packed(filters.reshape(count, size * size).astype(np.float32))["values"]
    data: dict[str, Any] = {"size": size, "count": count, "values": values, "chosen": chosen}

    def took(sent: Any) -> None:
        if isinstance(sent, int | float) and 0 <= sent < count:
            take(int(sent))

    _mount(key=key, data=data, on_chosen_change=taking(key, "chosen", took))
