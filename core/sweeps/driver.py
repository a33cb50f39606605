"""The driver of a sweep: `python -m core.sweeps.driver SWEEP_DIR` makes its trials, watches them, measures the best.

It trains nothing itself: each trial is a run with a trainer of its own, which outlives the driver. Whatever happens is
told in `trials.jsonl` before or right after it is done, and a trial's run has a name that follows from its number: a
driver that takes a sweep up finds each run again, and trains none twice.
"""

import contextlib
import math
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import filelock

from core import runs
from core.datasets.sources import catalogue
from core.errors import PixelwiseError
from core.evaluation import predictions
from core.runs import Run, RunError, Status, Terms
from core.runs.records import EPOCH, GrowingRecords
from core.storage import checked, data_home, processes
from core.storage.progress import counted, progress_text
from core.sweeps import importance
from core.sweeps import status as states
from core.sweeps.choosing import Chooser
from core.sweeps.plan import NO_PRUNER
from core.sweeps.status import SweepStatus
from core.sweeps.sweep import Sweep, best_of
from core.sweeps.trials import (
    BEGUN,
    ENDED,
    FAILED,
    FINISHED,
    LOST,
    MADE,
    MEASURED,
    OPEN,
    PRUNED,
    Line,
    Trial,
    whole_lines,
)
from core.sweeps.variation import SweepError, changed
from core.training import features
from core.training.data import prepared_images

POLL_S = 0.5
# How often a run whose trainer was killed is taken up again, before it counts as lost.
_MOST_RESUMES = 2
# So many trials, all that there were, failed: the others would, too.
_ALL_FAILED = 3


class Driver:
    """Carries a sweep out, a turn at a time."""

    def __init__(self, sweep: Sweep) -> None:
        """Take a sweep up where it is.

        Raises:
            SweepError: its files cannot be read.
        """
        self.sweep = sweep
        self.trials = list(sweep.trials())
        self.terminated = False
        self._parent = processes.parent_to_end_with()
        self._chooser = Chooser(sweep.plan, sweep.variations, sweep.recipe.fit.epochs, self.trials)
        self._records: dict[str, GrowingRecords] = {}
        self._resumes: dict[str, int] = {}
        self._going: set[str] = set()
        self.paused: set[str] = set()
        self._exhausted = False
        self._weighed = 0
        self._cut()

    def _cut(self) -> None:
        """Take away a torn last line, so that the next one stands by itself."""
        path = self.sweep.trials_file
        if path.exists():
            whole = b"".join(line + b"\n" for line in whole_lines(path))
            if path.stat().st_size != len(whole):
                with data_home.replacing(path, lasting=True) as beside:
                    beside.write_bytes(whole)

    def tell(self, line: Line) -> None:
        """Add a line to `trials.jsonl`; it is on the disk when this returns."""
        said = {
            name: value for name, value in asdict(line).items() if value not in (None, "", (), {}) or name == "kind"
        }
        with self.sweep.trials_file.open("a", encoding="utf-8") as file:
            file.write(checked.text(said) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.trials = list(self.sweep.trials())

    def turn(self) -> bool:
        """Look at the trials that go on and begin others; return whether anything is left to do."""
        for trial in self.trials:
            for repeat in list(trial.repeats.values()):
                if repeat.state == OPEN:
                    self._look(trial.number, repeat.number)
        self._give_up_where_all_fail()
        while self._alive() < self.sweep.plan.together and self._begin_next():
            pass
        return self._alive() > 0

    def _alive(self) -> int:
        """Return how many runs go on, or are to: those that a user paused do not."""
        runs_open = [repeat.run for trial in self.trials for repeat in trial.repeats.values() if repeat.state == OPEN]
        return sum(run not in self.paused for run in runs_open)

    def _begin_next(self) -> bool:
        """Begin a run, of a trial that lacks one or of a new trial; tell whether there was one to begin."""
        plan = self.sweep.plan
        for trial in self.trials:
            missing = [number for number in range(plan.repeats) if number not in trial.repeats]
            if trial.state == OPEN and missing:
                # Whether a trial is hopeless is told by its first run.
                waits = (
                    missing[0] > 0 and bool(plan.vary) and plan.pruner != NO_PRUNER and trial.repeats[0].state == OPEN
                )
                if not waits:
                    self._make(trial, missing[0])
                    return True
        if self._exhausted or len(self.trials) >= plan.trials:
            return False
        values = self._chooser.propose()
        if values is None:
            self._exhausted = True
            return False
        self.tell(Line(BEGUN, len(self.trials), values))
        self._make(self.trials[-1], 0)
        return True

    def _make(self, trial: Trial, repeat: int) -> None:
        """Make and start a run; one that is there was made before the driver could tell so."""
        plan, name = self.sweep.plan, self.sweep.run_name(trial.number, repeat)
        recipe = plan.repeated(changed(self.sweep.recipe, trial.values), repeat)
        run = Run(runs.runs_folder() / name)
        if not os.path.lexists(run.folder):
            if catalogue.open_dataset(plan.dataset).about.content_hash != plan.content_hash:
                raise SweepError(f"The dataset {plan.dataset} has changed since the sweep began. Start a new sweep.")
            run = runs.create(
                recipe,
                plan.dataset,
                title=f"{recipe.title} · {self.said(trial.number, repeat)}",
                name=name,
                decided=self.sweep.decided,
                terms=Terms(together=plan.together, test=not plan.vary),
            )
        self.tell(Line(MADE, trial.number, repeat=repeat, run=name))
        if run.status().state == runs.WAITING:
            run.start()

    def said(self, trial: int, repeat: int) -> str:
        """Return what a run is called among those of its sweep."""
        plan = self.sweep.plan
        own = f"fold {repeat + 1} of {plan.repeats}" if plan.folds else f"seed {repeat + 1}"
        return ", ".join(filter(None, (f"trial {trial + 1}" if plan.vary else "", own if plan.repeats > 1 else "")))

    def _look(self, number: int, repeat: int) -> None:
        """See how a run that was made stands; tell how it ended, resume it, or stop it where it is hopeless."""
        run = Run(runs.runs_folder() / self.trials[number].repeats[repeat].run)
        curve = self._curve(run)
        try:
            status = run.status()
        except RunError as error:
            self._end(Line(ENDED, number, repeat=repeat, state=LOST, curve=curve, cause=str(error)))
            return
        if status.state in runs.ALIVE:
            self._going.add(run.name)
            self.paused.discard(run.name)
            if repeat == 0 and status.state == runs.RUNNING and self._chooser.hopeless(number, curve):
                with contextlib.suppress(RunError):  # It may have ended meanwhile.
                    run.stop()
        elif status.state == runs.PAUSED and run.name in self._going:
            # A user did that, and resumes it, or the sweep.
            self.paused.add(run.name)
        elif status.state in (runs.PAUSED, runs.INTERRUPTED) and self._resumes.get(run.name, 0) < _MOST_RESUMES:
            self._resumes[run.name] = self._resumes.get(run.name, 0) + 1
            run.resume()
        else:
            self._end(replace(self._ending(status), trial=number, repeat=repeat, curve=curve))

    def _ending(self, status: Status) -> Line:
        """Return what to tell of a run that is over."""
        if status.state == runs.FINISHED:
            value = status.result.get(f"validation_{self.sweep.plan.objective}")
            if value is None or math.isnan(value):
                return Line(ENDED, 0, state=FAILED, cause="It ended without a figure to judge it by.")
            return Line(ENDED, 0, state=FINISHED, value=value)
        if status.state == runs.STOPPED:
            return Line(ENDED, 0, state=PRUNED)
        return Line(ENDED, 0, state=FAILED if status.state == runs.FAILED else LOST, cause=status.cause[:5000])

    def _curve(self, run: Run) -> tuple[float | None, ...]:
        """Return the figure that trials are judged by after each epoch so far."""
        records = self._records.setdefault(run.name, GrowingRecords(run.folder / "metrics.jsonl"))
        return tuple(each.get(f"val_{self.sweep.plan.objective}") for each in records.now() if each["kind"] == EPOCH)

    def _end(self, line: Line) -> None:
        self.tell(line)
        self._records.pop(self.trials[line.trial].repeats[line.repeat].run, None)
        if self.trials[line.trial].state != OPEN:
            self._chooser.ended(self.trials[line.trial])

    def _give_up_where_all_fail(self) -> None:
        ended = [trial for trial in self.trials if trial.state != OPEN]
        if len(ended) >= _ALL_FAILED and all(trial.state == FAILED for trial in ended):
            cause = next(repeat.cause for repeat in ended[0].repeats.values() if repeat.state == FAILED)
            raise SweepError(f"The first {len(ended)} trials failed, so the sweep was ended. The first one: {cause}")

    def pause(self) -> None:
        """Pause the runs that go on, and wait until they have freed the processor."""
        going = [
            Run(runs.runs_folder() / repeat.run)
            for trial in self.trials
            for repeat in trial.repeats.values()
            if repeat.state == OPEN or (repeat.test_accuracy is None and trial.state == FINISHED)
        ]
        for run in going:
            with contextlib.suppress(RunError):
                run.pause()
        while any(_is_alive(run) for run in going):
            time.sleep(POLL_S)

    def measure(self) -> bool:
        """Have the best trial's runs measured on the test images, once; tell whether that is still going on."""
        best = best_of(self.trials, self.sweep.plan.objective)
        if best is None:
            return False
        waits = False
        for repeat in best.repeats.values():
            if repeat.test_accuracy is not None:
                continue
            run = Run(runs.runs_folder() / repeat.run)
            with contextlib.suppress(RunError):
                status = run.status()
                if status.state in runs.ALIVE:
                    waits = True
                elif not run.terms.test:
                    run.measure_test()
                    waits = True
                elif status.state in (runs.PAUSED, runs.INTERRUPTED) and not self._resumes.get(run.name, 0):
                    self._resumes[run.name] = 1
                    run.resume()
                    waits = True
                elif (accuracy := status.result.get("test_accuracy")) is not None:
                    images = len(predictions.load(run, "test").ids)
                    self.tell(Line(MEASURED, best.number, repeat=repeat.number, accuracy=accuracy, images=images))
        return waits

    def weigh_now_and_then(self) -> None:
        """Find how much each setting matters once the trials are half as many again as when that was found last."""
        count = len(importance.judged(self.trials))
        if count >= max(importance.FEWEST_TRIALS, 1.5 * self._weighed):
            self._weighed = count
            self.weigh()

    def weigh(self) -> None:
        """Find anew how much each setting matters, where trials have ended since."""
        known = importance.read(self.sweep.folder)
        if known is None or known.trials != len(importance.judged(self.trials)):
            found = importance.find(self.sweep.variations, self.trials, self.sweep.plan.seed)
            if found is not None:
                importance.keep(self.sweep.folder, found)

    @property
    def wants_to_stop(self) -> bool:
        """Whether a user, or the system, wants the sweep to pause."""
        orphaned = self._parent is not None and os.getppid() != self._parent
        return self.terminated or orphaned or self.sweep.stop_file.exists()

    def doing(self) -> str:
        """Return how far it is, for a person."""
        ended = sum(trial.state != OPEN for trial in self.trials)
        return progress_text("trials", ended, self.sweep.plan.trials, "done")


def _is_alive(run: Run) -> bool:
    try:
        return run.status().state in runs.ALIVE
    except RunError:
        return False


def carry_out(driver: Driver, tell: Callable[[str], None]) -> SweepStatus:
    """Go on until all is done or it is to stop; return the last status."""
    while not driver.wants_to_stop:
        # A sweep may be extended at any time, also while its best is measured.
        if driver.turn():
            tell(driver.doing())
            driver.weigh_now_and_then()
        elif driver.measure():
            tell("measuring the best on the test images")
        else:
            break
        time.sleep(POLL_S)
    if driver.wants_to_stop:
        tell("pausing its trials")
        driver.pause()
        driver.weigh()
        return SweepStatus(states.STOPPED)
    driver.weigh()
    if driver.paused:
        return SweepStatus(states.STOPPED, remark=f"{counted(len(driver.paused), 'trial')} paused: resume the sweep.")
    remark = ""
    if best_of(driver.trials, driver.sweep.plan.objective) is None:
        remark = "No trial finished."
    elif len(driver.trials) < driver.sweep.plan.trials:
        remark = f"Every combination has been tried: {counted(len(driver.trials), 'trial')}."
    return SweepStatus(states.FINISHED, remark=remark)


def main(folder: Path) -> int:
    """Carry out the sweep of a folder in a process made for it; return 0 when it ended or was stopped, else 1."""
    sweep = Sweep(folder)
    data_home.sweep(folder)
    lock = filelock.FileLock(folder / ".driver.lock")
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return 0
    pid, began = processes.own()
    now = replace(sweep.status(), state=states.RUNNING, pid=pid, pid_started=began)
    sweep.write_status(now)
    processes.step_back()

    def tell(doing: str) -> None:
        nonlocal now
        if doing != now.doing:
            now = replace(now, doing=doing)
            sweep.write_status(now)

    try:
        driver = Driver(sweep)

        def terminate(_signal: int, _frame: object) -> None:
            driver.terminated = True

        signal.signal(signal.SIGTERM, terminate)
        _prepare(sweep, tell)
        last = carry_out(driver, tell)
    except Exception as error:
        traceback.print_exception(error)
        cause = str(error) if isinstance(error, PixelwiseError) else f"{type(error).__name__}: {error}"
        last = SweepStatus(states.FAILED, cause=cause[:10_000])
    sweep.stop_file.unlink(missing_ok=True)
    sweep.write_status(replace(last, asked=now.asked, pid=pid, pid_started=began, ended=time.time()))
    return 0 if last.state != states.FAILED else 1


def _prepare(sweep: Sweep, tell: Callable[[str], None]) -> None:
    """Prepare the images once, which trials that begin together would each do by themselves."""
    recipe = sweep.recipe
    if features.beginning(recipe) is None:
        dataset = catalogue.open_dataset(sweep.plan.dataset)
        prepared_images(dataset, recipe.steps, lambda *now: tell(progress_text(*now)), look=False)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
