"""What a pipeline does, looked at in several ways: step by step, on several pictures, as numbers, as code, on all."""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import numpy as np
import streamlit as st
from PIL import Image

from core import applying, jobs, prepare
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.jobs import Job
from core.preprocessing import RESAMPLINGS, Normalisation, Pipeline, Stage, value_range
from core.preprocessing.normalisation import NONE, SIGNED, STANDARD, UNIT
from core.preprocessing.trace import back, corner, forth, patch
from pages.shared.components.compare import OnScreen, Point, Side, compare, for_screen, pointed
from pages.shared.components.crisp import data_url
from pages.shared.frame import plain, said_in_words
from pages.shared.job import show_job
from pages.shared.photo import Photo
from pages.shared.pipeline import Result, normalisation, set_normalisation

_SEVERAL = 6
_TILE_PX = 168
_MOST_OFFERED_BYTES = 500_000_000
_PHOTO_FILE = "photo.jpg"
_TILES = "display:flex;flex-wrap:wrap;gap:14px 18px"
_TILE = "margin:0;max-width:100%;font-variant-numeric:tabular-nums;font-size:.8rem;line-height:1.45"
_PICTURE = "display:block;margin-bottom:6px;border-radius:3px;outline:1px solid rgba(128,128,128,.3)"


def shape(picture: Image.Image) -> str:
    """Return a picture's size and mode for a person."""
    return f"{picture.width:,}×{picture.height:,} · {'gray' if picture.mode == 'L' else 'colour'}"


@dataclass(frozen=True)
class Before:
    """The picture before the steps, which stays the same while one drags.

    Attributes:
        photo: the picture itself.
        shown: as it is compared with the one after.
        values: its lowest and its highest value.
        tile: as it is shown among the steps, HTML.
    """

    photo: Photo
    shown: OnScreen
    values: tuple[int, int]
    tile: str


def before_steps(photo: Photo) -> Before:
    """Return the picture before the steps."""
    picture, values = photo.picture, value_range(photo.picture)
    tile = _tile(picture, "the picture", ["0 · as it comes", _facts(picture, values)])
    return Before(photo, OnScreen.of(picture), values, tile)


def show_before_after(before: Before, result: Result) -> None:
    """Show the picture before and after, with histograms and the numbers around a point of both."""
    key, pictures = "compare", (before.photo.picture, result.picture)
    places = _places(pointed(key), *pictures, result.stages)
    shown = (before.shown, OnScreen.of(result.picture))
    values = (before.values, result.stages[-1].values if result.stages else before.values)
    names = ("Before", "After" if not result.failed else "As far as it goes")
    missing = ("Made up: it shows nothing of the picture before.", "Lost: this part is no longer in the picture.")
    sides = []
    for picture, on_screen, extremes, place, name, why in zip(
        pictures, shown, values, places, names, missing, strict=True
    ):
        label = f"{name} · {_facts(picture, extremes)}"
        numbers = None if place is None else patch(picture, *place)
        begin = (0, 0) if place is None else corner(picture, *place)
        sides.append(Side(on_screen, label, f"{name}: {before.photo.said}", numbers, begin, why))
    compare(*sides, key=key)


def _places(
    point: Point, before: Image.Image, after: Image.Image, stages: Sequence[Stage]
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Return where the point is in both pictures."""
    width, height = after.size if point.after else before.size
    here = point.x * width, point.y * height
    return (back(stages, *here), here) if point.after else (here, forth(stages, *here))


def show_steps(before: Before, result: Result) -> None:
    """Show the picture after each step, with its size, mode, values, and the share lost and made up."""
    shown = [before.tile]
    for stage in result.stages:
        old, new = (each.width * each.height for each in (stage.before, stage.picture))
        lines = [
            f"{stage.position + 1} · {stage.step.title}",
            _facts(stage.picture, stage.values),
            f"lost {stage.lost:.1%} · made up {stage.made_up:.1%}",
        ]
        if old != new:
            lines.append(f"{new:,} pixels in place of {old:,}")
        shown.append(_tile(stage.picture, f"after step {stage.position + 1}", lines))
    _tiles(shown)
    st.caption(
        "Lost: the share of the picture before the step that is cut off or moved out. Made up: the share of the "
        "picture after it that shows nothing of the picture before, such as bands. Resampling in itself does neither."
    )


def show_several(dataset: Dataset, pipeline: Pipeline) -> None:
    """Show six pictures of the data set, as different in size as it has, before and after."""
    shown = []
    for index in several(dataset):
        picture = dataset.picture(index)
        label = f"{index:,} · {dataset.about.class_names[dataset.labels[index]]}"
        try:
            after = pipeline.apply(picture)
        except PixelwiseError as error:
            shown.append(_pair(picture, None, label, str(error)))
        else:
            shown.append(_pair(picture, after, label, f"{shape(picture)} → {shape(after)}"))
    _tiles(shown)
    st.caption("A setting that is good for one picture may be bad for another: look for cut heads and thin lines.")


def several(dataset: Dataset) -> list[int]:
    """Return the indices of some pictures, from the smallest to the largest."""
    area = dataset.index["width"].astype(np.int64) * dataset.index["height"]
    shape_of = dataset.index["width"] / np.maximum(dataset.index["height"], 1)
    spread = np.random.default_rng(0).permutation(len(dataset))
    order = spread[np.lexsort((shape_of[spread], area[spread]))]
    return [int(order[place]) for place in np.linspace(0, len(order) - 1, min(_SEVERAL, len(order))).astype(int)]


def show_resampling(result: Result) -> None:
    """Show what each way of resampling makes of the picture at the last step that has one."""
    stages = [stage for stage in result.stages if "resampling" in type(stage.step).__dataclass_fields__]
    if not stages:
        st.info("No step makes new pixels from old ones: add Resize, or Rotate.")
        return
    stage = stages[-1]
    shrinks = stage.picture.width * stage.picture.height < stage.before.width * stage.before.height
    ways = [str(way) for way in stage.step.setting_of("resampling").choices]
    shown = []
    for way in ways:
        step = replace(stage.step, resampling=way)  # type: ignore[call-arg]
        chosen = " (chosen)" if step == stage.step else ""
        shown.append(_tile(step.apply(stage.before), way, [f"{way}{chosen}", RESAMPLINGS[way][shrinks]], _TILE_PX + 24))
    st.markdown(f"Step {stage.position + 1}, **{stage.step.title}**, {'shrinking' if shrinks else 'enlarging'}:")
    _tiles(shown)


def show_numbers(photo: Photo, result: Result, pipeline: Pipeline) -> None:
    """Let the user choose a normalisation, and show what it does to the numbers."""
    picture = result.picture
    now = normalisation()
    how = st.segmented_control("Normalisation", (NONE, UNIT, SIGNED, STANDARD), default=now.how, required=True)
    channels = 1 if picture.mode == "L" else 3
    if how != now.how or (how == STANDARD and len(now.means) not in (1, channels)):
        with said_in_words():
            now = worked_out(photo.dataset, pipeline) if how == STANDARD else Normalisation(str(how))
            set_normalisation(now)
    title = plain(photo.dataset.about.title)
    if how == STANDARD:
        st.caption(
            f"Mean and deviation of training pictures of {title} after the steps, unless a preset brought its own."
        )
        if st.button(f"Work out for {title} with these steps", key="work_out"):
            with said_in_words():
                set_normalisation(worked_out(photo.dataset, pipeline))
                st.rerun(scope="fragment")
    if how != now.how or len(now.means) > channels:
        return
    _table(picture, now)


def worked_out(dataset: Dataset, pipeline: Pipeline) -> Normalisation:
    """Return the standardisation of a data set after the steps."""
    with st.spinner("Measuring pictures"):
        return applying.standardisation(dataset, pipeline)


def _table(picture: Image.Image, chosen: Normalisation) -> None:
    """Show the formula, and what becomes of some values."""
    if chosen.how == NONE:
        st.markdown("The values stay as they are. Networks learn faster from small ones, best spread around 0.")
    else:
        st.markdown(
            f"Each value v becomes **{plain(chosen.formula)}**. The pictures stay: the network's first layer does it."
        )
    pixels = np.asarray(picture).reshape(-1, 1 if picture.mode == "L" else 3)
    after = chosen.apply(pixels)
    names = ["gray"] if pixels.shape[1] == 1 else ["red", "green", "blue"]
    rows = []
    for channel, name in enumerate(names):
        old, new = pixels[:, channel], after[:, channel]
        rows.append(
            {
                "channel": name,
                "values before": f"{old.min()} to {old.max()}",
                "mean before": round(float(old.mean()), 2),
                "deviation before": round(float(old.std()), 2),
                "values after": f"{new.min():.3f} to {new.max():.3f}",
                "mean after": round(float(new.mean()), 3),
                "deviation after": round(float(new.std()), 3),
                "black becomes": round(float(chosen.apply(np.zeros((1, len(names)), np.uint8))[0, channel]), 3),
                "white becomes": round(float(chosen.apply(np.full((1, len(names)), 255, np.uint8))[0, channel]), 3),
            }
        )
    st.dataframe(rows, hide_index=True, width="stretch")
    if chosen.how != NONE:
        numbers = [each[0] if len(each) == 1 else list(each) for each in (chosen.scale, chosen.offset)]
        st.caption("In Keras, as a network's first layer:")
        st.code(f"keras.layers.Rescaling(scale={numbers[0]}, offset={numbers[1]})", "python")


def show_code(pipeline: Pipeline) -> None:
    """Show the pipeline as Pillow code, as a link and as JSON."""
    if not pipeline.applied.steps:
        st.info("No step is on: there is nothing to do.")
        return
    st.code(pipeline.code(_PHOTO_FILE), "python")
    st.caption("The same pixels as here. A link that opens this page with these steps, and the steps in a recipe:")
    data = json.dumps(pipeline.to_json())
    st.code(f"/preprocess?steps={quote(data, safe='')}", None, wrap_lines=True)
    st.code(json.dumps(pipeline.to_json(), indent=1), "json")


def show_whole_set(dataset: Dataset, pipeline: Pipeline) -> None:
    """Say what comes out for the whole data set, and start the work on it."""
    steps = pipeline.applied
    found = prepare.shapes(dataset, steps)
    shapes = [f"{width}×{height} {'gray' if channels == 1 else 'colour'}" for height, width, channels in found]
    title = plain(dataset.about.title)
    if len(found) == 1:
        st.markdown(
            f"All **{len(dataset):,}** pictures of {title} become **{shapes[0]}**: an array that a network takes."
        )
    else:
        st.markdown(
            f"The **{len(dataset):,}** pictures of {title} become **{len(found):,} different shapes**, such as "
            f"{', '.join(shapes[:3])}. A network takes one: add a Resize step. A zip can hold them all."
        )
    with st.container(horizontal=True):
        for name, label, icon, off in (
            ("apply", "Apply to all", "play_arrow", len(found) > 1),
            ("zip", "Make a zip of PNG files", "folder_zip", False),
        ):
            if st.button(label, key=f"{name}_all", icon=f":material/{icon}:", disabled=off):
                arguments = {"dataset": dataset.about.name, "steps": steps.to_json()}
                jobs.start(f"{name}-{dataset.about.name}", f"core.applying:{name}_job", arguments)
                st.rerun()


def show_jobs(dataset: Dataset, pipeline: Pipeline) -> None:
    """Show how the work on the whole data set stands, and what came out."""
    for name, title in (("apply", "All pictures"), ("zip", "The zip")):
        job = jobs.find(f"{name}-{dataset.about.name}")
        if job is None:
            continue
        if show_job(job, f"{title} of {dataset.about.title}").state == jobs.FINISHED:
            _done(job, dataset, pipeline)


def _done(job: Job, dataset: Dataset, pipeline: Pipeline) -> None:
    result = job.status().result
    old = "" if job.arguments["steps"] == pipeline.applied.to_json() else " with **earlier steps**"
    speed = result["pictures"] / max(result["seconds"], 1e-3)
    took = f"{result['pictures']:,} pictures{old} in {result['seconds']:.1f} s ({speed:,.0f} a second)"
    if "shape" in result:
        height, width, channels = result["shape"]
        st.success(
            f"{took}: an array of shape ({result['pictures']:,}, {height}, {width}, {channels}), kept for training.",
            icon=":material/check_circle:",
        )
        return
    path, size = Path(result["path"]), result["bytes"]
    if not path.exists():
        return
    st.success(f"{took}: a zip of {size / 1e6:,.1f} MB, at {plain(str(path))}", icon=":material/check_circle:")
    if size <= _MOST_OFFERED_BYTES:
        st.download_button(
            "Download the zip",
            path.read_bytes,
            f"{dataset.about.name}-prepared.zip",
            "application/zip",
            # A run of the page at the click could take the answer away: Streamlit clears its queue, answer included.
            on_click="ignore",
            icon=":material/download:",
        )


def _facts(picture: Image.Image, values: tuple[int, int]) -> str:
    lowest, highest = values
    return f"{shape(picture)} · {lowest}–{highest}"


def _img(picture: Image.Image, alt: str, side: int = _TILE_PX) -> str:
    """Return a picture as HTML, at most `side` CSS pixels long; a small one enlarged by a whole number."""
    longest = max(picture.size)
    factor = side // longest if longest <= side else side / longest
    size = f"width:{max(1, round(picture.width * factor))}px;height:{max(1, round(picture.height * factor))}px"
    crisp = ";image-rendering:pixelated" if factor >= 1 else ""
    address = data_url(for_screen(picture, 2 * side))
    return f"<img src='{address}' alt='{html.escape(alt, quote=True)}' style='{size}{crisp};{_PICTURE}'>"


def _tile(picture: Image.Image, alt: str, lines: Sequence[str], side: int = _TILE_PX) -> str:
    first, *others = map(html.escape, lines)
    text = "<br>".join([f"<b>{first}</b>", *others])
    return f"<figure style='{_TILE};width:{side}px'>{_img(picture, alt, side)}<figcaption>{text}</figcaption></figure>"


def _pair(before: Image.Image, after: Image.Image | None, label: str, said: str) -> str:
    side = _TILE_PX - 38
    second = "" if after is None else _img(after, f"{label}, after", side)
    row = f"<div style='display:flex;gap:6px;align-items:flex-end'>{_img(before, label, side)}{second}</div>"
    text = f"<b>{html.escape(label)}</b><br>{html.escape(said)}"
    return f"<figure style='{_TILE};width:{2 * side + 6}px'>{row}<figcaption>{text}</figcaption></figure>"


def _tiles(shown: Sequence[str]) -> None:
    st.html(f"<div style='{_TILES}'>{''.join(shown)}</div>")
