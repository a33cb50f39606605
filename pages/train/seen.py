"""What a network sees while it trains: the images it got most wrong, its first filters, and what these make of one."""

import html
from pathlib import Path

import numpy as np
import streamlit as st

from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.images import image_io
from core.runs import Run, Seen
from core.runs.own_dataset import dataset_of
from pages.common.messages import escape_markdown, show_errors
from pages.components.pixel_image import data_url

_WORST, _FILTERS, _FILTER_PX = 12, 8, 48


def show_seen(run: Run) -> None:
    """Show what the network got most wrong after its last epoch, and what its first filters see."""
    with show_errors():
        seen = run.seen()
        if seen is None:
            return
        dataset = None
        if len(seen.ids):
            try:
                dataset = dataset_of(run)
            except PixelwiseError:
                title = escape_markdown(run.about.title)
                st.caption(f"The highest-loss images are not shown: {title} is no longer installed, or has changed.")
        st.html(_seen_html(str(run.folder), seen.epoch, dataset is not None, seen, dataset))


@st.cache_data(max_entries=32, show_spinner=False)
def _seen_html(folder: str, epoch: int, has_images: bool, _seen: Seen, _dataset: Dataset | None) -> str:
    """Return what there is to see of a run after an epoch; of its images only where its dataset is there."""
    run, seen, dataset = Run(Path(folder)), _seen, _dataset
    names = run.about.class_names
    parts = []
    if has_images and dataset is not None:
        shown = [
            _captioned(
                dataset.thumbnail(int(index)),
                f"true class {names[label]}, predicted {names[predicted]} ({probabilities[predicted]:.0%})",
                f"{names[predicted]} {probabilities[predicted]:.0%}",
                f"true: {names[label]}",
            )
            for index, label, predicted, probabilities in zip(
                seen.ids[:_WORST], seen.labels, seen.predicted, seen.probabilities, strict=False
            )
        ]
        parts.append(_row(f"Highest-loss {run.recipe.split.watched} images after epoch {epoch}", shown))
    if len(seen.filters):
        shown = [
            _captioned(
                image_io.png(image_io.from_array(_visible(kernel))),
                f"filter {number} of the first convolution",
                f"{number}",
                "",
            )
            for number, kernel in enumerate(seen.filters[:_FILTERS], start=1)
        ]
        parts.append(_row(f"First-layer filters after epoch {epoch}", shown))
        maps = [
            _captioned(
                image_io.png(image_io.from_array(each[..., None])),
                f"what filter {number} makes of image {seen.map_id}",
                f"{number}",
                "",
            )
            for number, each in enumerate(seen.maps[:_FILTERS], start=1)
        ]
        parts.append(_row(f"Feature maps of these filters for {run.recipe.split.watched} image {seen.map_id}", maps))
    return "".join(parts)


def _visible(kernel: np.ndarray) -> np.ndarray:
    """Return a kernel as an image: 0 is middle gray, its largest weight white or black. Colour where it has three."""
    scaled = kernel / max(float(np.abs(kernel).max()), 1e-12)
    values = np.rint((scaled + 1) * 127.5).astype(np.uint8)
    return values if values.shape[-1] in (1, 3) else values.mean(axis=-1, keepdims=True).astype(np.uint8)


def _captioned(image: bytes, alt: str, first: str, second: str) -> str:
    crisp = "" if image.startswith(b"\xff\xd8") else ";image-rendering:pixelated"
    lines = "<br>".join(html.escape(each) for each in (first, second) if each)
    return (
        f"<figure style='margin:0;text-align:center;font-size:.75rem;line-height:1.25'>"
        f"<img src='{data_url(image)}' alt='{html.escape(alt, quote=True)}' title='{html.escape(alt, quote=True)}' "
        f"style='height:{_FILTER_PX}px;min-width:{_FILTER_PX}px;border-radius:3px{crisp}'>"
        f"<figcaption>{lines}</figcaption></figure>"
    )


def _row(title: str, shown: list[str]) -> str:
    return (
        f"<p style='margin:.6rem 0 .3rem;font-weight:600'>{html.escape(title)}</p>"
        f"<div style='display:flex;flex-wrap:wrap;gap:10px'>{''.join(shown)}</div>"
    )
