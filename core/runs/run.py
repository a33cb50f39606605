"""What can be asked of a run: to start, stop, pause, go on or be measured, to be named and removed; and all runs."""

import contextlib
import os
import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from filelock import FileLock

from core.cluster import start as cluster
from core.errors import PixelwiseError, as_storage_error
from core.recipes.recipe import read_recipe
from core.runs.listed import has_changed, look_at_all
from core.runs.needs import needed_bytes
from core.runs.run_folder import LONGEST_NOTE, LONGEST_TITLE, AboutRun, RunFolder, list_run
from core.runs.status import ALIVE, FAILED, FINISHED, PAUSE, STOP, WAITING, RunError, Status
from core.runs.terms import FILE as TERMS
from core.runs.terms import Terms
from core.spaces import limits
from core.storage import beat, checked, data_home, processes, trash
from core.storage.progress import counted


@dataclass(frozen=True)
class Run(RunFolder):
    """A run: what stands in its folder, and what can be asked of it."""

    def forget_about(self) -> None:
        """Do without an `about.json` that cannot be read; it stays beside the others, as `about.json.damaged`.

        Raises:
            StorageError: it may not be moved.
        """
        path = self.folder / "about.json"
        with as_storage_error(f"what you say of the run {self.name}"):
            path.rename(path.with_name("about.json.damaged"))
        has_changed(self.folder)

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

    def write_status(self, status: Status, *, lasting: bool = True) -> None:
        """Replace `status.json`; `lasting` as `home.replacing` takes it."""
        checked.write(self.folder / "status.json", asdict(status), lasting=lasting)
        has_changed(self.folder)

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
                    f"The training process could not start (exit status {code}): {lines[-1] if lines else 'no word'}"
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
        with as_storage_error(f"the removal of {self.name}"):
            trash.put(self.folder)


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
    for listed in look_at_all(runs_folder(), list_run, thorough=thorough):
        run = Run(listed.folder)
        run.__dict__["listed"] = listed
        made.append(run)
    return made


def alive(known: tuple[Run, Status] | None = None) -> list[tuple[Run, Status]]:
    """Return the runs that go on or wait, oldest first, with their status.

    Args:
        known: a run that goes on or waits, and its status as it was just read: it is not read again.
    """
    # Of a run that has ended lists keep what they are told, and it may be older than its file: that is read.
    at_hand = known if known is not None and known[1].state in ALIVE else None
    found = look_at_all(runs_folder(), partial(list_run, known=at_hand))
    pairs = [(Run(each.folder), each.status) for each in found if each.status is not None and each.is_alive]
    return sorted(pairs, key=lambda pair: pair[1].created)
