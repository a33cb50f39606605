"""YOLO's texts: `labels/train/1.txt` for `images/train/1.jpg`, with `class x y width height` a line, in shares.

`x` and `y` are the box's middle. What follows is left; three and more points instead are an outline, whose box is
taken. The names of the classes are in `data.yaml`, `classes.txt` or `obj.names`.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from core.datasets.sources.boxes.annotations import Annotated, Box, Format, Reading, box
from core.datasets.sources.labels import IMAGE_ENDINGS
from core.datasets.sources.readers import Member, Opened

_MOST_BYTES, _MOST_LINES, _MOST_CLASSES = 5_000_000, 10_000, 10_000
_MOST_VALUES = 2_000
# So many lines tell whether a text is one of boxes.
_LOOKED_AT = 20
_NAMES = ("classes.txt", "obj.names", "_darknet.labels", "names.txt")
_YAML = (".yaml", ".yml")
# Python's own reader takes a second for 100 kB; what lists a thousand classes has 20.
_MOST_NAMING, _MOST_YAML_BYTES = 20, 100_000
_IN_ORDER = 4


class _Naming(NamedTuple):
    """What a file tells of classes: its folders, their names, and whether lines have points after the box."""

    folders: tuple[str, ...]
    names: dict[int, str]
    points: bool


def reading(members: Sequence[Member], opened: Opened) -> Reading:
    """Return how texts among members are read: with the names of their classes, each for the image that it tells of."""
    images = {_key(each.parts): each for each in members if each.name.lower().endswith(IMAGE_ENDINGS)}
    namings, notes = _namings(members, opened)
    if not namings:
        notes.append(
            "No data.yaml or classes.txt names the classes of the boxes: they are called by their numbers. Add one."
        )

    def image_of(member: Member) -> Member | None:
        return next((images[key] for key in _keys(member.parts) if key in images), None)

    def takes(member: Member, begin: bytes) -> bool:
        return member.parts[-1].lower() not in _NAMES and (image_of(member) is not None or fits(begin))

    def read(member: Member, data: bytes) -> Iterator[Annotated]:
        image = image_of(member)
        yield _read(data, _nearest(namings, member.parts), image.name if image else member.name)

    return Reading(takes, read, tuple(notes))


def fits(begin: bytes) -> bool:
    """Tell whether a text begins with boxes: most of its first lines are such."""
    lines = [line for line in begin.splitlines()[:_LOOKED_AT] if line.strip()]
    # A list that begins with a number, such as one of labels, has no shares.
    several = [values for values in map(_values, lines) if values and all(-1 <= each <= 2 for each in values[1:])]
    return len(several) > len(lines) / 2


def _read(data: bytes, naming: _Naming | None, image: str) -> Annotated:
    if len(data) > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES // 1_000_000} MB")
    lines = [line for line in data.splitlines() if line.strip()]
    boxes: list[Box] = []
    for line in lines[:_MOST_LINES]:
        values = _values(line)
        if values and (made := box(_name(int(values[0]), naming), _sides(values[1:], naming))):
            boxes.append(made)
    read = min(len(lines), _MOST_LINES)
    return Annotated(
        image, boxes=tuple(boxes), odd=read - len(boxes), beyond=len(lines) - read, shares=True, exact=True
    )


def _values(line: bytes) -> list[float] | None:
    """Return the numbers of a line that can be of a box; `None` where it is none."""
    fields = line.split(maxsplit=_MOST_VALUES)
    if not _IN_ORDER < len(fields) <= _MOST_VALUES:
        return None
    try:
        values = list(map(float, fields))
    except ValueError:
        return None
    return values if values[0].is_integer() and 0 <= values[0] < _MOST_CLASSES else None


def _name(label: int, naming: _Naming | None) -> str | None:
    return f"class {label}" if naming is None else naming.names.get(label)


def _sides(values: list[float], naming: _Naming | None) -> tuple[float, ...]:
    """Return left, top, right and bottom; empty where the values are neither a box nor an outline."""
    # A fifth may be the confidence of a prediction.
    if len(values) <= _IN_ORDER + 1 or (naming is not None and naming.points):
        x, y, width, height = values[:_IN_ORDER]
        return x - width / 2, y - height / 2, x + width / 2, y + height / 2
    if len(values) % 2:
        return ()
    across, down = values[::2], values[1::2]
    return min(across), min(down), max(across), max(down)


def _keys(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield where the image of a text may be: `images` for the last `labels`, beside it, above `labels`."""
    *folders, stem = _key(parts)
    if "labels" in folders:
        place = len(folders) - 1 - folders[::-1].index("labels")
        yield (*folders[:place], "images", *folders[place + 1 :], stem)
        yield (*folders[:place], *folders[place + 1 :], stem)
    yield (*folders, stem)


def _key(parts: tuple[str, ...]) -> tuple[str, ...]:
    *folders, name = (part.casefold() for part in parts)
    return (*folders, name.rpartition(".")[0])


def _namings(members: Sequence[Member], opened: Opened) -> tuple[list[_Naming], list[str]]:
    """Return what files tell of classes, those in the deepest folders first, and what cannot be read of them."""
    found: list[_Naming] = []
    notes: list[str] = []
    naming = [each for each in members if each.name.lower().endswith((*_NAMES, *_YAML))]
    for member in naming[:_MOST_NAMING]:
        told: dict[int, str] = {}
        points = False
        if member.bytes > _MOST_YAML_BYTES:
            notes.append(f"{member.name} is not read: it is larger than {_MOST_YAML_BYTES // 1_000} kB.")
            continue
        with contextlib.suppress(OSError):
            data = opened.read(member)[:_MOST_YAML_BYTES]
            try:
                told, points = _of_yaml(data) if member.name.lower().endswith(_YAML) else (_of_lines(data), False)
            except ValueError as error:
                notes.append(f"{member.name} is not read: {error}.")
        if told:
            found.append(_Naming(member.parts[:-1], told, points))
    return sorted(found, key=lambda each: -len(each.folders)), notes


def _nearest(namings: Sequence[_Naming], parts: tuple[str, ...]) -> _Naming | None:
    """Return what names the classes of a text: in a folder that it is in, the deepest; else the first there is."""
    above = (each for each in namings if parts[: len(each.folders)] == each.folders)
    return next(above, namings[0] if namings else None)


def _of_lines(data: bytes) -> dict[int, str]:
    lines = data.decode("utf-8-sig", errors="replace").splitlines()
    return _texts(dict(enumerate(lines[:_MOST_CLASSES])))


def _of_yaml(data: bytes) -> tuple[dict[int, str], bool]:
    """Return the classes that a `data.yaml` names, and whether lines have points after the box.

    Raises:
        ValueError: it is no YAML.
    """
    # Few imports need it.
    import yaml

    try:
        found = yaml.safe_load(data)
    # A tag such as `!!int` before something else raises what Python does.
    except (yaml.YAMLError, RecursionError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise ValueError("it is no YAML") from error
    if not isinstance(found, dict):
        return {}, False
    names = found.get("names")
    several = dict(enumerate(names)) if isinstance(names, list) else names if isinstance(names, dict) else {}
    return _texts(several), "kpt_shape" in found


def _texts(names: dict[Any, Any]) -> dict[int, str]:
    """Return the names that are short texts or numbers, by their class."""
    return {
        label: str(name).strip()
        for label, name in names.items()
        if type(label) is int and 0 <= label < _MOST_CLASSES and isinstance(name, str | int | float)
    }


FORMAT = Format("YOLO", ".txt", fits, reading)
