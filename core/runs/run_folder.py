"""What stands in a run's folder: its recipe and data, where it stands, what it told, and whether it can be read."""

import os
import time
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any

from core.datasets.decisions import Decided
from core.datasets.store import About
from core.recipes.recipe import Recipe, RecipeError, read_recipe
from core.runs import checkpoint, records, seen
from core.runs.checkpoint import Checkpoint
from core.runs.listed import Listed, look
from core.runs.seen import Seen
from core.runs.status import ALIVE, INTERRUPTED, PAUSE, RUNNING, STOP, STOPPING, RunError, Status
from core.runs.terms import FILE as TERMS
from core.runs.terms import Terms
from core.storage import beat, checked, data_home, processes
from core.storage.checked import DamagedError, Longest, MissingError

LONGEST_TITLE, LONGEST_NOTE = 120, 4000
# Within so long, two versions of a file may have the same time.
_SETTLED_NS = 2_000_000_000
# A trainer that has not written its process number by then never began.
_START_S = 60
# Without these, and its status, a run is nothing; decisions.json and terms.json are there only where there are any.
_NEEDED = ("recipe.json", "dataset.json", "decisions.json", "about.json", TERMS)
# The decisions on 1,000,000 images.
_MOST_DECISIONS = 20_000_000


@dataclass(frozen=True)
class AboutRun:
    """What a user says of a run.

    Attributes:
        title: what they call it; empty: as its recipe is called.
        note: anything.
        star: whether it matters to them.
        pair_of: the name of the run that this one was made to be compared with, if any.
    """

    title: Annotated[str, Longest(LONGEST_TITLE)] = ""
    note: Annotated[str, Longest(LONGEST_NOTE)] = ""
    star: bool = False
    pair_of: str | None = None


@dataclass(frozen=True)
class RunFolder:
    """A run folder, to be read."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name, by which pages and the command line call the run."""
        return self.folder.name

    @cached_property
    def recipe(self) -> Recipe:
        """The recipe, sizes following its dataset."""
        return read_recipe(self.folder / "recipe.json")

    @cached_property
    def about(self) -> About:
        """What the dataset was when the run was made.

        Raises:
            RunError: its file cannot be read.
        """
        try:
            return checked.read_object(self.folder / "dataset.json", About)
        except DamagedError as error:
            raise self._damaged(error) from error

    @cached_property
    def decided(self) -> Decided | None:
        """What people had decided on the images when the run was made; `None`: nothing, or it is ignored.

        Raises:
            RunError: its file cannot be read.
        """
        path = self.folder / "decisions.json"
        try:
            made = checked.read_object(path, Decided, most=_MOST_DECISIONS)
            if max(made.labels.values(), default=0) >= len(self.about.class_names):
                raise DamagedError(path, "is not what it should be: it names classes that there are not")
        except MissingError:
            return None
        except DamagedError as error:
            raise self._damaged(error) from error
        return made

    @cached_property
    def terms(self) -> Terms:
        """What it is made under beyond its recipe.

        Raises:
            RunError: its file cannot be read.
        """
        try:
            return checked.read_object(self.folder / TERMS, Terms)
        except MissingError:
            return Terms()
        except DamagedError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: DamagedError) -> RunError:
        return RunError(
            f"The run {self.name} is damaged and cannot be read: {error}. Delete it on Runs, or train it again."
        )

    @property
    def damage(self) -> str:
        """What keeps the run from being used, in a sentence; empty: nothing does.

        It is worked out anew only where a file has changed.
        """
        folder = str(self.folder)
        return _status_damage(folder, data_home.version(f"{folder}/status.json")) or _damage_beside_status(folder)[0]

    @property
    def remarks(self) -> list[str]:
        """What else is damaged and no longer counts, though the run can be used: a sentence each."""
        remark = _damage_beside_status(str(self.folder))[1]
        return [remark] if remark and not self.damage else []

    @cached_property
    def listed(self) -> Listed:
        """What lists show of it, as it was when `all_runs` listed it; of another run, when this was first asked."""
        return look(str(self.folder), list_run)

    @property
    def about_run(self) -> AboutRun:
        """What a user says of it; nothing where it cannot be read, which `remarks` says."""
        try:
            return checked.read_object(self.folder / "about.json", AboutRun)
        except DamagedError:
            return AboutRun()

    @property
    def title(self) -> str:
        """What to call it before people."""
        return self.about_run.title or self.recipe.title

    def status(self, *, look_again: bool = True) -> Status:
        """Return where the run stands. A run whose process is gone is `interrupted`, whatever its file says.

        Args:
            look_again: whether the file is read once more before a run is called so.

        Raises:
            RunError: the run has been removed, or its status cannot be read.
        """
        try:
            status = _status_in(self.folder)
        except DamagedError as error:
            if isinstance(error, MissingError) and not os.path.lexists(self.folder):
                raise RunError(f"There is no run {self.name}.") from error
            raise self._damaged(error) from error
        if status.state not in ALIVE:
            return status
        elsewhere = beat.is_elsewhere(self.folder)
        if not (
            beat.is_alive(self.folder)
            if elsewhere
            else processes.is_alive_or_starting(status.pid, status.pid_started, status.asked, _START_S)
        ):
            if look_again:
                # It may have ended, and said how, since its status was read.
                return self.status(look_again=False)
            cause = "The training process ended unexpectedly (killed, or the computer was switched off)."
            if elsewhere:
                cause = beat.silence(self.folder)
            return replace(status, state=INTERRUPTED, cause=cause, seconds_left=None)
        if elsewhere and (waits_for := beat.waits_for(self.folder)):
            status = replace(status, doing=waits_for)
        if status.state == RUNNING and (ending := self._asked_to()):
            return replace(status, state=STOPPING, ending=ending)
        return status

    def _asked_to(self) -> str:
        """Return how the trainer is asked to end, `stop` or `pause`; empty where it is not."""
        try:
            return PAUSE if self.stop_file.read_text(encoding="utf-8", errors="replace") == PAUSE else STOP
        except OSError:
            return STOP if self.stop_file.exists() else ""

    @property
    def stop_file(self) -> Path:
        """The file whose existence asks the trainer to stop."""
        return self.folder / "stop"

    @property
    def log_file(self) -> Path:
        """What the trainer printed."""
        return self.folder / "train.log"

    def metrics(self) -> list[dict[str, Any]]:
        """Return the records of `metrics.jsonl`; a torn last line is left out.

        A record's `kind` is `batch` (the mean of the batches since the one before) or `epoch`; `epoch` is the
        position on the axis of epochs, 1.0 at the end of the first; `loss`, `accuracy`, `val_loss`, `val_accuracy`
        are numbers or `None` where they are not finite.
        """
        return records.read(self.folder / "metrics.jsonl")

    def seen(self) -> Seen | None:
        """Return what there was to see after the last epoch; `None` before the first, or where it cannot be read."""
        return seen.read(self.folder / "live.npz", len(self.about.class_names))

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

    @property
    def learning_rate_file(self) -> Path:
        """The file that asks the trainer for another learning rate."""
        return self.folder / "learning_rate.json"

    def wanted_learning_rate(self) -> float | None:
        """Return the learning rate that a user set; `None`: the recipe's."""
        about = type(self.recipe.optimiser).setting_of("learning_rate")
        low, high = about.minimum or 0.0, about.maximum or 1.0
        try:
            # Earlier versions wrote the number alone.
            found: Any = checked.read_json(self.learning_rate_file)
        except DamagedError:
            return None
        rate = found.get("learning_rate") if isinstance(found, dict) else found
        return float(rate) if isinstance(rate, float | int) and low <= rate <= high else None


def _status_in(folder: Path) -> Status:
    """Read a `status.json`; one that has not changed is not read again."""
    path = f"{folder}/status.json"
    try:
        found = os.stat(path)  # noqa: PTH116 a page asks for a thousand of them, and this takes a third of the time
    except OSError:
        return checked.read_object(Path(path), Status)
    if abs(time.time_ns() - found.st_mtime_ns) < _SETTLED_NS:
        return checked.read_object(Path(path), Status)
    return _settled_status(path, found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(maxsize=4096)
def _settled_status(path: str, *_version: int) -> Status:
    return checked.read_object(Path(path), Status)


def list_run(folder: Path, known: tuple[RunFolder, Status] | None = None) -> Listed:
    """Find out what lists show of a run; its status is read once, or not at all where it is known."""
    run, status = RunFolder(folder), None
    damage, remark, generates = _damage_beside_status(str(folder))
    try:
        status = known[1] if known is not None and known[0].folder == folder else run.status()
    except RunError as error:
        damage = str(error)
    if damage:
        status, remark = None, ""
    return Listed(folder, status, damage, remark, run.has_model, run.has_evaluation, generates)


@lru_cache(maxsize=4096)
def _status_damage(folder: str, _version: tuple[int, int]) -> str:
    try:
        RunFolder(Path(folder)).status()
    except RunError as error:
        return str(error)
    return ""


def _damage_beside_status(folder: str) -> tuple[str, str, bool]:
    return _damage(folder, *(data_home.version(f"{folder}/{name}") for name in _NEEDED))


@lru_cache(maxsize=4096)
def _damage(folder: str, *_versions: tuple[int, int]) -> tuple[str, str, bool]:
    """Return what keeps a run from being used, and what else is lost of it, each a sentence or empty.

    Beside it, whether the run makes images.

    Its status, which changes all the time while it trains, is looked at elsewhere.
    """
    run, damage, remark, generates = RunFolder(Path(folder)), "", "", False
    try:
        generates = run.recipe.generator is not None
        _ = run.about, run.decided, run.terms
    except RecipeError as error:
        damage = f"The run {run.name} is damaged and cannot be read: {error} Delete it on Runs, or train it again."
    except RunError as error:
        damage = str(error)
    try:
        checked.read_object(run.folder / "about.json", AboutRun)
    except MissingError:
        pass
    except DamagedError as error:
        remark = f"What you said of the run {run.name} (its name, note and star) cannot be read: {error}."
    return damage, "" if damage else remark, generates
