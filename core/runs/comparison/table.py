"""All runs at a glance, a row each: what was trained on what, for how long, and what came of it."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import datetime, tzinfo
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from core import runs
from core.recipes.recipe import RecipeError
from core.runs import Listed, Run, RunError, Status, records
from core.storage import data_home
from core.storage.checked import DamagedError
from core.storage.progress import duration
from core.sweeps.folders import name_in, sweeps_folder

DAMAGED = "damaged"
# The last epoch's record is in the last so many bytes of the metrics, unless an epoch takes very long.
_TAIL_BYTES = 65_536
_EPOCH = b'{"kind": "epoch"'


@dataclass(frozen=True)
class RunRow:
    """A run in the table.

    Attributes:
        name: the run's, which finds it.
        title: what to call it before people.
        recipe: its recipe's title.
        data: its dataset's title.
        state: one of the states of `core.runs`, or `DAMAGED`.
        state_said: the same for a person; empty: as it is.
        created: when it was made, in seconds since 1970.
        epoch: whole epochs done, of `epochs`.
        epochs: how many there were to be.
        seconds: how long they took, validation included; `None` before the first has ended.
        training: the training accuracy of the last epoch, 0–1, as it was while the weights changed.
        validation: the accuracy on validation images: of the network kept, else of the last epoch; 0–1.
        test: the accuracy on test images, 0–1.
        star: whether it matters to the user, and `note` what they say of it.
        pair_of: the name of the run that it was made to be compared with.
        cause: why it failed, in words.
        sweep: the name of the sweep that it is a trial of; empty: of none that is there.
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
    state_said: str = ""
    sweep: str = ""

    @cached_property
    def as_json(self) -> str:
        """The values of its `FIELDS`, a JSON array: made once, for a table of a thousand."""
        return json.dumps([*(getattr(self, name) for name in FIELDS[:-1]), duration(self.seconds)])


# What a table shows of a row; the last is how long it took, in words.
FIELDS = (*(each.name for each in fields(RunRow)), "duration")


def rows() -> list[RunRow]:
    """Return a row for each run, newest first. Of runs that have ended and not changed, no file is read again."""
    known = set(data_home.folders_in(sweeps_folder()))
    return [_row(run.listed, name_in(run.name) in known) for run in runs.all_runs()]


def full_titles(found: Sequence[Run], zone: tzinfo | None = None) -> dict[str, str]:
    """Return titles that tell runs apart, by name: what a run is called, and when it was made or where it is from.

    Args:
        found: which runs, as they were listed; no two of them get the same.
        zone: that of the times; `None`: this machine's.
    """
    return dict(_full_titles(tuple(run.listed for run in found), zone, runs.runs_folder()))


@lru_cache(maxsize=8)
def _full_titles(found: tuple[Listed, ...], zone: tzinfo | None, own: Path) -> dict[str, str]:
    titles = {each.folder.name: _full_title(each, zone, own) for each in found}
    count = Counter(titles.values())
    return {name: title if count[title] == 1 else f"{title} · {name}" for name, title in titles.items()}


@lru_cache(maxsize=4096)
def _full_title(listed: Listed, zone: tzinfo | None, own: Path) -> str:
    made = _row(listed)
    if made.state == DAMAGED:
        return f"{made.name} · {DAMAGED}"
    if listed.folder.parent != own:
        return f"{made.title} · comes with Pixelwise"
    when = datetime.fromtimestamp(made.created, zone)
    # With seconds: a second training of a recipe, right after the first, leaves the first one's title as it is.
    return f"{made.title} · {when.day} {when:%b, %H:%M:%S}"


def epochs(run: Run) -> list[dict[str, Any]]:
    """Return the epochs among the records of `Run.metrics`; they are not to be changed."""
    path = run.folder / "metrics.jsonl"
    return _epochs(path, _changed(path))


def row(run: Run) -> RunRow:
    """Return a run's row, as it is now; a run that cannot be read has one that says so."""
    return _row(Run(run.folder).listed)


@lru_cache(maxsize=4096)
def _row(listed: Listed, is_trial: bool = False) -> RunRow:
    run = Run(listed.folder)
    sweep = name_in(run.name) if is_trial else ""
    if listed.status is None:
        return _damaged(run, listed.damage, sweep)
    try:
        return replace(_made(run, listed.status), sweep=sweep)
    except RunError as error:
        return _damaged(run, str(error), sweep)


def _made(run: Run, status: Status) -> RunRow:
    recipe = _recipe_title(run.folder, _changed(run.folder / "recipe.json"))
    about, last = run.about_run, _last_epoch(run.folder / "metrics.jsonl")
    return RunRow(
        name=run.name,
        title=about.title or recipe,
        recipe=recipe,
        data=run.about.title,
        state=status.state,
        state_said=status.said,
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


def _damaged(run: Run, cause: str, sweep: str = "") -> RunRow:
    return RunRow(run.name, run.name, "–", "–", DAMAGED, 0.0, cause=cause, sweep=sweep)


def _changed(path: Path | str) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 a page asks for thousands
    except OSError:
        return 0


@lru_cache(maxsize=4096)
def _recipe_title(folder: Path, _changed_ns: int) -> str:
    """Return what a run's recipe is called; the run's name where the recipe is damaged."""
    try:
        return Run(folder).recipe.title
    except RecipeError:
        return folder.name


@lru_cache(maxsize=256)
def _epochs(path: Path, _changed_ns: int) -> list[dict[str, Any]]:
    found = []
    try:
        with path.open("rb") as file:
            for line in file:
                # Batches write many more records than epochs.
                if line.startswith(_EPOCH):
                    with suppress(DamagedError):
                        found.append(records.record(line, path))
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
            with suppress(DamagedError):
                return records.record(line, path)
    return {}
