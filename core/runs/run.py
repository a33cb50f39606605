"""A run's folder: its recipe and data, where it stands, what it told, and what can be asked of it."""

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from filelock import FileLock

from core import home, processes
from core.datasets.decisions import Decided
from core.datasets.store import About
from core.errors import PixelwiseError, storing
from core.recipe import Recipe, read_recipe
from core.runs import checkpoint
from core.runs.checkpoint import Checkpoint
from core.runs.status import (
    ALIVE,
    FAILED,
    FINISHED,
    INTERRUPTED,
    RUNNING,
    STOPPING,
    WAITING,
    RunError,
    Status,
)

# A trainer that has not written its process number by then never began.
_START_S = 60
STOP, PAUSE = "stop", "pause"
TRASH = ".trash"
LONGEST_TITLE, LONGEST_NOTE = 120, 4000


@dataclass(frozen=True)
class AboutRun:
    """What a user says of a run.

    Attributes:
        title: what they call it; empty: as its recipe is called.
        note: anything.
        star: whether it matters to them.
        pair_of: the name of the run that this one was made to be compared with, if any.
    """

    title: str = ""
    note: str = ""
    star: bool = False
    pair_of: str | None = None


@dataclass(frozen=True, eq=False)
class Seen:
    """What there is to see of a network after an epoch.

    Attributes:
        epoch: after how many epochs.
        ids: the validation pictures it is most wrong about, worst first, int64 `(n,)`.
        labels: their true classes, int16 `(n,)`.
        probabilities: what it gives each class, float32 `(n, classes)`.
        filters: kernels of the first convolution, float32 `(k, height, width, channels)`; none without a convolution.
        map_id: a validation picture, the same in all epochs.
        maps: what these filters make of it, uint8 `(k, height, width)`, each from its smallest to its largest value.
    """

    epoch: int
    ids: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    filters: np.ndarray
    map_id: int
    maps: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """The most probable class of each of the worst, int64 `(n,)`."""
        return np.argmax(self.probabilities, axis=1)


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

    @property
    def about_run(self) -> AboutRun:
        """What a user says of it; what cannot be read counts as nothing."""
        try:
            found = json.loads((self.folder / "about.json").read_text(encoding="utf-8"))
            known = {each.name for each in fields(AboutRun)}
            return AboutRun(**{name: value for name, value in found.items() if name in known})
        except (OSError, ValueError, TypeError, AttributeError):
            return AboutRun()

    @property
    def title(self) -> str:
        """What to call it before people."""
        return self.about_run.title or self.recipe.title

    def annotate(self, *, title: str | None = None, note: str | None = None, star: bool | None = None) -> None:
        """Change what a user says of it; what is `None` stays.

        Raises:
            RunError: a text is too long, or the run has been removed.
            StorageError: the disk is full or may not be written.
        """
        for name, text, longest in (("title", title, LONGEST_TITLE), ("note", note, LONGEST_NOTE)):
            if text is not None and len(text.strip()) > longest:
                raise RunError(f"The {name} has {len(text.strip()):,} characters; at most {longest:,} are taken.")
        if not self.folder.exists():
            raise RunError(f"There is no run {self.name}.")
        before = self.about_run
        after = replace(
            before,
            title=before.title if title is None else title.strip(),
            note=before.note if note is None else note.strip(),
            star=before.star if star is None else star,
        )
        with storing(f"what you say of the run {self.name}"):
            self.write_about_run(after)

    def write_about_run(self, about: AboutRun) -> None:
        """Replace `about.json`."""
        home.replace_text(self.folder / "about.json", json.dumps(asdict(about)))

    def status(self) -> Status:
        """Return where the run stands. A run whose process is gone is `interrupted`, whatever its file says.

        Raises:
            RunError: the run has been removed, or its status cannot be read.
        """
        try:
            status = Status.from_json((self.folder / "status.json").read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise RunError(f"There is no run {self.name}.") from error
        except (OSError, ValueError, TypeError, AttributeError) as error:
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
            return time.time() - status.place < _START_S
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

    def seen(self) -> Seen | None:
        """Return what there was to see after the last epoch; `None` before the first, or where it cannot be read."""
        names = [each.name for each in fields(Seen)]
        try:
            with np.load(self.folder / "live.npz", allow_pickle=False) as stored:
                values: dict[str, Any] = {name: stored[name] for name in names}
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None
        return Seen(**{**values, "epoch": int(values["epoch"]), "map_id": int(values["map_id"])})

    @property
    def checkpoint_folder(self) -> Path:
        """Where its checkpoints are."""
        return self.folder / "checkpoint"

    @property
    def checkpoints(self) -> list[Path]:
        """The files that training can go on from, newest first; they may be damaged."""
        return checkpoint.checkpoints(self.checkpoint_folder)

    def checkpoint(self) -> Checkpoint | None:
        """Read the newest checkpoint that is whole; `None` when there is none."""
        return checkpoint.newest(self.checkpoint_folder)

    @property
    def has_evaluation(self) -> bool:
        """Whether the run's predictions are there to look at."""
        return (self.folder / "evaluation.npz").exists()

    @property
    def has_model(self) -> bool:
        """Whether the run can predict."""
        return (self.folder / "model.keras").exists()

    @property
    def initial_model(self) -> Path:
        """The network whose weights its training begins with; no such file where the seed draws them."""
        return self.folder / "initial.keras"

    def ahead(self) -> list["Run"]:
        """Return the runs that have the trainer's place or were made earlier and wait for it."""
        place = self.status().place
        return [run for run, status in alive() if run != self and (status.state != WAITING or status.place < place)]

    def start(self) -> None:
        """Start the trainer as a process of its own; it outlives this one.

        Raises:
            StorageError: the disk is full or may not be written.
        """
        place = self.status().place

        def ended(code: int) -> None:
            self._ended(code, place)

        with storing(f"the run {self.name}"):
            processes.start("core.nn.train", self.folder, self.folder.parent.parent, self.log_file, ended)

    def _ended(self, code: int, place: float) -> None:
        """Say so when the trainer that was started for a place in the queue could not even begin."""
        with contextlib.suppress(PixelwiseError, OSError):
            status = self.status()
            if status.place == place and status.pid is None and status.state in ALIVE:
                lines = self.log_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
                cause = (
                    f"The training process could not begin (exit status {code}): {lines[-1] if lines else 'no word'}"
                )
                self.write_status(replace(status, state=FAILED, cause=cause))

    def stop(self) -> None:
        """Ask the trainer to stop at the next batch, and to keep a network and predictions as they are by then.

        Raises:
            RunError: the run is not going on.
            StorageError: the disk is full or may not be written.
        """
        self._ask_to_end(STOP)

    def pause(self) -> None:
        """Ask the trainer to free the processor at the next batch; `resume` goes on from the last whole epoch.

        Raises:
            RunError: the run is not going on.
            StorageError: the disk is full or may not be written.
        """
        self._ask_to_end(PAUSE)

    def _ask_to_end(self, how: str) -> None:
        status = self.status()
        if status.state not in ALIVE:
            raise RunError(f"The run {self.name} is {status.state}: there is nothing to {how}.")
        with storing(f"the wish to {how}"):
            home.replace_text(self.stop_file, how)

    def resume(self, epochs: int | None = None) -> None:
        """Let it wait for its turn again, and go on from its last whole epoch; without one it begins anew.

        It ends with the numbers that it would have ended with, had it never been away.

        Args:
            epochs: how many in all, in place of the recipe's; with more than before, a finished run trains on. A
                schedule that follows the share of the training done is stretched over them.

        Raises:
            RunError: it is still going on, or has finished and is not given more epochs.
            RecipeError: its recipe cannot be read, or does not take so many epochs.
            StorageError: the disk is full or may not be written.
        """
        with storing(f"the run {self.name}"), FileLock(self.folder.parent / ".resuming.lock"):
            status, recipe = self.status(), read_recipe(self.folder / "recipe.json")
            if status.state in ALIVE:
                raise RunError(f"The run {self.name} is {status.state}: there is nothing to resume.")
            if epochs is not None:
                recipe = recipe.with_settings({"fit.epochs": epochs})
            if status.state == FINISHED and (epochs is None or epochs <= status.epoch):
                raise RunError(f"The run {self.name} has finished its {status.epoch} epochs: give it more to train on.")
            if status.state == FINISHED and not self.checkpoints:
                raise RunError(f"The run {self.name} has no checkpoint to train on from.")
            if recipe.fit.epochs < status.epoch:
                raise RunError(f"The run {self.name} has trained {status.epoch} epochs already: give it more.")
            if epochs is not None:
                home.replace_text(self.folder / "recipe.json", json.dumps(recipe.to_json(), indent=1))
                self.__dict__.pop("recipe", None)
            self.stop_file.unlink(missing_ok=True)
            self.write_status(
                Status(
                    WAITING,
                    status.created,
                    "starting",
                    queued=time.time(),
                    epoch=status.epoch,
                    epochs=recipe.fit.epochs,
                    patient_from=status.epoch if status.state == FINISHED else status.patient_from,
                    seconds=status.seconds,
                    fraction=status.epoch / recipe.fit.epochs,
                    precision=status.precision,
                    learning_rate=status.learning_rate,
                    kept_epoch=status.kept_epoch,
                    result=status.result,
                )
            )
        self.start()

    @property
    def learning_rate_file(self) -> Path:
        """The file that asks the trainer for another learning rate."""
        return self.folder / "learning_rate.json"

    def set_learning_rate(self, rate: float) -> None:
        """Change the learning rate, that before the schedule; a training that goes on takes it at its next batch.

        Raises:
            RunError: it is no rate that the optimiser takes, or the run has been removed.
            StorageError: the disk is full or may not be written.
        """
        self.status()
        about = type(self.recipe.optimiser).setting_of("learning_rate")
        low, high = about.minimum or 0.0, about.maximum or 1.0
        if not low <= rate <= high:
            raise RunError(f"The learning rate must be a number from {low:g} to {high:g}; received {rate!r}.")
        with storing("the learning rate"):
            home.replace_text(self.learning_rate_file, json.dumps(rate))

    def wanted_learning_rate(self) -> float | None:
        """Return the learning rate that a user set; `None`: the recipe's."""
        try:
            return float(json.loads(self.learning_rate_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def remove(self) -> None:
        """Move the run to the trash, from where `restore` brings it back within a week.

        Raises:
            RunError: it is still going on.
            StorageError: it may not be moved.
        """
        status = self.status()
        if status.state in ALIVE:
            raise RunError(f"The run {self.name} is {status.state}: stop it first.")
        trash = self.folder.parent / TRASH
        with storing(f"the removal of {self.name}"):
            trash.mkdir(exist_ok=True)
            self.folder.rename(trash / f"{time.time():.0f}-{self.name}")


def runs_folder() -> Path:
    """Return where runs are kept."""
    return home.data_home() / "runs"


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
