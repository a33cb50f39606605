"""What a dataset is like, on a page."""

import hashlib
import html

import numpy as np
import streamlit as st

from core.charts import dataset_figures
from core.charts.plotly import go
from core.datasets.store import Dataset
from core.datasets.views import overview
from core.datasets.views.overview import MEAN_SIDE, MOST_FOR_HISTOGRAMS
from core.images import image_io
from core.storage import jobs
from core.storage.progress import counted
from pages.common.job_progress import show_job
from pages.components.pixel_image import data_url

_MANY_CLASSES = 20
_SCROLLED_PX = 480
_MEANS_STYLE = """<style>
.means {display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); gap: 14px}
.means figure {margin: 0; max-width: 208px}
.means img {width: calc(50% - 4px); image-rendering: pixelated; border-radius: 3px}
.means figcaption {font-size: .85rem; overflow-wrap: anywhere}
</style>"""


def show_overview(dataset: Dataset, ids: np.ndarray) -> None:
    """Show counts, brightness, mean images, sizes and values.

    Args:
        dataset: what is shown.
        ids: the images that the page's filters leave, int64 `(m,)`; the mean images are those of the whole set.
    """
    if not len(ids):
        _show_means(dataset)
        return
    names = dataset.about.class_names
    left, right = st.columns(2, gap="medium")
    with left:
        _chart(
            "Images by class and split",
            dataset_figures.class_counts(overview.counts(dataset, ids), names),
            "Watch for classes much smaller than the rest: the network sees fewer examples and makes "
            "more errors on them.",
            key="overview_counts",
        )
    with right:
        _chart(
            "Brightness by class",
            dataset_figures.brightness(overview.brightness(dataset, ids), names),
            "Box: middle 50% of a class; whiskers: middle 90%. If the boxes are far apart, "
            "brightness alone separates the classes, and the network may learn that shortcut.",
            key="overview_brightness",
        )
    _show_means(dataset)
    sizes, counts = overview.sizes(dataset, ids)
    if len(sizes) == 1:
        _show_histograms(dataset, ids)
        st.caption(f"All images are {sizes[0, 0]}×{sizes[0, 1]} px.")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _chart(
            "Image sizes",
            dataset_figures.image_sizes(sizes, counts),
            "The dotted line marks square images. Watch for very small images (little detail) and "
            "very elongated ones (distorted when resized).",
            key="overview_sizes",
        )
    with right:
        _show_histograms(dataset, ids)


def _chart(title: str, figure: go.Figure, look_for: str, *, key: str) -> None:
    """Show a figure with its title above and what to look for beneath; one too high scrolls."""
    st.markdown(f"**{title}**")
    height = figure.layout.height
    with st.container(height=_SCROLLED_PX if height > _SCROLLED_PX + 60 else "content", border=False):
        st.plotly_chart(figure, key=key, config={"displayModeBar": False})
    st.caption(look_for)


def _show_means(dataset: Dataset) -> None:
    """Show each class's mean image and deviation; where they take long to work out, a job does."""
    st.markdown("**Mean image and standard deviation per class**")
    if overview.known_class_means(dataset) is None and not overview.is_quick(dataset):
        _work_out(dataset)
        return
    with st.spinner("Averaging the images…"):
        markup = _means_markup(dataset, dataset.about.content_hash)
    with st.container(
        height=_SCROLLED_PX if len(dataset.about.class_names) > _MANY_CLASSES else "content", border=False
    ):
        st.html(markup)
    several = (
        f" Images of all sizes are brought to {MEAN_SIDE}×{MEAN_SIDE} pixels before."
        if not dataset.about.size[0]
        else ""
    )
    st.caption(
        "Computed on the whole dataset. Left: mean image; a clear shape means the images of the "
        "class look alike. Right: standard deviation; white varies most, black least, same scale for "
        "all classes."
        f"{several}"
    )


def _work_out(dataset: Dataset) -> None:
    """Let a job average the images: begun without being asked, and again only when asked."""
    key = f"overview-{dataset.about.name}"
    job = jobs.find(key)
    if job is None:
        job = jobs.start(key, "core.datasets.views.overview:run", {"name": dataset.about.name})
    if show_job(job, "Averaging the images").state == jobs.RUNNING:
        return
    if st.button("Average the images", icon=":material/blur_on:"):
        job.forget()
        st.rerun()


@st.cache_data(max_entries=8, show_spinner=False)
def _means_markup(_dataset: Dataset, content_hash: str) -> str:  # noqa: ARG001
    """Return each class's mean and deviation as HTML."""
    found = overview.class_means(_dataset)
    gray = found.deviations.mean(axis=-1, keepdims=True)
    lowest, highest = float(gray.min()), float(gray.max())
    deviations = (gray - lowest) * (255 / max(highest - lowest, 1e-6))
    cards = []
    for label, count in enumerate(_dataset.counts.sum(axis=1)):
        if not count:
            continue
        name = html.escape(_dataset.about.class_names[label], quote=True)
        images = " ".join(
            f"<img src='{_address(values[label])}' alt='{what} of {name}'>"
            for what, values in (("Mean image", found.means), ("Standard deviation", deviations))
        )
        cards.append(f"<figure>{images}<figcaption>{name} · {count:,}</figcaption></figure>")
    return f"{_MEANS_STYLE}<div class='means'>{''.join(cards)}</div>"


def _address(values: np.ndarray) -> str:
    return data_url(image_io.png(image_io.from_array(np.rint(values).clip(0, 255).astype(np.uint8))))


def _show_histograms(dataset: Dataset, ids: np.ndarray) -> None:
    digest = hashlib.sha256(np.sort(ids).tobytes()).hexdigest()
    counts, sampled = _histograms(dataset, ids, dataset.about.content_hash, digest)
    of = f" Of {counted(sampled, 'image')} drawn by chance." if sampled == MOST_FOR_HISTOGRAMS < len(ids) else ""
    _chart(
        "Pixel value histogram",
        dataset_figures.channel_histograms(counts),
        "Watch for peaks at either end (black or white areas, overexposed photos) and for channels "
        f"that differ (a color cast).{of}",
        key="overview_histograms",
    )


@st.cache_data(max_entries=32, show_spinner="Counting values…")
def _histograms(_dataset: Dataset, _ids: np.ndarray, content_hash: str, ids_hash: str) -> tuple[np.ndarray, int]:  # noqa: ARG001
    return overview.histograms(_dataset, _ids)
