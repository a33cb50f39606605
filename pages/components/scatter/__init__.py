"""A map of images: points to pan, zoom and lasso, with the image behind each."""

import base64
import json
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import streamlit as st
from streamlit import runtime

from core.charts.palette import CLASS_COLOURS
from core.datasets.store import UNLABELED, Dataset
from core.datasets.views.embedding_map import PCA, Map, SpriteSheet
from pages.components import script, style, taking

_HTML = """<div class='map'>
<div class='tools'>
<button type='button' class='lasso' aria-pressed='false'
 title='Draw around points to select their images (or Shift-drag)'>Lasso</button>
<button type='button' class='clear' title='Clear the lasso selection (Escape)'>Clear lasso</button>
<span class='said' role='status'></span>
<button type='button' class='out' aria-label='Zoom out' title='Zoom out (−)'>−</button>
<button type='button' class='in' aria-label='Zoom in' title='Zoom in (+)'>+</button>
<button type='button' class='reset' title='Show the whole map (0)'>Reset</button>
</div>
<div class='field'><canvas class='points' tabindex='0' role='img'></canvas>
<button type='button' class='tip' tabindex='-1' hidden><canvas></canvas><b></b><span></span></button></div>
<div class='legend' role='group' aria-label='Classes'></div>
</div>"""

_mount = st.components.v2.component(
    "pixelwise_scatter", html=_HTML, css=style("scatter/style.css"), js=script("scatter/script.js")
)


def scatter(
    dataset: Dataset,
    points: bytes,
    sheet: SpriteSheet,
    *,
    shown: np.ndarray,
    lassoed: Callable[[np.ndarray | None], None],
    key: str,
    ringed: np.ndarray | None = None,
) -> int | None:
    """Draw a map; return the image that was clicked in this rerun.

    Args:
        dataset: whose map it is.
        points: from `points_of`; the browser gets them once, by their own address, as it does the images.
        sheet: the images of the map.
        shown: whether each point is drawn in its class's colour, else grey behind them, bool `(m,)` in the map's order.
        lassoed: called before the rerun with the ids inside a new lasso, int64 `(k,)`; with `None` when it is cleared.
        key: the component's key.
        ringed: whether each point has a ring around it, bool `(m,)`; `None`: none has.
    """

    result = _mount(
        key=key,
        data={
            "points": _address(points, "application/json", f"{key}-points"),
            "sheet": {**asdict(sheet), "image": _address(sheet.image, sheet.mime_type, f"{key}-sheet")},
            "crisp": not dataset.about.as_files,
            "shown": None if shown.all() else _bits(shown),
            "ringed": None if ringed is None or not ringed.any() else _bits(ringed),
        },
        on_opened_change=lambda: None,
        on_lasso_change=taking(key, "lasso", lambda ids: lassoed(np.array(ids, np.int64))),
        on_cleared_change=lambda: lassoed(None),
    )
    opened = result.get("opened")
    return None if opened is None else int(opened)


def points_of(dataset: Dataset, found: Map) -> bytes:
    """Return a map for the browser, as JSON; coordinates are scaled to −1–1 with the axes' ratio kept.

    Args:
        dataset: whose map it is.
        found: the map.
    """
    drawn = _drawn(len(found.ids))
    ids, places = found.ids[drawn], found.coordinates[drawn]
    lowest, highest = places.min(axis=0), places.max(axis=0)
    places = (places - (lowest + highest) / 2) / max((highest - lowest).max() / 2, 1e-12)
    index, labels, names = dataset.index[ids], dataset.labels[ids], dataset.about.class_names
    return json.dumps(
        {
            "ids": ids.tolist(),
            "tiles": drawn.tolist(),
            "x": np.round(places[:, 0], 4).tolist(),
            "y": np.round(places[:, 1], 4).tolist(),
            "labels": np.where(labels < 0, len(names), labels).tolist(),
            "names": [dataset.names[each] for each in ids] if dataset.names else [f"image {each:,}" for each in ids],
            "aspects": np.round(index["width"] / index["height"], 3).tolist(),
            "classes": [*names, UNLABELED] if (labels < 0).any() else names,
            "colours": CLASS_COLOURS,
            "axes": _axes(found),
        },
        separators=(",", ":"),
    ).encode()


def _axes(found: Map) -> list[str]:
    """Return what the two axes show."""
    if found.method != PCA:
        return ["t-SNE, first axis (no unit)", "t-SNE, second axis (no unit)"]
    return [
        f"{which} principal component ({share:.0%} of the variance)"
        for which, share in zip(("first", "second"), found.explained, strict=True)
    ]


def _drawn(count: int) -> np.ndarray:
    """Return the order in which points are drawn, int64 `(count,)`: mixed, so that no class covers the others."""
    return np.random.default_rng(0).permutation(count)


def _bits(flags: np.ndarray) -> str:
    """Return flags, bool `(m,)`, in the order in which points are drawn."""
    return base64.b64encode(np.packbits(flags[_drawn(len(flags))]).tobytes()).decode()


def _address(data: bytes, mime_type: str, key: str) -> str:
    """Return where the browser gets `data`; the address stays the same while the data does, and so it is sent once."""
    # As st.image does. Relative, since the app may be served under a path of its own.
    return runtime.get_instance().media_file_mgr.add(data, mime_type, key).lstrip("/")
