"""Decisions that a person makes on pictures: exclude, relabel, unsure. The data set itself is never changed.

They are kept beside it in `decisions.jsonl`, only ever appended to, a line a decision:
`{"time": seconds since 1970, "decision": "exclude", "label": null, "ids": [3, 17]}`, or `{"time": …, "undo": true}`,
which takes back the last one that stands. A line that is torn or makes no sense is ignored.
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

from core.datasets.store import Dataset, DatasetError
from core.errors import storing
from core.spreadsheet import csv_text

EXCLUDE, RELABEL, UNSURE, KEEP = "exclude", "relabel", "unsure", "keep"
_FILE = "decisions.jsonl"


@dataclass(frozen=True)
class Decision:
    """What was decided on a picture.

    Attributes:
        decision: `EXCLUDE`, `RELABEL` or `UNSURE`.
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


def decide(dataset: Dataset, ids: Iterable[int], decision: str, label: int | None = None) -> int:
    """Decide on pictures, all at once.

    Args:
        dataset: whose pictures they are.
        ids: their indices.
        decision: `EXCLUDE`, `RELABEL`, `UNSURE`, or `KEEP`, which takes an earlier decision away.
        label: the new class, with `RELABEL` only. A picture that has the label already is kept as it is.

    Returns:
        On how many pictures something new was decided.

    Raises:
        DatasetError: there is no such picture, class or decision.
        StorageError: the disk is full or may not be written.
    """
    _check(dataset, decision, label)
    standing, changed = current(dataset), []
    for index in map(int, ids):
        if not 0 <= index < len(dataset):
            raise DatasetError(
                f"{dataset.about.title} has no picture {index:,}: choose one of 0 to {len(dataset) - 1:,}."
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
        The pictures that it was made on; none when no decision is left.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    standing = _standing(dataset)
    if not standing:
        return ()
    _append(dataset, {"time": time.time(), "undo": True})
    return standing[-1].ids


def take_along(dataset: Dataset, folder: Path) -> None:
    """Copy the decisions on a data set's pictures to the folder of another, in which these have the same indices.

    Raises:
        OSError: the disk is full or may not be written.
    """
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(dataset.folder / _FILE, folder / _FILE)


def undoable(dataset: Dataset) -> tuple[int, ...]:
    """Return the pictures whose decision `undo` would take back."""
    standing = _standing(dataset)
    return standing[-1].ids if standing else ()


def current(dataset: Dataset) -> dict[int, Decision]:
    """Return what is decided now, by picture; a picture without decision is not in it. It is not to be changed."""
    return _current(dataset, version(dataset))


def version(dataset: Dataset) -> tuple[int, int]:
    """Return what differs after each new decision: the file's size and time."""
    try:
        status = (dataset.folder / _FILE).stat()
    except FileNotFoundError:
        return (0, 0)
    return (status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class Decided:
    """What training is to take into account.

    Attributes:
        excluded: indices of the pictures to leave out.
        labels: the new class of each relabelled picture.
    """

    excluded: tuple[int, ...] = ()
    labels: Mapping[int, int] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Decided":
        """Make it of `to_json`'s text. Raises `ValueError`, `KeyError` or `TypeError` when that is damaged."""
        data = json.loads(text)
        return cls(tuple(data["excluded"]), {int(index): label for index, label in data["labels"].items()})


def decided(dataset: Dataset) -> Decided:
    """Return the decisions that change what a network learns; unsure pictures stay as they are."""
    made = sorted(current(dataset).items())
    return Decided(
        tuple(index for index, each in made if each.decision == EXCLUDE),
        {index: each.label for index, each in made if each.label is not None},
    )


def to_csv(dataset: Dataset) -> str:
    """Return the decisions as CSV, by picture: index, file name, label, decision, new label, time (UTC)."""
    names = dataset.about.class_names
    rows = (
        [
            index,
            dataset.names[index] if dataset.names else "",
            names[dataset.labels[index]],
            made.decision,
            "" if made.label is None else names[made.label],
            datetime.fromtimestamp(made.time, UTC).isoformat(timespec="seconds"),
        ]
        for index, made in sorted(current(dataset).items())
    )
    return csv_text(["picture", "file name", "label", "decision", "new label", "time"], rows)


def _check(dataset: Dataset, decision: str, label: int | None) -> None:
    known = (EXCLUDE, RELABEL, UNSURE, KEEP)
    if decision not in known:
        raise DatasetError(f"{decision!r} is no decision: choose one of {', '.join(known)}.")
    classes = dataset.about.class_names
    if (label is not None) != (decision == RELABEL) or (label is not None and not 0 <= label < len(classes)):
        raise DatasetError(f"To relabel pictures of {dataset.about.title}, choose one of its {len(classes)} classes.")


def _append(dataset: Dataset, line: dict[str, object]) -> None:
    with storing(f"the decision on {dataset.about.title}"), (dataset.folder / _FILE).open("a+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            torn = file.read(1) != b"\n"
        else:
            torn = False
        file.write(b"\n" * torn + json.dumps(line).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _standing(dataset: Dataset) -> list[_Line]:
    return _read(dataset, version(dataset))


@lru_cache(maxsize=8)
def _read(dataset: Dataset, _version: tuple[int, int]) -> list[_Line]:
    """Return the decisions that were not undone, oldest first."""
    standing: list[_Line] = []
    try:
        text = (dataset.folder / _FILE).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return standing
    for written in text.splitlines():
        try:
            line = json.loads(written)
            if line.get("undo"):
                del standing[-1:]
                continue
            label = None if line["label"] is None else int(line["label"])
            ids = tuple(index for index in map(int, line["ids"]) if 0 <= index < len(dataset))
            _check(dataset, line["decision"], label)
            standing.append(_Line(ids, Decision(line["decision"], label, float(line["time"]))))
        except (ValueError, KeyError, TypeError, AttributeError, DatasetError):
            continue
    return standing


@lru_cache(maxsize=8)
def _current(dataset: Dataset, _version: tuple[int, int]) -> dict[int, Decision]:
    found: dict[int, Decision] = {}
    for line in _read(dataset, _version):
        for index in line.ids:
            if line.made.decision == KEEP or line.made.label == dataset.labels[index]:
                found.pop(index, None)
            else:
                found[index] = line.made
    return found
