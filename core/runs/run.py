"""A run's folder: its recipe and data, where it stands, what it told, and what can be asked of it."""

import contextlib
import os
import time
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from filelock import FileLock

from core.cluster import start as cluster
from core.datasets.decisions import Decided
from core.datasets.store import About
from core.errors import PixelwiseError, as_storage_error
from core.recipes.recipe import Recipe, RecipeError, read_recipe
from core.runs import checkpoint, records
from core.runs.checkpoint import Checkpoint
from core.runs.listed import Listed, has_changed, look, look_at_all
from core.runs.needs import needed_bytes
from core.runs.status import (
    ALIVE,
    FAILED,
    FINISHED,
    INTERRUPTED,
    PAUSE,
    RUNNING,
    STOP,
    STOPPING,
    WAITING,
    RunError,
    Status,
)
from core.runs.terms import FILE as TERMS
from core.runs.terms import Terms
from core.spaces import limits
from core.storage import beat, checked, data_home, processes
from core.storage.checked import Array, DamagedError, Longest, MissingError
from core.storage.progress import counted

# Within so long, two versions of a file may have the same time.
_SETTLED_NS = 2_000_000_000
# A trainer that has not written its process number by then never began.
_START_S = 60
TRASH = ".trash"
LONGEST_TITLE, LONGEST_NOTE = 120, 4000
# Without these, and its status, a run is nothing; decisions.json and terms.json are there only where there are any.
_NEEDED = ("recipe.json", "dataset.json", "decisions.json", "about.json", TERMS)
# The decisions on 1,000,000 images.
_MOST_DECISIONS = 20_000_000
_SEEN = {
    "epoch": Array(np.int64, (), low=0, high=1_000_000),
    "ids": Array(np.int64, ("n",), low=0),
    "labels": Array(np.int16, ("n",), low=0, high="classes"),
    "probabilities": Array(np.float32, ("n", "classes"), low=0, high=1.001),
    "filters": Array(np.float32, ("k", "height", "width", "channels")),
    "map_id": Array(np.int64, (), low=0),
    "maps": Array(np.uint8, ("k", "map_height", "map_width")),
}


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


@dataclass(frozen=True, eq=False)
class Seen:
    """What there is to see of a network after an epoch.

    Attributes:
        epoch: after how many epochs.
        ids: the validation images it is most wrong about, worst first, int64 `(n,)`.
        labels: their true classes, int16 `(n,)`.
        probabilities: what it gives each class, float32 `(n, classes)`.
        filters: kernels of the first convolution, float32 `(k, height, width, channels)`; none without a convolution.
        map_id: a validation image, the same in all epochs.
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
        return look(str(self.folder), _listed)

    def forget_about(self) -> None:
        """Do without an `about.json` that cannot be read; it stays beside the others, as `about.json.damaged`.

        Raises:
            StorageError: it may not be moved.
        """
        path = self.folder / "about.json"
        with as_storage_error(f"what you say of the run {self.name}"):
            path.rename(path.with_name("about.json.damaged"))
        has_changed(self.folder)

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
        with as_storage_error(f"what you say of the run {self.name}"):
            self.write_about_run(after)

    def write_about_run(self, about: AboutRun) -> None:
        """Replace `about.json`; one that cannot be read stays beside it, as `about.json.damaged`."""
        if self.remarks:
            self.forget_about()
        checked.write(self.folder / "about.json", asdict(about))
        has_changed(self.folder)

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

    def write_status(self, status: Status, *, lasting: bool = True) -> None:
        """Replace `status.json`; `lasting` as `home.replacing` takes it."""
        checked.write(self.folder / "status.json", asdict(status), lasting=lasting)
        has_changed(self.folder)

    def metrics(self) -> list[dict[str, Any]]:
        """Return the records of `metrics.jsonl`; a torn last line is left out.

        A record's `kind` is `batch` (the mean of the batches since the one before) or `epoch`; `epoch` is the
        position on the axis of epochs, 1.0 at the end of the first; `loss`, `accuracy`, `val_loss`, `val_accuracy`
        are numbers or `None` where they are not finite.
        """
        return records.read(self.folder / "metrics.jsonl")

    def seen(self) -> Seen | None:
        """Return what there was to see after the last epoch; `None` before the first, or where it cannot be read."""
        try:
            values: dict[str, Any] = checked.read_arrays(
                self.folder / "live.npz", _SEEN, sizes={"classes": len(self.about.class_names)}
            )
        except DamagedError:
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
        """Return the runs that have the trainer's place or were made earlier and wait for it; none where it may begin.

        It may begin beside others where all of them, and it, may train with so many at once. Those that a cluster has
        take no place of this machine.
        """
        place = self.status().place
        found = [
            run
            for run, status in alive()
            if run != self and (status.state != WAITING or status.place < place) and not beat.is_elsewhere(run.folder)
        ]
        return [] if found and len(found) < min(run.terms.together for run in (self, *found)) else found

    def start(self) -> None:
        """Start the trainer as a process of its own, here or on the cluster; it outlives this one.

        Raises:
            DatasetError: its dataset is not on this machine.
            StorageError: the disk is full or may not be written.
        """
        place = self.status().place

        def ended(code: int) -> None:
            self._ended(code, place)

        with as_storage_error(f"the run {self.name}"):
            memory = needed_bytes(self.recipe, self.about.name) if cluster.is_set() else 0
            cluster.start("core.nn.train", self.folder, data_home.around(self.folder), self.log_file, ended, memory)

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
            raise RunError(f"Run {self.name} is {status.state}, so there is nothing to {how}.")
        with as_storage_error(f"the wish to {how}"):
            data_home.replace_text(self.stop_file, how)

    def resume(self, epochs: int | None = None) -> None:
        """Let it wait for its turn again, and go on from its last whole epoch; without one it begins anew.

        It ends with the numbers that it would have ended with, had it never been away.

        Args:
            epochs: how many in all, in place of the recipe's; with more than before, a finished run trains on. A
                schedule that follows the share of the training done is stretched over them.

        Raises:
            ClusterError: there is a cluster, and it cannot train it.
            RunError: it is still going on, or has finished and is not given more epochs.
            RecipeError: its recipe cannot be read, or does not take so many epochs.
            LimitError: the user has too many runs that go on.
            StorageError: the disk is full or may not be written.
        """
        with as_storage_error(f"the run {self.name}"), FileLock(self.folder.parent / ".resuming.lock"):
            status, recipe = self.status(), read_recipe(self.folder / "recipe.json")
            if status.state in ALIVE:
                raise RunError(f"The run {self.name} is {status.state}: there is nothing to resume.")
            if self.terms == Terms():
                limits.require_turn(len(alive()))
            if epochs is not None:
                recipe = recipe.with_settings({"fit.epochs": epochs})
            if status.state == FINISHED and (epochs is None or epochs <= status.epoch):
                raise RunError(
                    f"The run {self.name} has finished its {counted(status.epoch, 'epoch')}: give it more to train on."
                )
            if cluster.is_set():
                cluster.require(needed_bytes(recipe, self.about.name))
            if status.state == FINISHED and not self.checkpoints:
                raise RunError(f"The run {self.name} has no checkpoint to train on from.")
            if recipe.fit.epochs < status.epoch:
                raise RunError(
                    f"The run {self.name} has trained {counted(status.epoch, 'epoch')} already: give it more."
                )
            if epochs is not None:
                checked.write(self.folder / "recipe.json", recipe.to_json(), indent=1)
                self.__dict__.pop("recipe", None)
            patient_from = status.epoch if status.state == FINISHED else status.patient_from
            self._queue(status, recipe.fit.epochs, patient_from)
        self.start()

    def measure_test(self) -> None:
        """Let a finished trial take its turn once more, to measure the network it kept on the test images.

        Its training does not go on: from the last checkpoint, the same network is evaluated again.

        Raises:
            RunError: it has not finished, has no checkpoint, or its test images are measured already.
            StorageError: the disk is full or may not be written.
        """
        with as_storage_error(f"the run {self.name}"), FileLock(self.folder.parent / ".resuming.lock"):
            status = self.status()
            if status.state != FINISHED or not self.checkpoints:
                raise RunError(f"The run {self.name} is {status.said}: only a finished run is measured on test images.")
            if self.terms.test:
                raise RunError(f"The run {self.name} is measured on the test images already.")
            checked.write(self.folder / TERMS, asdict(replace(self.terms, test=True)))
            self.__dict__.pop("terms", None)
            self._queue(status, status.epochs, status.patient_from)
        self.start()

    def _queue(self, status: Status, epochs: int, patient_from: int) -> None:
        """Have a run that has ended wait for its turn, with what its status keeps of what is done."""
        self.stop_file.unlink(missing_ok=True)
        self.write_status(
            Status(
                WAITING,
                status.created,
                "starting",
                queued=time.time(),
                asked=processes.moment(),
                epoch=status.epoch,
                epochs=epochs,
                patient_from=patient_from,
                seconds=status.seconds,
                fraction=status.epoch / epochs,
                precision=status.precision,
                learning_rate=status.learning_rate,
                kept_epoch=status.kept_epoch,
                result=status.result,
            )
        )

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
        with as_storage_error("the learning rate"):
            checked.write(self.learning_rate_file, {"learning_rate": rate})

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

    def remove(self) -> None:
        """Move the run to the trash, from where `restore` brings it back within a week.

        Raises:
            RunError: it is still going on, or is not there.
            StorageError: it may not be moved.
        """
        try:
            status = self.status()
            if status.state in ALIVE:
                raise RunError(f"The run {self.name} is {status.state}: stop it first.")
        except RunError:
            # A damaged run is removed like another.
            if not os.path.lexists(self.folder) or not self.damage:
                raise
        trash = self.folder.parent / TRASH
        with as_storage_error(f"the removal of {self.name}"):
            trash.mkdir(exist_ok=True)
            removed = round(time.time())
            # A run of this name may have been removed in the same second, and another have taken its place.
            while os.path.lexists(trash / f"{removed}-{self.name}"):
                removed += 1
            self.folder.rename(trash / f"{removed}-{self.name}")


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


def runs_folder() -> Path:
    """Return where runs are kept."""
    return data_home.data_home() / "runs"


def all_runs(*, thorough: bool = False) -> list[Run]:
    """Return all runs, newest first, with those that are damaged: `Run.listed` tells.

    Args:
        thorough: whether `Run.listed` tells of every change in a file, even one that no version of Pixelwise makes; of
            more than a few runs it else tells of such a change a few listings later.

    Raises:
        StorageError: the folder of the runs cannot be read.
    """
    made = []
    for listed in look_at_all(runs_folder(), _listed, thorough=thorough):
        run = Run(listed.folder)
        run.__dict__["listed"] = listed
        made.append(run)
    return made


def _listed(folder: Path, known: tuple[Run, Status] | None = None) -> Listed:
    """Find out what lists show of a run; its status is read once, or not at all where it is known."""
    run, status = Run(folder), None
    damage, remark, generates = _damage_beside_status(str(folder))
    try:
        status = known[1] if known is not None and known[0] == run else run.status()
    except RunError as error:
        damage = str(error)
    if damage:
        status, remark = None, ""
    return Listed(folder, status, damage, remark, run.has_model, run.has_evaluation, generates)


@lru_cache(maxsize=4096)
def _status_damage(folder: str, _version: tuple[int, int]) -> str:
    try:
        Run(Path(folder)).status()
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
    run, damage, remark, generates = Run(Path(folder)), "", "", False
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


def alive(known: tuple[Run, Status] | None = None) -> list[tuple[Run, Status]]:
    """Return the runs that go on or wait, oldest first, with their status.

    Args:
        known: a run that goes on or waits, and its status as it was just read: it is not read again.
    """
    # Of a run that has ended lists keep what they are told, and it may be older than its file: that is read.
    at_hand = known if known is not None and known[1].state in ALIVE else None
    found = look_at_all(runs_folder(), partial(_listed, known=at_hand))
    pairs = [(Run(each.folder), each.status) for each in found if each.status is not None and each.is_alive]
    return sorted(pairs, key=lambda pair: pair[1].created)
