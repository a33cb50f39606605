"""What tests with TensorFlow share."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import pytest

from core.nn import train
from core.nn.training.journal import Journal
from core.runs import Run
from core.storage import jobs
from core.storage.jobs import Job
from tests.processes.trainings import PATIENCE_S

# Files whose tests take longest: begun first, none of them is left alone at the end.
_FIRST = (
    "export",
    "learning_from_features",
    "resume",
    "explaining",
    "script",
    "generation",
    "photo_predictions",
    "train",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {f"test_{name}": place for place, name in enumerate(_FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.fixture
def trained_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs train in this process when they are started: a trainer of its own would spend seconds on its imports."""

    def start(run: Run) -> None:
        train.carry_out(Journal(Run(run.folder)))

    monkeypatch.setattr(Run, "start", start)
    before = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(before)


@pytest.fixture
def jobs_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are done in this process when they are started, for the same reason."""

    def begin(_module: str, folder: Path, *_others: Any) -> None:
        jobs._run(Job(folder))

    monkeypatch.setattr(jobs.start, "__defaults__", (begin,))


# Each line is a folder, where script.py runs as the main program; "" or "failed" answers it.
_SCRIPTS = """
import contextlib, os, runpy, sys, traceback
for line in sys.stdin:
    os.chdir(line[:-1])
    failed = ""
    with open("printed.txt", "w", encoding="utf-8") as printed, contextlib.redirect_stdout(printed):
        try:
            runpy.run_path("script.py", run_name="__main__")
        except BaseException:
            failed = "failed"
            traceback.print_exc(file=printed)
    print(failed, flush=True)
"""


@pytest.fixture(scope="session")
def begin_script(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Callable[[], str]]]:
    """Begins a folder's script.py and returns what waits for its end and returns what it printed.

    Nothing of Pixelwise is on its path. One process runs them one after the other: each of its own would spend five
    seconds on imports.
    """
    with subprocess.Popen(
        [sys.executable, "-c", _SCRIPTS],
        cwd=tmp_path_factory.mktemp("scripts"),
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        say, answers = process.stdin, process.stdout

        def begin(folder: Path) -> Callable[[], str]:
            print(folder, file=say, flush=True)

            def ended() -> str:
                late = threading.Timer(PATIENCE_S, process.kill)
                late.start()
                answer, printed = answers.readline(), (folder / "printed.txt").read_text(encoding="utf-8")
                late.cancel()
                assert answer == "\n", printed[-2000:]
                return printed

            return ended

        yield begin
        say.close()
