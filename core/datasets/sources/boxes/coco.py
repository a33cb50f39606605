"""COCO's JSON: images, categories, and annotations with `bbox` [x, y, width, height]."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import IO, Any

from core.datasets.sources.boxes.annotations import Annotated, Box, box, side, with_marks

# What is read of the objects in each list; outlines take most of the room, and are not needed.
_KEPT = {
    "categories": {"id", "name"},
    "images": {"id", "file_name", "width", "height"},
    "annotations": {"image_id", "category_id", "bbox", "iscrowd"},
}
_SIDES = 4
# A text or a list of numbers in a file that is read piece by piece has at most so many bytes.
_MOST_AT_ONCE = 16_000_000


def read(data: bytes) -> Iterator[Annotated]:
    """Yield what a file tells of each image.

    Raises:
        ValueError: it is damaged, or something else.
    """
    try:
        found = json.loads(data, object_pairs_hook=lambda pairs: {key: v for key, v in pairs if key != "segmentation"})
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(found, dict):
        raise ValueError("it is no object")
    told = _Told()
    for name in _KEPT:
        several = found.get(name)
        for each in several if isinstance(several, list) else []:
            if isinstance(each, dict):
                told.take(name, each)
    yield from told.annotated()


def read_in_pieces(file: IO[bytes]) -> Iterator[Annotated]:
    """Yield what a file tells of each image as `read` does, without having all of it in memory.

    Raises:
        ValueError: it is damaged, or something else.
        OSError: it cannot be read.
    """
    told = _Told()
    for name, each in _objects(file):
        told.take(name, each)
    yield from told.annotated()


class _Told:
    """What is told so far, whatever the order of the lists."""

    def __init__(self) -> None:
        self._names: dict[str, Any] = {}
        self._images: list[tuple[str, Annotated]] = []
        self._boxes: dict[str, list[tuple[str, tuple[Any, ...]]]] = defaultdict(list)
        self._crowds: dict[str, int] = defaultdict(int)

    def take(self, name: str, each: dict[str, Any]) -> None:
        """Take an object of the list of this name."""
        if name == "categories":
            self._names[_key(each.get("id"))] = each.get("name")
        elif name == "images":
            if isinstance(file := each.get("file_name"), str):
                size = side(each.get("width")), side(each.get("height"))
                self._images.append((_key(each.get("id")), Annotated(file, size)))
        elif each.get("iscrowd"):
            self._crowds[_key(each.get("image_id"))] += 1
        else:
            corners, sides = each.get("bbox"), tuple[Any, ...]()
            if isinstance(corners, list) and len(corners) == _SIDES and all(type(n) in (int, float) for n in corners):
                # JSON has whole numbers that are too long.
                with suppress(OverflowError):
                    sides = tuple(map(float, corners))
            self._boxes[_key(each.get("image_id"))].append((_key(each.get("category_id")), sides))

    def annotated(self) -> Iterator[Annotated]:
        """Yield what was told of each image."""
        for key, image in self._images:
            boxes: list[Box] = []
            several = self._boxes.get(key, [])
            for category, corners in several:
                # The last two are width and height.
                sides = (*corners[:2], corners[0] + corners[2], corners[1] + corners[3]) if corners else ()
                if made := box(self._names.get(category), sides):
                    boxes.append(made)
            yield replace(image, boxes=tuple(boxes), crowds=self._crowds[key], odd=len(several) - len(boxes))


class _Pieces:
    """A file that is read until a text or a list in it becomes too long."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.since = file, 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.since += len(piece)
        if self.since > _MOST_AT_ONCE:
            raise ValueError(f"a text or list in it has more than {_MOST_AT_ONCE // 1_000_000} MB")
        return piece


def _objects(file: IO[bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object of the lists that are read, with the list's name."""
    # Few imports need it.
    import ijson

    pieces = _Pieces(file)
    # 1 in the whole, 2 in a list, 3 in an object of it, 4 in its box.
    depth, listed, key = 0, "", ""
    item: dict[str, Any] | None = None
    try:
        for event, value in ijson.basic_parse(pieces, use_float=True):
            if event in ("start_map", "start_array"):
                depth += 1
                if depth == 1 and event == "start_array":
                    raise ValueError("it is no object")
                if depth == 2:
                    listed = key if event == "start_array" and key in _KEPT else ""
                elif depth == 3 and listed and event == "start_map":
                    item, key = {}, ""
                elif depth == 4 and item is not None and key == "bbox":
                    item[key] = []
            elif event in ("end_map", "end_array"):
                depth -= 1
                if depth == 2 and item is not None:
                    pieces.since = 0
                    yield listed, item
                    item = None
                elif depth == 1:
                    listed = ""
            elif event == "map_key":
                if depth == 1 or (depth == 3 and item is not None):
                    key = value
                    pieces.since = 0
            elif depth == 0:
                raise ValueError("it is no object")
            elif item is not None:
                if depth == 3 and key in _KEPT[listed]:
                    item[key] = value
                elif depth == 4 and key == "bbox" and len(item[key]) <= _SIDES:
                    item[key].append(value)
    except ijson.JSONError as error:
        raise ValueError("it is no JSON, or cut short") from error


def _key(value: Any) -> str:
    """Return an id: some programs write the same one as a number and as a text."""
    return sys.intern(str(value)) if isinstance(value, str | int | float) else ""


FORMAT = with_marks("COCO", ".json", ((b'"images"', b'"file_name"'), (b'"bbox"', b'"image_id"')), read, read_in_pieces)
