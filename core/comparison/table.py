"""All runs at a glance, a row each: what was trained on what, for how long, and what came of it."""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any

from core import runs
from core.runs import Run, RunError, Status

DAMAGED = "damaged"
# The last epoch's record is in the last so many bytes of the metrics, unless an epoch takes very long.
_TAIL_BYTES = 65_536
_EPOCH = b'{"kind": "epoch"'


@dataclass(frozen=True)
class Row:
    """A run in the table.

    Attributes:
        name: the run's, which finds it.
        title: what to call it before people.
        recipe: its recipe's title.
        data: its data set's title.
        state: one of the states of `core.runs`, or `DAMAGED`.
        created: when it was made, in seconds since 1970.
        epoch: whole epochs done, of `epochs`.
        epochs: how many there were to be.
        seconds: how long they took, validation included; `None` before the first has ended.
        training: the training accuracy of the last epoch, 0–1, as it was while the weights changed.
        validation: the accuracy on validation pictures: of the network kept, else of the last epoch; 0–1.
        test: the accuracy on test pictures, 0–1.
        star: whether it matters to the user, and `note` what they say of it.
        pair_of: the name of the run that it was made to be compared with.
        cause: why it failed, in words.
    """

    name: str
    title: str
    recipe: str
    data: str
    state: str
    created: float
    epoch: int = 0
    epochs: int = 0
    seconds: float | None = None
    training: float | None = None
    validation: float | None = None
    test: float | None = None
    star: bool = False
    note: str = ""
    pair_of: str | None = None
    cause: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the row as a JSON object."""
        return asdict(self)


def rows() -> list[Row]:
    """Return a row for each run, newest first. Of runs that have ended and not changed, no file is read again."""
    return [row(run) for run in runs.all_runs()]


def full_titles(found: Sequence[Run], zone: tzinfo | None = None) -> dict[str, str]:
    """Return titles that tell runs apart, by name: what a run is called, and when it was made or where it is from.

    Args:
        found: which runs; no two of them get the same.
        zone: that of the times; `None`: this machine's.
    """
    titles = {run.name: _full_title(run, zone) for run in found}
    count = Counter(titles.values())
    return {name: title if count[title] == 1 else f"{title} · {name}" for name, title in titles.items()}


def _full_title(run: Run, zone: tzinfo | None) -> str:
    made = row(run)
    if made.state == DAMAGED:
        return run.name
    if run.folder.parent != runs.runs_folder():
        return f"{made.title} · comes with Pixelwise"
    when = datetime.fromtimestamp(made.created, zone)
    # With seconds: a second training of a recipe, right after the first, leaves the first one's title as it is.
    return f"{made.title} · {when.day} {when:%b, %H:%M:%S}"


def epochs(run: Run) -> list[dict[str, Any]]:
    """Return the epochs among the records of `Run.metrics`; they are not to be changed."""
    path = run.folder / "metrics.jsonl"
    return _epochs(path, _changed(path))


def row(run: Run) -> Row:
    """Return a run's row; a run that cannot be read has one that says so."""
    made = _row(run.folder, *(_changed(run.folder / name) for name in ("status.json", "about.json", "metrics.jsonl")))
    if made.state not in runs.ALIVE:
        return made
    try:
        # Whether its process lives, no file tells.
        return _made(run, run.status())
    except RunError as error:
        return _damaged(run, str(error))


@lru_cache(maxsize=4096)
def _row(folder: Path, *_changed_ns: int) -> Row:
    run = Run(folder)
    try:
        return _made(run, run.status())
    except RunError as error:
        return _damaged(run, str(error))


def _made(run: Run, status: Status) -> Row:
    recipe = _recipe_title(run.folder, _changed(run.folder / "recipe.json"))
    about, last = run.about_run, _last_epoch(run.folder / "metrics.jsonl")
    return Row(
        name=run.name,
        title=about.title or recipe,
        recipe=recipe,
        data=run.about.title,
        state=status.state,
        created=status.created,
        epoch=status.epoch,
        epochs=status.epochs,
        seconds=last.get("seconds"),
        training=last.get("accuracy"),
        validation=status.result.get("validation_accuracy", last.get("val_accuracy")),
        test=status.result.get("test_accuracy"),
        star=about.star,
        note=about.note,
        pair_of=about.pair_of,
        cause=status.cause,
    )


def _damaged(run: Run, cause: str) -> Row:
    return Row(run.name, run.name, "–", "–", DAMAGED, 0.0, cause=cause)


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=4096)
def _recipe_title(folder: Path, _changed_ns: int) -> str:
    """Return what a run's recipe is called; the run's name where the recipe is damaged."""
    try:
        found = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
        return str(found.get("title") or found["name"])
    except (OSError, ValueError, KeyError, AttributeError):
        return folder.name


@lru_cache(maxsize=256)
def _epochs(path: Path, _changed_ns: int) -> list[dict[str, Any]]:
    found = []
    try:
        with path.open("rb") as file:
            for line in file:
                # Batches write many more records than epochs.
                if line.startswith(_EPOCH):
                    with suppress(ValueError):
                        found.append(json.loads(line))
    except OSError:
        return []
    return found


def _last_epoch(path: Path) -> dict[str, Any]:
    """Return the last epoch's record; an empty one before the first epoch's end."""
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, 2) - _TAIL_BYTES, 0))
            lines = file.read().splitlines()
    except OSError:
        return {}
    for line in reversed(lines):
        if line.startswith(_EPOCH):
            with suppress(ValueError):
                found: dict[str, Any] = json.loads(line)
                return found
    return {}
