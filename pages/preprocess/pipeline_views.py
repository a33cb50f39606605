"""What a pipeline does, looked at in several ways: step by step, on several images, by other resamplings, as code."""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

import numpy as np
import streamlit as st
from PIL import Image

from core.charts.palette import IMAGE_EDGE
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.preprocessing import RESAMPLINGS, Pipeline, Stage, value_range
from core.preprocessing.trace import back, corner, forth, patch
from pages.common.image_source import SourceImage
from pages.components.compare import OnScreen, Point, Side, compare, for_screen, pointed
from pages.components.pixel_image import data_url
from pages.preprocess.address import DIVIDED
from pages.preprocess.pipeline_editor import Result

_SEVERAL = 6
_TILE_PX = 168
_PHOTO_FILE = "photo.jpg"
_TILES = "display:flex;flex-wrap:wrap;gap:14px 18px"
_TILE = "margin:0;max-width:100%;font-variant-numeric:tabular-nums;font-size:.8rem;line-height:1.45"
_IMAGE = f"display:block;margin-bottom:6px;border-radius:3px;outline:1px solid {IMAGE_EDGE}"


def shape(image: Image.Image) -> str:
    """Return an image's size and mode for a person."""
    return f"{image.width:,}×{image.height:,} · {'gray' if image.mode == 'L' else 'color'}"


@dataclass(frozen=True)
class Before:
    """The image before the steps, which stays the same while one drags.

    Attributes:
        photo: the image itself.
        shown: as it is compared with the one after.
        values: its lowest and its highest value.
        tile: as it is shown among the steps, HTML.
    """

    photo: SourceImage
    shown: OnScreen
    values: tuple[int, int]
    tile: str


def before_steps(photo: SourceImage) -> Before:
    """Return the image before the steps."""
    image, values = photo.image, value_range(photo.image)
    tile = _tile(image, "the image", ["0 · Original", _facts(image, values)])
    return Before(photo, OnScreen.of(image), values, tile)


def show_before_after(before: Before, result: Result) -> None:
    """Show the image before and after, with histograms and the numbers around a point of both."""
    key, images = "compare", (before.photo.image, result.image)
    places = _places(pointed(key), *images, result.stages)
    shown = (before.shown, OnScreen.of(result.image))
    values = (before.values, result.stages[-1].values if result.stages else before.values)
    names = ("Before", "After" if not result.failed else "Result so far")
    missing = ("Padding: this area is not part of the original image.", "Cropped: this area is no longer in the image.")
    sides = []
    for image, on_screen, extremes, place, name, why in zip(images, shown, values, places, names, missing, strict=True):
        label = f"{name} · {_facts(image, extremes)}"
        numbers = None if place is None else patch(image, *place)
        begin = (0, 0) if place is None else corner(image, *place)
        sides.append(Side(on_screen, label, f"{name}: {before.photo.said}", numbers, begin, why))
    compare(*sides, divided=st.session_state.get(DIVIDED, True), key=key, on_divided=_divide)


def _divide(divided: bool) -> None:
    st.session_state[DIVIDED] = divided


def _places(
    point: Point, before: Image.Image, after: Image.Image, stages: Sequence[Stage]
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Return where the point is in both images."""
    width, height = after.size if point.after else before.size
    here = point.x * width, point.y * height
    return (back(stages, *here), here) if point.after else (here, forth(stages, *here))


def show_steps(before: Before, result: Result) -> None:
    """Show the image after each step, with its size, mode, values, and the share lost and made up."""
    shown = [before.tile]
    for stage in result.stages:
        old, new = (each.width * each.height for each in (stage.before, stage.image))
        lines = [
            f"{stage.position + 1} · {stage.step.title}",
            _facts(stage.image, stage.values),
            f"{stage.lost:.1%} cropped · {stage.made_up:.1%} padding",
        ]
        if old != new:
            lines.append(f"{new:,} pixels (was {old:,})")
        shown.append(_tile(stage.image, f"after step {stage.position + 1}", lines))
    _tiles(shown)
    st.caption(
        "Cropped: share of the image before the step that was cut off. Padding: share of the image "
        "after the step that is filler. Resampling alone causes neither."
    )


def show_several(dataset: Dataset, pipeline: Pipeline) -> None:
    """Show six images of the dataset, as different in size as it has, before and after."""
    shown = []
    for index in several(dataset):
        image = dataset.image(index)
        label = f"{index:,} · {dataset.class_of(index)}"
        try:
            after = pipeline.apply(image)
        except PixelwiseError as error:
            shown.append(_pair(image, None, label, str(error)))
        else:
            shown.append(_pair(image, after, label, f"{shape(image)} → {shape(after)}"))
    _tiles(shown)
    st.caption("What works for one image may not work for another: watch for cut-off heads and broken thin lines.")


def several(dataset: Dataset) -> list[int]:
    """Return the indices of some images, from the smallest to the largest."""
    area = dataset.index["width"].astype(np.int64) * dataset.index["height"]
    shape_of = dataset.index["width"] / np.maximum(dataset.index["height"], 1)
    spread = np.random.default_rng(0).permutation(len(dataset))
    order = spread[np.lexsort((shape_of[spread], area[spread]))]
    return [int(order[place]) for place in np.linspace(0, len(order) - 1, min(_SEVERAL, len(order))).astype(int)]


def show_resampling(result: Result) -> None:
    """Show what each way of resampling makes of the image at the last step that has one."""
    stages = [stage for stage in result.stages if "resampling" in type(stage.step).__dataclass_fields__]
    if not stages:
        st.info("No step resamples the image. Add Resize or Rotate to compare methods.")
        return
    stage = stages[-1]
    shrinks = stage.image.width * stage.image.height < stage.before.width * stage.before.height
    ways = [str(way) for way in stage.step.setting_of("resampling").choices]
    shown = []
    for way in ways:
        step = replace(stage.step, resampling=way)  # type: ignore[call-arg]
        chosen = " (chosen)" if step == stage.step else ""
        shown.append(_tile(step.apply(stage.before), way, [f"{way}{chosen}", RESAMPLINGS[way][shrinks]], _TILE_PX + 24))
    st.markdown(f"Step {stage.position + 1}, **{stage.step.title}**, {'shrinking' if shrinks else 'enlarging'}:")
    _tiles(shown)


def show_code(pipeline: Pipeline) -> None:
    """Show the pipeline as Pillow code, as a link and as JSON."""
    if not pipeline.applied.steps:
        st.info("No active steps, so there is no code to show.")
        return
    st.code(pipeline.code(_PHOTO_FILE), "python")
    st.caption(
        "This code gives exactly the same pixels. Below: a link to this page with these steps, and the "
        "steps as recipe JSON."
    )
    data = json.dumps(pipeline.to_json())
    st.code(f"/preprocess?steps={quote(data, safe='')}", None, wrap_lines=True)
    st.code(json.dumps(pipeline.to_json(), indent=1), "json")


def _facts(image: Image.Image, values: tuple[int, int]) -> str:
    lowest, highest = values
    return f"{shape(image)} · {lowest}–{highest}"


def _img(image: Image.Image, alt: str, side: int = _TILE_PX) -> str:
    """Return an image as HTML, at most `side` CSS pixels long; a small one enlarged by a whole number."""
    longest = max(image.size)
    factor = side // longest if longest <= side else side / longest
    size = f"width:{max(1, round(image.width * factor))}px;height:{max(1, round(image.height * factor))}px"
    crisp = ";image-rendering:pixelated" if factor >= 1 else ""
    address = data_url(for_screen(image, 2 * side))
    return f"<img src='{address}' alt='{html.escape(alt, quote=True)}' style='{size}{crisp};{_IMAGE}'>"


def _tile(image: Image.Image, alt: str, lines: Sequence[str], side: int = _TILE_PX) -> str:
    first, *others = map(html.escape, lines)
    text = "<br>".join([f"<b>{first}</b>", *others])
    return f"<figure style='{_TILE};width:{side}px'>{_img(image, alt, side)}<figcaption>{text}</figcaption></figure>"


def _pair(before: Image.Image, after: Image.Image | None, label: str, said: str) -> str:
    side = _TILE_PX - 38
    second = "" if after is None else _img(after, f"{label}, after", side)
    row = f"<div style='display:flex;gap:6px;align-items:flex-end'>{_img(before, label, side)}{second}</div>"
    text = f"<b>{html.escape(label)}</b><br>{html.escape(said)}"
    return f"<figure style='{_TILE};width:{2 * side + 6}px'>{row}<figcaption>{text}</figcaption></figure>"


def _tiles(shown: Sequence[str]) -> None:
    st.html(f"<div style='{_TILES}'>{''.join(shown)}</div>")
