"""Generators: a dataset in memory all at once against batch by batch, and a generator as code that runs on it."""

import textwrap
from collections.abc import Iterable

import numpy as np
import streamlit as st

from core import runs
from core.charts.panel import Axis, Mark, Picture, Plot, log_axis
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.lessons import generators
from core.lessons.generators import DTYPES, Load, Speed
from core.storage import machine
from core.storage.progress import duration
from pages.common.address import Parameter, fragment, one_of
from pages.common.messages import escape_markdown, show_errors
from pages.common.single_choice import single_choice
from pages.common.slider_parameter import slider_parameter
from pages.components.live_slider import Slider, live_sliders
from pages.components.panels import Ahead, panels
from pages.explain.keras_code import as_keras
from pages.explain.pair import dataset_of
from pages.explain.subject import RUN
from pages.explain.view import Subject, View

_DTYPE, _SPEED = "generator_dtype", "generator_speed"
_FEWEST, _MOST = 100, 10_000_000
_COLUMNS, _SHOWN, _SIDE_PX = 4, 16, 48
_COUNTS = [(100.0, "100"), (1e4, "10,000"), (1e6, "1 million")]
_BYTES = [(1e3, "1 kB"), (1e6, "1 MB"), (1e9, "1 GB"), (1e12, "1 TB"), (1e15, "1 PB")]
_SECONDS = [(1e-3, "1 ms"), (1.0, "1 s"), (60.0, "1 min"), (3600.0, "1 h"), (86400.0, "1 day")]


def _sliders(dataset: Dataset) -> tuple[Slider, ...]:
    """Return the sliders: images, side, batch size, which batch; they begin with what the dataset is."""
    usual, name = generators.usual_load(dataset), dataset.about.name
    thousands = min(max(round(usual.images / 1000, 1), 0.1), 5000.0)
    side = min(max(usual.height, 4), 1024)
    return (
        Slider(f"generator_images_{name}", "Images, thousands", 0.1, 5000.0, thousands, 0.1),
        Slider(f"generator_side_{name}", "Image side", 4, 1024, side, 1, "px"),
        Slider("generator_batch_size", "Batch size", 8, 512, 32, 8),
        Slider("generator_batch", "Batch that is read", 0, 199, 0, 1),
    )


def _parameters() -> Iterable[Parameter]:
    try:
        dataset = runs.dataset_of(runs.find(st.session_state[RUN], runs.with_model()))
    except (PixelwiseError, KeyError):
        dataset = dataset_of(None)
    for name, slider in zip(("images", "side", "per-batch", "nth"), _sliders(dataset), strict=True):
        yield slider_parameter(name, slider)
    yield Parameter("dtype", _DTYPE, one_of(list(DTYPES)), default="float32")


def _show(subject: Subject | None) -> None:
    dataset = dataset_of(subject)
    sliders = _sliders(dataset)
    left, middle, right = st.columns([5, 11, 10], gap="medium")
    with left:
        dtype = single_choice("Kept as", list(DTYPES), key=_DTYPE, first="float32")
        speed = _measure(dataset)
    memory = machine.memory()

    def load(images: float, side: int, batch_size: int) -> Load:
        return Load(round(1000 * images), side, side, dataset.about.size[2], dtype, batch_size)

    def drawn(images: float, side: int, batch_size: int) -> list[Plot]:
        now = load(images, side, batch_size)
        return [_memory(now, memory.total), *([_waiting(now, speed)] if speed else [])]

    ahead = Ahead(sliders[:3], drawn)

    @fragment
    def live() -> bool:
        with left:
            dragging = live_sliders({"": sliders}, key="generator_sliders")
        batch_size, batch = (st.session_state[each.key] for each in sliders[2:])
        with middle, show_errors():
            read, costs = st.columns([2, 3], gap="small")
            with read:
                panels([_batch(dataset, batch, batch_size)], of=f"{batch} {batch_size}", key="batch_read")
            costs.markdown(_table(load(*ahead.values().values()), speed, memory.total))
            panels(ahead.now(), ahead=ahead, key="loads")
        return not dragging

    live()
    with left:
        st.caption(
            f"This machine has {_size(memory.total)} of memory, {_size(memory.available)} of it free now. "
            f"{escape_markdown(dataset.about.title)} has {len(dataset):,} images "
            f"({escape_markdown(dataset.about.shape)})."
        )
    with right:
        _show_code(dataset)


def _measure(dataset: Dataset) -> Speed | None:
    """Offer to measure how fast images are read; return what was measured in this session."""
    kept: dict[str, Speed] = st.session_state.setdefault(_SPEED, {})
    name = dataset.about.name
    if st.button("Measure reading here", icon=":material/speed:", help="Reads images of the dataset for a second."):
        with show_errors():
            kept[name] = generators.measured(dataset)
    if name not in kept:
        st.caption("How fast this machine reads images is measured, not assumed.")
        return None
    found = kept[name]
    st.caption(f"**{found.per_second:,.0f} images/s**: {found.images:,} images in {found.seconds:.2f} s, one thread.")
    return found


def _batch(dataset: Dataset, batch: int, batch_size: int) -> Picture:
    last = max(0, -(-len(dataset) // batch_size) - 1)
    read = generators.batch_of(dataset, min(batch, last), min(batch_size, _SHOWN))
    pixels = np.zeros((-(-len(read) // _COLUMNS) * _SIDE_PX, _COLUMNS * _SIDE_PX, 3), np.uint8)
    for place, image in enumerate(read):
        top, left = (place // _COLUMNS) * _SIDE_PX, (place % _COLUMNS) * _SIDE_PX
        small = image.convert("RGB").resize((_SIDE_PX, _SIDE_PX))
        pixels[top : top + _SIDE_PX, left : left + _SIDE_PX] = np.asarray(small)
    return Picture(
        f"Batch {min(batch, last)}: all that is read",
        f"{len(read)} images of the batch",
        pixels,
        _COLUMNS * _SIDE_PX,
        f"{len(read)} of its {batch_size} images",
    )


def _counts() -> np.ndarray:
    return np.geomspace(_FEWEST, _MOST, 41)


def _axis() -> Axis:
    return log_axis("images", _FEWEST, _MOST, _COUNTS)


def _memory(load: Load, total: int) -> Plot:
    counts = _counts()
    whole = counts * load.image_bytes
    batch = np.minimum(counts, 2 * load.batch_size) * load.image_bytes
    return Plot(
        "Memory",
        f"{load.images:,} images take {_size(load.whole_bytes)} at once and {_size(load.batch_bytes)} batch by batch",
        _axis(),
        log_axis("bytes", 1e3, 1e15, _BYTES),
        [
            Mark("line", "vermilion", counts.tolist(), whole.tolist(), "everything at once"),
            Mark("line", "blue", counts.tolist(), batch.tolist(), "batch by batch"),
            Mark("across", "gray", y=[total], label="this machine’s memory", dashed=True),
            Mark("down", "orange", [max(load.images, _FEWEST)], label="your images"),
        ],
        width=250,
        height=205,
    )


def _waiting(load: Load, speed: Speed) -> Plot:
    counts = _counts()
    whole = counts / speed.per_second
    batch = np.minimum(counts, load.batch_size) / speed.per_second
    return Plot(
        "Time until the first batch",
        "Everything at once: longer with each image. Batch by batch: always as long",
        _axis(),
        log_axis("time", 1e-5, 1e6, _SECONDS),
        [
            Mark("line", "vermilion", counts.tolist(), whole.tolist(), "everything at once"),
            Mark("line", "blue", counts.tolist(), batch.tolist(), "batch by batch"),
            Mark("down", "orange", [max(load.images, _FEWEST)], label="your images"),
        ],
        width=250,
        height=205,
    )


def _table(load: Load, speed: Speed | None, total: int) -> str:
    fits = "fits" if load.whole_bytes < total else f"**does not fit**: {load.fitting(total):,} images would"
    rows = [
        ("Memory", f"{_size(load.whole_bytes)}, {fits}", f"{_size(load.batch_bytes)}, two batches"),
        ("Read in each epoch", "nothing", f"{load.images:,} images, {load.batches:,} batches"),
    ]
    if speed:
        first, one = load.first_batch_seconds(speed.per_second)
        rows.insert(1, ("Until the first batch", _time(first), _time(one)))
        rows[2] = ("Read in each epoch", "nothing", f"{load.batches:,} batches, {_time(first)}, while training goes on")
    lines = [f"| {name} | {whole} | {batch} |" for name, whole, batch in rows]
    return "\n".join(["| What it takes | Everything at once | Batch by batch |", "| --- | --- | --- |", *lines])


def _time(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms" if seconds < 1 else f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


def _size(count: float) -> str:
    for unit, least in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= least:
            return f"{count / least:,.1f} {unit}"
    return f"{count / 1e3:,.1f} kB"


def _show_code(dataset: Dataset) -> None:
    """Show the generator in its parts, and the whole program to copy."""
    usual = generators.usual_load(dataset)
    parts = generators.code(dataset, usual)
    st.markdown("**The book’s custom generator, for this dataset**, in its four parts")
    tabs = st.tabs([f"`{name}`" for name in generators.PARTS])
    for tab, (name, said) in zip(tabs, generators.PARTS.items(), strict=True):
        with tab:
            st.caption(said)
            # Lines that wrap need no scrolling, which the keyboard cannot do there.
            st.code(textwrap.dedent(parts[name]), language="python", wrap_lines=True)
    as_keras(
        generators.program(parts),
        "The whole program, as Keras runs it. Run it with the dataset’s folder: "
        f"`python generator.py {escape_markdown(str(dataset.folder))}`",
    )


VIEW = View(
    "generators",
    "Generators",
    "A generator reads one batch while the last one is trained on. Let the dataset grow: memory stays as it is, and "
    "training begins at once.",
    _show,
    _parameters,
)
