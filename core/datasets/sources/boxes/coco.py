"""COCO's JSON: images, categories, and annotations with `bbox` [x, y, width, height]."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from core.datasets.sources.boxes.annotations import Annotated, Box, box, side, with_marks


def read(data: bytes) -> Iterator[Annotated]:
    """Yield what a file tells of each image.

    Raises:
        ValueError: it is damaged, or something else.
    """
    try:
        # Outlines take most of the room, and are not needed.
        found = json.loads(data, object_pairs_hook=lambda pairs: {key: v for key, v in pairs if key != "segmentation"})
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(found, dict):
        raise ValueError("it is no object")
    names = {_key(each.get("id")): each.get("name") for each in _objects(found, "categories")}
    boxes: dict[Any, list[Box]] = defaultdict(list)
    crowds: dict[Any, int] = defaultdict(int)
    odd: dict[Any, int] = defaultdict(int)
    for each in _objects(found, "annotations"):
        image, corners = _key(each.get("image_id")), each.get("bbox")
        if each.get("iscrowd"):
            crowds[image] += 1
            continue
        sides: tuple[Any, ...] = ()
        if isinstance(corners, list) and len(corners) == 4 and all(type(n) in (int, float) for n in corners):
            left, top, width, height = corners
            sides = (left, top, left + width, top + height)
        if made := box(names.get(_key(each.get("category_id"))), sides):
            boxes[image].append(made)
        else:
            odd[image] += 1
    for each in _objects(found, "images"):
        key, name = _key(each.get("id")), each.get("file_name")
        if isinstance(name, str):
            size = (side(each.get("width")), side(each.get("height")))
            yield Annotated(name, size, tuple(boxes[key]), crowds[key], odd=odd[key])


def _objects(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    several = found.get(name)
    return [each for each in several if isinstance(each, dict)] if isinstance(several, list) else []


def _key(value: Any) -> str:
    """Return an id: some programs write the same one as a number and as a text."""
    return str(value) if isinstance(value, str | int | float) else ""


FORMAT = with_marks("COCO", ".json", ((b'"images"', b'"file_name"'), (b'"bbox"', b'"image_id"')), read)
