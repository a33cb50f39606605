"""Run folders: what is on disk is the truth, and no process holds a run.

A run is a folder of the data home: `recipe.json`, `dataset.json` (what the data set was), `decisions.json` (what people
had decided on its pictures), `status.json` (replaced atomically), `metrics.jsonl` (a flushed line a record),
`train.log`, and, after training, `model.keras`, `evaluation.npz` and `environment.json`. A trainer is a process of its
own, `python -m core.nn.train RUN_DIR`.
"""

import contextlib
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from core import home, processes
from core.datasets import catalogue, decisions
from core.datasets.decisions import Decided
from core.datasets.store import About
from core.errors import PixelwiseError, StorageError, storing
from core.recipe import Recipe, read_recipe

WAITING, RUNNING, STOPPING = "waiting", "running", "stopping"
STOPPED, FINISHED, FAILED, INTERRUPTED = "stopped", "finished", "failed", "interrupted"
ALIVE = (WAITING, RUNNING, STOPPING)

# A trainer that has not written its process number by then never began.
_START_S = 60
# A model of a million parameters with its optimiser takes 12 MB, predictions and metrics less; and some reserve.
_NEEDED_BYTES = 50_000_000


class RunError(PixelwiseError):
    """A run that is not there or cannot do what was asked. The message says what to do."""


@dataclass(frozen=True)
class Status:
    """What `status.json` says; times are seconds since 1970.

    Attributes:
        state: one of this module's states.
        created: when the run was made; `started` when its turn came; `ended` when it was over.
        doing: what the trainer does now, in words.
        pid: the trainer's process number, and `pid_started` when that process began: numbers are given out again.
        heartbeat: when the trainer last wrote.
        epoch: whole epochs done, of `epochs`.
        fraction: the share of all batches done, 0–1.
        pictures_per_second: training pictures a second, validation not counted.
        seconds_left: what remains, estimated; `None` before there is anything to estimate from.
        cause: why it failed, in words.
        result: `validation_accuracy`, `validation_loss`, `test_accuracy`, `test_loss`, once there are predictions.
    """

    state: str
    created: float
    doing: str = ""
    pid: int | None = None
    pid_started: float | None = None
    heartbeat: float = 0.0
    started: float | None = None
    ended: float | None = None
    epoch: int = 0
    epochs: int = 0
    fraction: float = 0.0
    pictures_per_second: float | None = None
    seconds_left: float | None = None
    cause: str = ""
    result: dict[str, float] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> "Status":
        """Read a `status.json`; fields of later versions are left aside."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in json.loads(text).items() if name in known})


@dataclass(frozen=True)
class Run:
    """A run folder."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name, by which pages and the command line call the run."""
        return self.folder.name

    @cached_property
    def recipe(self) -> Recipe:
        """The recipe, sizes following its data set."""
        return read_recipe(self.folder / "recipe.json")

    @cached_property
    def about(self) -> About:
        """What the data set was when the run was made.

        Raises:
            RunError: its file cannot be read.
        """
        try:
            return About.from_json((self.folder / "dataset.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RunError(f"The run {self.name} is damaged: its dataset.json cannot be read.") from error

    @cached_property
    def decided(self) -> Decided | None:
        """What people had decided on the pictures when the run was made; `None`: nothing, or it is ignored.

        Raises:
            RunError: its file cannot be read.
        """
        try:
            return Decided.from_json((self.folder / "decisions.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RunError(f"The run {self.name} is damaged: its decisions.json cannot be read.") from error

    def status(self) -> Status:
        """Return where the run stands. A run whose process is gone is `interrupted`, whatever its file says.

        Raises:
            RunError: the run has been removed, or its status cannot be read.
        """
        try:
            status = Status.from_json((self.folder / "status.json").read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise RunError(f"There is no run {self.name}.") from error
        except (OSError, ValueError, TypeError) as error:
            raise RunError(f"The status of the run {self.name} cannot be read: {error}.") from error
        if status.state not in ALIVE:
            return status
        if not self._process_lives(status):
            cause = "The training process ended without a word: it was killed, or the machine was switched off."
            return replace(status, state=INTERRUPTED, cause=cause, seconds_left=None)
        if status.state == RUNNING and self.stop_file.exists():
            return replace(status, state=STOPPING)
        return status

    def _process_lives(self, status: Status) -> bool:
        if status.pid is None:
            return time.time() - status.created < _START_S
        return processes.lives(status.pid, status.pid_started or 0.0)

    @property
    def stop_file(self) -> Path:
        """The file whose existence asks the trainer to stop."""
        return self.folder / "stop"

    @property
    def log_file(self) -> Path:
        """What the trainer printed."""
        return self.folder / "train.log"

    def write_status(self, status: Status) -> None:
        """Replace `status.json`."""
        home.replace_text(self.folder / "status.json", json.dumps(asdict(status)))

    def metrics(self) -> list[dict[str, Any]]:
        """Return the records of `metrics.jsonl`; a torn last line is left out.

        A record's `kind` is `batch` (the mean of the batches since the one before) or `epoch`; `epoch` is the
        position on the axis of epochs, 1.0 at the end of the first; `loss`, `accuracy`, `val_loss`, `val_accuracy`
        are numbers or `None` where they are not finite.
        """
        return list(self._records())

    def _records(self) -> Iterator[dict[str, Any]]:
        try:
            text = (self.folder / "metrics.jsonl").read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        for line in text.splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue

    @property
    def has_evaluation(self) -> bool:
        """Whether the run's predictions are there to look at."""
        return (self.folder / "evaluation.npz").exists()

    @property
    def has_model(self) -> bool:
        """Whether the run can predict."""
        return (self.folder / "model.keras").exists()

    def ahead(self) -> list["Run"]:
        """Return the runs that have the trainer's place or were made earlier and wait for it."""
        created = self.status().created
        return [run for run, status in alive() if run != self and (status.state != WAITING or status.created < created)]

    def start(self) -> None:
        """Start the trainer as a process of its own; it outlives this one.

        Raises:
            StorageError: the disk is full or may not be written.
        """
        with storing(f"the run {self.name}"):
            processes.start("core.nn.train", self.folder, self.folder.parent.parent, self.log_file, self._ended)

    def _ended(self, code: int) -> None:
        """Say so when the trainer could not even begin."""
        with contextlib.suppress(PixelwiseError, OSError):
            status = self.status()
            if status.pid is None and status.state in ALIVE:
                lines = self.log_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
                cause = (
                    f"The training process could not begin (exit status {code}): {lines[-1] if lines else 'no word'}"
                )
                self.write_status(replace(status, state=FAILED, cause=cause))

    def stop(self) -> None:
        """Ask the trainer to stop at the next batch.

        Raises:
            RunError: the run is not going on.
            StorageError: the disk is full or may not be written.
        """
        status = self.status()
        if status.state not in ALIVE:
            raise RunError(f"The run {self.name} is {status.state}: there is nothing to stop.")
        with storing("the wish to stop"):
            self.stop_file.touch()

    def remove(self) -> None:
        """Delete the run's folder.

        Raises:
            RunError: it is still going on.
            StorageError: it may not be deleted.
        """
        status = self.status()
        if status.state in ALIVE:
            raise RunError(f"The run {self.name} is {status.state}: stop it first.")
        with storing(f"the removal of {self.name}"):
            shutil.rmtree(self.folder)


def runs_folder() -> Path:
    """Return where runs are kept."""
    return home.data_home() / "runs"


def create(recipe: Recipe, dataset: str | None = None) -> Run:
    """Make the folder of a new run; `Run.start` starts it.

    Args:
        recipe: any recipe; its sizes are made to follow the data set.
        dataset: the data set's name; `None` takes the recipe's own.

    Raises:
        DatasetError: the data set is not on this machine.
        StorageError: the disk is full or may not be written.
    """
    opened = catalogue.open_dataset(dataset or recipe.dataset)
    recipe = recipe.for_dataset(opened.about)
    created = time.time()
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(created))
    root = runs_folder()
    with storing("the run"):
        root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(root).free
        if free < _NEEDED_BYTES:
            raise StorageError(
                f"Could not store the run: the disk of {root} has {free / 1e6:.0f} MB left and a run may need "
                f"{_NEEDED_BYTES / 1e6:.0f} MB. Free some space (python -m core runs remove RUN removes a run) and try "
                f"again."
            )
        for attempt in range(1, 1000):
            folder = root / (f"{stamp}-{recipe.name}" + (f"-{attempt}" if attempt > 1 else ""))
            try:
                with home.new_folder(folder) as beside:
                    run = Run(beside)
                    (beside / "recipe.json").write_text(json.dumps(recipe.to_json(), indent=1), encoding="utf-8")
                    (beside / "dataset.json").write_text(opened.about.to_json(), encoding="utf-8")
                    if recipe.split.decisions == "apply" and decisions.current(opened):
                        made = decisions.decided(opened).to_json()
                        (beside / "decisions.json").write_text(made, encoding="utf-8")
                    run.write_status(Status(WAITING, created, "starting", epochs=recipe.fit.epochs))
                return Run(folder)
            except FileExistsError:
                continue
    raise RunError("Too many runs were made in the same second.")


def all_runs() -> list[Run]:
    """Return all runs, newest first. A folder that is no run is left out."""
    found = [Run(path.parent) for path in runs_folder().glob("[!.]*/status.json")]
    return sorted(found, key=lambda run: run.name, reverse=True)


def alive() -> list[tuple[Run, Status]]:
    """Return the runs that go on or wait, oldest first, with their status."""
    pairs = []
    for run in all_runs():
        try:
            pairs.append((run, run.status()))
        except RunError:
            continue
    return sorted(((run, status) for run, status in pairs if status.state in ALIVE), key=lambda pair: pair[1].created)


def find(name: str) -> Run:
    """Return the run of this name, or the only one whose name begins so; `latest` is the newest.

    Raises:
        RunError: none or several.
    """
    runs = all_runs()
    if name == "latest" and runs:
        return runs[0]
    exact = [run for run in runs if run.name == name]
    matching = exact or [run for run in runs if name and run.name.startswith(name)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise RunError(f"Several runs begin with {name!r}: {', '.join(run.name for run in matching)}.")
    raise RunError(f"There is no run {name!r}. See: python -m core runs list")


def with_evaluation() -> list[Run]:
    """Return the runs whose predictions can be looked at, newest first."""
    return [run for run in all_runs() if run.has_evaluation]


def with_model() -> list[Run]:
    """Return the runs that can predict, newest first."""
    return [run for run in all_runs() if run.has_model]
