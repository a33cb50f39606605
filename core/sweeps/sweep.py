"""A sweep's folder: its plan, where it stands, its trials, and what can be asked of it."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from filelock import FileLock

from core.datasets.decisions import Decided
from core.errors import PixelwiseError, as_storage_error
from core.recipes.recipe import Recipe
from core.settings import SettingError
from core.storage import checked, data_home, processes, trash
from core.storage.checked import DamagedError, MissingError
from core.sweeps import trials as told
from core.sweeps.plan import ACCURACY, MOST_TRIALS, Plan, count_combinations
from core.sweeps.status import ALIVE, FAILED, FINISHED, INTERRUPTED, RUNNING, STOPPING, SweepStatus
from core.sweeps.trials import Trial
from core.sweeps.variation import SweepError, Variation, parse_all, takes

# A driver that has not written its process number by then never began.
_START_S = 60
_MOST_PLAN = 2_000_000
# The decisions on 1,000,000 images.
_MOST_DECISIONS = 20_000_000


@dataclass(frozen=True)
class Sweep:
    """A sweep folder."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name, by which pages and the command line call the sweep."""
        return self.folder.name

    @property
    def stop_file(self) -> Path:
        """The file whose existence asks the driver to stop."""
        return self.folder / "stop"

    @property
    def trials_file(self) -> Path:
        """What happened to its trials."""
        return self.folder / "trials.jsonl"

    @property
    def log_file(self) -> Path:
        """What the driver printed."""
        return self.folder / "sweep.log"

    @property
    def plan(self) -> Plan:
        """What it is to do.

        Raises:
            SweepError: its file cannot be read.
        """
        return self._made()[0]

    @property
    def recipe(self) -> Recipe:
        """The recipe that it varies, sizes following its dataset.

        Raises:
            SweepError: it cannot be read.
        """
        return self._made()[1]

    @property
    def variations(self) -> tuple[Variation, ...]:
        """What varies.

        Raises:
            SweepError: it cannot be read.
        """
        return self._made()[2]

    def _made(self) -> tuple[Plan, Recipe, tuple[Variation, ...]]:
        path = self.folder / "sweep.json"
        try:
            return _plan_in(path, data_home.version(path))
        except DamagedError as error:
            if isinstance(error, MissingError) and not os.path.lexists(self.folder):
                raise SweepError(f"There is no sweep {self.name}.") from error
            raise self._damaged(str(error)) from error
        except (SettingError, SweepError) as error:
            raise self._damaged(f"sweep.json is not what it should be: {error}") from error

    @property
    def decided(self) -> Decided:
        """What people had decided on the images when it was made, which counts in all its trials.

        Raises:
            SweepError: its file cannot be read.
        """
        try:
            return checked.read_object(self.folder / "decisions.json", Decided, most=_MOST_DECISIONS)
        except MissingError:
            return Decided()
        except DamagedError as error:
            raise self._damaged(str(error)) from error

    def _damaged(self, why: str) -> SweepError:
        return SweepError(
            f"The sweep {self.name} is damaged and cannot be read: {why.rstrip('.')}. Delete it on Runs; its runs stay."
        )

    def trials(self) -> tuple[Trial, ...]:
        """Return what was tried so far, by number.

        Raises:
            SweepError: its files cannot be read.
        """
        try:
            found = told.read(self.trials_file, self.plan.repeats)
        except DamagedError as error:
            raise self._damaged(str(error)) from error
        varied = {each.name: each for each in self.variations}
        for trial in found:
            if set(trial.values) != set(varied) or not all(map(takes, varied.values(), map(trial.values.get, varied))):
                raise self._damaged(
                    f"trials.jsonl has values for trial {trial.number + 1} that sweep.json does not vary"
                )
            if any(repeat.run != self.run_name(trial.number, repeat.number) for repeat in trial.repeats.values()):
                raise self._damaged(f"trials.jsonl names runs of trial {trial.number + 1} that are none of it")
        return found

    @property
    def damage(self) -> str:
        """What keeps it from being used, in a sentence; empty: nothing does."""
        try:
            _ = self.status(), self.trials(), self.decided
        except SweepError as error:
            return str(error)
        return ""

    def status(self, *, look_again: bool = True) -> SweepStatus:
        """Return where it stands. A sweep whose driver is gone is `interrupted`, whatever its file says.

        Args:
            look_again: whether the file is read once more before it is called so.

        Raises:
            SweepError: it has been removed, or its status cannot be read.
        """
        try:
            status = checked.read_object(self.folder / "status.json", SweepStatus)
        except DamagedError as error:
            if isinstance(error, MissingError) and not os.path.lexists(self.folder):
                raise SweepError(f"There is no sweep {self.name}.") from error
            raise self._damaged(str(error)) from error
        if status.state not in ALIVE:
            return status
        if not processes.is_alive_or_starting(status.pid, status.pid_started, status.asked, _START_S):
            if look_again:
                # It may have ended, and said how, since its status was read.
                return self.status(look_again=False)
            cause = "The sweep's process ended unexpectedly (killed, or the computer was switched off). Resume it."
            return replace(status, state=INTERRUPTED, cause=cause, doing="")
        return replace(status, state=STOPPING) if self.stop_file.exists() else status

    def write_status(self, status: SweepStatus) -> None:
        """Replace `status.json`."""
        checked.write(self.folder / "status.json", asdict(status))

    def best(self) -> Trial | None:
        """Return the finished trial that does best on validation images, the earlier of equals; `None` before one has.

        Raises:
            SweepError: its files cannot be read.
        """
        return best_of(self.trials(), self.plan.objective)

    def run_name(self, trial: int, repeat: int) -> str:
        """Return what a trial's run is called, with the trial's number as people count."""
        mark = f"-r{repeat + 1}" if self.plan.repeats > 1 else ""
        return f"{self.name}-t{trial + 1:03d}{mark}"

    def start(self) -> None:
        """Start the driver as a process of its own; it outlives this one.

        Raises:
            StorageError: the disk is full or may not be written.
        """
        asked = self.status().asked

        def ended(code: int) -> None:
            self._ended(code, asked)

        with as_storage_error(f"the sweep {self.name}"):
            processes.start("core.sweeps.driver", self.folder, data_home.around(self.folder), self.log_file, ended)

    def _ended(self, code: int, asked: str) -> None:
        """Say so when the driver that was started then could not even begin."""
        with contextlib.suppress(PixelwiseError, OSError):
            status = self.status()
            if status.asked == asked and status.pid is None and status.state in ALIVE:
                lines = self.log_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
                cause = f"The sweep could not start (exit status {code}): {lines[-1] if lines else 'no word'}"
                self.write_status(replace(status, state=FAILED, cause=cause))

    def stop(self) -> None:
        """Ask the driver to pause the trials that train, and to end; `resume` goes on where they were.

        Raises:
            SweepError: it is not going on.
            StorageError: the disk is full or may not be written.
        """
        status = self.status()
        if status.state not in ALIVE:
            raise SweepError(f"The sweep {self.name} is {status.state}, so there is nothing to stop.")
        with as_storage_error("the wish to stop"):
            data_home.replace_text(self.stop_file, "stop")

    def resume(self) -> None:
        """Go on where it was: trials that were under way train on from their last whole epoch.

        Raises:
            SweepError: it is going on, or all of it is done.
            StorageError: the disk is full or may not be written.
        """
        with self._alone():
            status = self.status()
            if status.state in ALIVE:
                raise SweepError(f"The sweep {self.name} is {status.state}: there is nothing to resume.")
            if status.state == FINISHED:
                raise SweepError(f"The sweep {self.name} has finished. Extend it by more trials.")
            self._queue()
        self.start()

    def extend(self, more: int) -> None:
        """Let it try some more combinations; a sweep that has ended goes on.

        Raises:
            SweepError: that makes too many, or there are no more combinations.
            StorageError: the disk is full or may not be written.
        """
        with self._alone():
            plan, status = self.plan, self.status()
            if more < 1 or plan.trials + more > MOST_TRIALS:
                raise SweepError(f"{more:,} trials cannot be added to {plan.trials:,}; a sweep takes {MOST_TRIALS:,}.")
            count = count_combinations(self.variations)
            if count is not None and count <= plan.trials:
                raise SweepError(
                    f"There are only {count:,} combinations, and all of them are in the sweep {self.name}."
                )
            total = plan.trials + more if count is None else min(plan.trials + more, count)
            checked.write(self.folder / "sweep.json", asdict(replace(plan, trials=total)), indent=1)
            if status.state in ALIVE:
                return
            self._queue()
        self.start()

    def _queue(self) -> None:
        self.stop_file.unlink(missing_ok=True)
        self.write_status(SweepStatus(RUNNING, "starting", asked=processes.moment()))

    @contextlib.contextmanager
    def _alone(self) -> Any:
        with as_storage_error(f"the sweep {self.name}"), FileLock(self.folder.parent / ".resuming.lock"):
            yield

    def remove(self) -> None:
        """Move the sweep to the trash, from where `restore` brings it back within a week; its runs stay.

        Raises:
            SweepError: it is still going on, or is not there.
            StorageError: it may not be moved.
        """
        try:
            if (status := self.status()).state in ALIVE:
                raise SweepError(f"The sweep {self.name} is {status.state}: stop it first.")
        except SweepError:
            # A damaged one is removed like another.
            if not os.path.lexists(self.folder) or not self.damage:
                raise
        with as_storage_error(f"the removal of {self.name}"):
            trash.put(self.folder)


@lru_cache(maxsize=64)
def _plan_in(path: Path, _version: tuple[int, int]) -> tuple[Plan, Recipe, tuple[Variation, ...]]:
    plan = checked.read_object(path, Plan, most=_MOST_PLAN)
    recipe = Recipe.from_json(plan.recipe)
    return plan, recipe, parse_all(plan.vary, recipe)


def best_of(trials: Sequence[Trial], objective: str) -> Trial | None:
    """Return the finished trial with the best figure, the earlier of equals; `None` where none has finished."""
    judged = [trial for trial in trials if trial.value is not None]
    sign = 1 if objective == ACCURACY else -1
    return max(judged, key=lambda trial: sign * (trial.value or 0.0), default=None)
