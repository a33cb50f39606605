"""Decisions that a person makes on images: exclude, relabel, unsure. The dataset itself is never changed.

They are kept beside it in `decisions.jsonl`, only ever appended to, a line a decision:
`{"time": seconds since 1970, "decision": "exclude", "label": null, "ids": [3, 17]}`, or `{"time": …, "undo": true}`,
which takes back the last one that stands; with `"picture": 3`, the last one on that image, and on it only. A line
that is torn or makes no sense does not count, and `unreadable` says so.
"""

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from core.datasets.store import Dataset, DatasetError
from core.errors import as_storage_error
from core.storage import checked
from core.storage.checked import Between, DamagedError, OneOf, Time
from core.storage.csv_files import csv_text

EXCLUDE, RELABEL, UNSURE, KEPT, KEEP = "exclude", "relabel", "unsure", "kept", "keep"
_FILE = "decisions.jsonl"
_MOST, _NAMED = 1_000_000_000, 5
Id = Annotated[int, Between(0, 2**40)]
Label = Annotated[int, Between(0, 2**15 - 1)]


@dataclass(frozen=True)
class Decision:
    """What was decided on an image.

    Attributes:
        decision: `EXCLUDE`, `RELABEL`, `UNSURE` or `KEPT`.
        label: the new class of one that is relabelled, else `None`.
        time: when, seconds since 1970.
    """

    decision: str
    label: int | None
    time: float


@dataclass(frozen=True)
class _Line:
    ids: tuple[int, ...]
    made: Decision


@dataclass(frozen=True)
class _Written:
    """What a line of the file says: a decision, or that the last one is taken back."""

    time: Time
    decision: Annotated[str, OneOf((EXCLUDE, RELABEL, UNSURE, KEPT, KEEP))] = KEEP
    label: Label | None = None
    ids: tuple[Id, ...] = ()
    undo: bool = False
    picture: Id | None = None


def decide(dataset: Dataset, ids: Iterable[int], decision: str, label: int | None = None) -> int:
    """Decide on images, all at once.

    Args:
        dataset: whose images they are.
        ids: their indices.
        decision: `EXCLUDE`, `RELABEL`, `UNSURE`, `KEPT`: looked at, and right as it is; or `KEEP`, which takes an
            earlier decision away.
        label: the new class, with `RELABEL` only. An image that has the label already is kept as it is.

    Returns:
        On how many images something new was decided.

    Raises:
        DatasetError: there is no such image, class or decision.
        StorageError: the disk is full or may not be written.
    """
    _check(dataset, decision, label)
    standing, changed = current(dataset), []
    for index in map(int, ids):
        if not 0 <= index < len(dataset):
            raise DatasetError(
                f"{dataset.about.title} has no image {index:,}: choose one of 0 to {len(dataset) - 1:,}."
            )
        before = standing.get(index)
        wanted = (KEEP, None) if label is not None and label == dataset.labels[index] else (decision, label)
        if wanted != ((before.decision, before.label) if before else (KEEP, None)):
            changed.append(index)
    if changed:
        _append(dataset, {"time": time.time(), "decision": decision, "label": label, "ids": changed})
    return len(changed)


def undo(dataset: Dataset) -> tuple[int, ...]:
    """Take back the last decision that stands.

    Returns:
        The images that it was made on; none when no decision is left.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    standing = _standing(dataset)
    if not standing:
        return ()
    _append(dataset, {"time": time.time(), "undo": True})
    return standing[-1].ids


def undo_on(dataset: Dataset, index: int) -> Decision | None:
    """Take back the last decision that stands on one image, and on no other.

    Returns:
        The decision; `None` where there is none.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    last = undoable_on(dataset, index)
    if last is not None:
        _append(dataset, {"time": time.time(), "undo": True, "picture": index})
    return last


def undoable_on(dataset: Dataset, index: int) -> Decision | None:
    """Return the decision that `undo_on` would take back."""
    return next((line.made for line in reversed(_standing(dataset)) if index in line.ids), None)


def take_along(dataset: Dataset, folder: Path) -> None:
    """Copy the decisions on a dataset's images to the folder of another, in which these have the same indices.

    Raises:
        OSError: the disk is full or may not be written.
    """
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(dataset.folder / _FILE, folder / _FILE)


def undoable(dataset: Dataset) -> tuple[int, ...]:
    """Return the images whose decision `undo` would take back."""
    standing = _standing(dataset)
    return standing[-1].ids if standing else ()


def current(dataset: Dataset) -> dict[int, Decision]:
    """Return what is decided now, by image; an image without decision is not in it. It is not to be changed."""
    return _current(dataset, version(dataset))


def version(dataset: Dataset) -> tuple[int, int]:
    """Return what differs after each new decision: the file's size and time."""
    try:
        status = (dataset.folder / _FILE).stat()
    except OSError:
        return (0, 0)
    return (status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class Decided:
    """What training is to take into account.

    Attributes:
        excluded: indices of the images to leave out.
        labels: the new class of each relabelled image.
    """

    excluded: tuple[Id, ...] = ()
    labels: Mapping[Id, Label] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return it as JSON, without a checksum."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Decided":
        """Make it of `to_json`'s text. Raises `DamagedError` when that is damaged."""
        return checked.parsed(cls, text.encode(), Path("decisions.json"))


def decided(dataset: Dataset) -> Decided:
    """Return the decisions that change what a network learns; unsure images stay as they are."""
    made = sorted(current(dataset).items())
    return Decided(
        tuple(index for index, each in made if each.decision == EXCLUDE),
        {index: each.label for index, each in made if each.label is not None},
    )


def to_csv(dataset: Dataset) -> str:
    """Return the decisions as CSV, by image: index, file name, label, decision, new label, time (UTC)."""
    names = dataset.about.class_names
    rows = (
        [
            index,
            dataset.names[index] if dataset.names else "",
            dataset.class_of(index),
            made.decision,
            "" if made.label is None else names[made.label],
            datetime.fromtimestamp(made.time, UTC).isoformat(timespec="seconds"),
        ]
        for index, made in sorted(current(dataset).items())
    )
    return csv_text(["image", "file name", "label", "decision", "new label", "time"], rows)


def _check(dataset: Dataset, decision: str, label: int | None) -> None:
    known = (EXCLUDE, RELABEL, UNSURE, KEPT, KEEP)
    if decision not in known:
        raise DatasetError(f"{decision!r} is no decision: choose one of {', '.join(known)}.")
    classes = dataset.about.class_names
    if (label is not None) != (decision == RELABEL) or (label is not None and not 0 <= label < len(classes)):
        raise DatasetError(f"To relabel images of {dataset.about.title}, choose one of its {len(classes)} classes.")


def _append(dataset: Dataset, line: dict[str, Any]) -> None:
    with as_storage_error(f"the decision on {dataset.about.title}"), (dataset.folder / _FILE).open("a+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            torn = file.read(1) != b"\n"
        else:
            torn = False
        file.write(b"\n" * torn + checked.text(line).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def unreadable(dataset: Dataset) -> str:
    """Say which decisions on a dataset's images cannot be read, and so do not count; empty: none."""
    lost = _read(dataset, version(dataset))[1]
    if not lost:
        return ""
    lines = ", ".join(f"{number:,}" for number in lost[:_NAMED]) + (" …" if len(lost) > _NAMED else "")
    return (
        f"{len(lost):,} decision{'s' * (len(lost) != 1)} on {dataset.about.title} cannot be read and "
        f"{'do' if len(lost) != 1 else 'does'} not count: {_FILE} is damaged (line {lines}). Look on Browse what is "
        "missing, and decide again."
    )


def _standing(dataset: Dataset) -> list[_Line]:
    return _read(dataset, version(dataset))[0]


@lru_cache(maxsize=64)
def _read(dataset: Dataset, _version: tuple[int, int]) -> tuple[list[_Line], list[int]]:
    """Return the decisions that were not undone, oldest first, and the numbers of the lines that cannot be read."""
    standing: list[_Line] = []
    lost: list[int] = []
    path = dataset.folder / _FILE
    try:
        lines = checked.read_bytes(path, _MOST).split(b"\n")
    except checked.MissingError:
        return standing, lost
    except DamagedError as error:
        raise DatasetError(f"The decisions on {dataset.about.title} cannot be read: {error}.") from error
    for number, written in enumerate(lines, 1):
        if not written.strip():
            continue
        try:
            line = checked.parsed(_Written, written, path)
            if line.undo:
                _take_back(standing, line.picture)
                continue
            if any(index >= len(dataset) for index in line.ids):
                raise DatasetError("There is no such image.")
            _check(dataset, line.decision, line.label)
            standing.append(_Line(line.ids, Decision(line.decision, line.label, float(line.time))))
        except (DamagedError, DatasetError):
            lost.append(number)
    return standing, lost


def _take_back(standing: list[_Line], image: int | None) -> None:
    """Take back the last line; or of the last one on an image, that image."""
    if image is None:
        del standing[-1:]
        return
    for place in reversed(range(len(standing))):
        line = standing[place]
        if image in line.ids:
            rest = tuple(index for index in line.ids if index != image)
            standing[place : place + 1] = [_Line(rest, line.made)] if rest else []
            return


@lru_cache(maxsize=8)
def _current(dataset: Dataset, _version: tuple[int, int]) -> dict[int, Decision]:
    found: dict[int, Decision] = {}
    for line in _read(dataset, _version)[0]:
        for index in line.ids:
            if line.made.decision == KEEP or line.made.label == dataset.labels[index]:
                found.pop(index, None)
            else:
                found[index] = line.made
    return found
