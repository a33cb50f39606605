"""Work killed at a random moment: what was done before is there, nothing is half, and the same work can be done anew.

An import, the preparing of images, an audit, decisions, saved settings and the notes on a run. `bench.resume` kills
trainings, and compares their numbers with those of one that was left alone.
"""

import json
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import psutil

from core import runs
from core.datasets import decisions, store
from core.datasets.audit import report
from core.datasets.integrity.verification import verify
from core.datasets.sources import catalogue, importing
from core.images.image_io import from_array, png
from core.preprocessing import Pipeline, Resize
from core.recipes.recipe import find_recipe
from core.storage import data_home, user_library
from core.training.data import prepared_images
from tests.hardening import MissingError
from tests.paths import PROJECT

SUITE, BENCH, BROWSER = 18, 1_200, False
_IMAGES = 24
_HALF = re.compile(r"\.(new-)?\d+-")
# Moments are told by the processor's time, whatever else the machine does. Loops without an end are killed within that.
_LONGEST_S, _TICK_S = 0.3, 0.01
_PATIENCE_S = 300.0
Tell = Callable[[int], None]


def failures(count: int, home: Path) -> Iterator[str]:
    """Kill that many pieces of work, all of them children of one process without threads, and look at what is left."""
    if not hasattr(os, "fork"):
        raise MissingError("no fork on this system, which lets work begin at once and so be killed at any moment")
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", __name__, str(count)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield from (json.loads(line) for line in process.stdout)
    if process.returncode:
        yield f"the process that kills ended with {process.returncode}"


def main(count: int) -> None:
    """Kill that many pieces of work in the data home, and print what failed, a line of JSON each."""
    home = data_home.data_home()
    _zip(home.parent / "new.zip")
    works = (_Import(), _Prepare(), _Audit(), _Decide(), _Save(), _Annotate())
    for work in works:
        work.begin()
    for number in range(count):
        work, moment = works[number % len(works)], random.Random(number).random()  # noqa: S311 no secret
        try:
            told = _killed(work.do, moment * work.seconds)
            data_home.sweep_all()
            half = [path.name for path in home.rglob(".*") if _HALF.match(path.name)]
            problem = f"half-written files stay: {half}" if half else work.problem(told)
        except Exception as error:  # What must not be.
            problem = f"{type(error).__name__}: {str(error)[:300]}"
        name = type(work).__name__.strip("_").lower()
        case = f"case {number}, {name}, after {moment:.0%} of {work.seconds:.2f} s of a processor"
        print(json.dumps(f"{case}: {problem}" if problem else ""), flush=True)


def _killed(work: Callable[[Tell], None], seconds: float) -> int:
    """Begin work in a child, kill it once it has worked so long, and return the last number it told; -1: none."""
    reading, writing = os.pipe()
    child = _child(work, writing)
    os.close(writing)
    begun = os.read(reading, 8)
    process = psutil.Process(child)
    while process.status() != psutil.STATUS_ZOMBIE and sum(process.cpu_times()[:2]) < seconds:
        time.sleep(_TICK_S * seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    told = b""
    while len(begun) == 8 and (more := os.read(reading, 1 << 16)):
        told += more
    os.close(reading)
    whole_numbers = len(told) // 8 * 8
    return int.from_bytes(told[whole_numbers - 8 : whole_numbers], "little") if whole_numbers else -1


def _done(work: Callable[[Tell], None]) -> float:
    """Do work in a child, to its end, and return how many seconds of a processor it took."""
    reading, writing = os.pipe()
    child = _child(work, writing)
    os.close(writing)
    while select.select([reading], [], [], _PATIENCE_S)[0] and os.read(reading, 1 << 16):
        pass
    os.close(reading)
    _, status, used = os.wait4(child, 0)
    if status:
        raise RuntimeError(f"the work, left alone, ended with {status}")
    return used.ru_utime + used.ru_stime


def _child(work: Callable[[Tell], None], pipe: int) -> int:
    """Fork; the child tells by 8 bytes that it begins, does the work, and is gone."""
    child = os.fork()
    if child:
        return child
    ending = 1
    try:
        os.write(pipe, bytes(8))
        work(partial(_tell, pipe))
        ending = 0
    finally:
        os._exit(ending)


def _tell(pipe: int, number: int) -> None:
    os.write(pipe, number.to_bytes(8, "little"))


class _Work:
    """Work that is killed. Nothing of it is done in the process that forks: threads would not come along."""

    seconds = _LONGEST_S

    def begin(self) -> None:
        """Do what it needs before the first kill."""

    def do(self, tell: Tell) -> None:
        """Do it, and tell by rising numbers what is done."""
        raise NotImplementedError

    def problem(self, told: int) -> str:
        """Return what is wrong after a kill; put all back as it was."""
        raise NotImplementedError


class _Import(_Work):
    def begin(self) -> None:
        self.seconds = 1.1 * _done(self.do)
        self._made = store.read(store.folder_of("new")).about
        shutil.rmtree(store.folder_of("new"))

    def do(self, _tell: Tell) -> None:
        importing.import_images(importing.plan(data_home.data_home().parent / "new.zip"), name="new", title="New")

    def problem(self, _told: int) -> str:
        if [name for name in store.names() if name != "digits"] not in ([], ["new"]):
            return f"the datasets are {store.names()}"
        if "new" not in store.names():
            _done(self.do)
        made = store.read(store.folder_of("new"))
        verify(made)
        wrong = len(made) != _IMAGES or made.about != self._made
        shutil.rmtree(made.folder)
        return "the dataset is not the one that was imported" if wrong else ""


class _Prepare(_Work):
    def begin(self) -> None:
        self.seconds = 1.1 * _done(self.do)
        self._made = np.array(self._prepared())
        self._remove()

    def do(self, _tell: Tell) -> None:
        self._prepared()

    def problem(self, _told: int) -> str:
        _done(self.do)
        wrong = not np.array_equal(self._made, self._prepared())
        self._remove()
        return "the prepared images are others" if wrong else ""

    @staticmethod
    def _prepared() -> np.ndarray:
        return prepared_images(catalogue.open_dataset("digits"), Pipeline((Resize(16, 16),)))

    @staticmethod
    def _remove() -> None:
        shutil.rmtree(data_home.data_home() / "prepared")


class _Audit(_Work):
    def begin(self) -> None:
        self.seconds = 1.1 * _done(self.do)
        made = report.load(catalogue.open_dataset("digits"))
        self._made = made and replace(made, created=0)

    def do(self, _tell: Tell) -> None:
        report.audit(catalogue.open_dataset("digits"))

    def problem(self, _told: int) -> str:
        found = report.load(catalogue.open_dataset("digits"))
        whole = found and replace(found, created=0) == self._made
        return "" if whole else f"the audit is {str(found)[:300]}"


class _Decide(_Work):
    def do(self, tell: Tell) -> None:
        digits = catalogue.open_dataset("digits")
        for index in range(len(digits)):
            decisions.decide(digits, [index], decisions.EXCLUDE)
            tell(index)
        time.sleep(_PATIENCE_S)

    def problem(self, told: int) -> str:
        digits = catalogue.open_dataset("digits")
        excluded = list(decisions.decided(digits).excluded)
        if excluded not in (list(range(told + 1)), list(range(told + 2))):
            return f"{told + 1} were excluded, and {len(excluded)} are"
        _done(partial(self._one_more, len(digits) - 1))
        after = list(decisions.decided(digits).excluded)
        (digits.folder / "decisions.jsonl").unlink()
        return "" if after == [*excluded, len(digits) - 1] else "a decision after the kill is lost"

    @staticmethod
    def _one_more(index: int, _tell: Tell) -> None:
        decisions.decide(catalogue.open_dataset("digits"), [index], decisions.EXCLUDE)


class _Save(_Work):
    def begin(self) -> None:
        user_library.save("recipe", "Mine", {"number": 0})
        self._last = 0

    def do(self, tell: Tell) -> None:
        number = self._last
        while True:
            number += 1
            user_library.save("recipe", "Mine", {"number": number, "of": [number] * 500})
            tell(number)

    def problem(self, told: int) -> str:
        found = user_library.load("recipe", "Mine")["number"]
        before, self._last = max(told, self._last), found
        return "" if found in (before, before + 1) else f"saved: {before}, found: {found}"


class _Annotate(_Work):
    def begin(self) -> None:
        self._run = runs.create(find_recipe("digits-dense"))
        self._run.annotate(title="0")
        self._last = 0

    def do(self, tell: Tell) -> None:
        number = self._last
        while True:
            number += 1
            self._run.annotate(title=str(number), note=f"{number} " * 500)
            tell(number)

    def problem(self, told: int) -> str:
        (run,) = runs.all_runs()
        found = int(run.title)
        before, self._last = max(told, self._last), found
        return "" if found in (before, before + 1) else f"noted: {before}, found: {found}"


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(_IMAGES):
            pixels = np.random.default_rng(number).integers(0, 256, (90, 80, 3), np.uint8)
            archive.writestr(f"{'cat' if number % 2 else 'dog'}/{number}.png", png(from_array(pixels)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
