"""What keeps a folder's process on a node: another turn while it ends, and giving up to another node."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cluster import keeper
from core.cluster.keeper import Keeper
from core.storage import beat, processes

PATIENCE_S = 60


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the actor would end; here its process is one that ends when the file `end` is there."""
    event = threading.Event()
    monkeypatch.setattr(keeper, "_end", event.set)
    monkeypatch.setattr(beat, "BEAT_S", 0.05)
    return event


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    program = tmp_path / "until_end.py"
    program.write_text(
        "import os, sys, time\n"
        "print(os.environ['PIXELWISE_NODE'] != '', flush=True)\n"
        "while not os.path.exists(sys.argv[1] + '/end'): time.sleep(0.02)\n"
        "os.remove(sys.argv[1] + '/end')\n"
    )
    monkeypatch.setattr(processes, "PROJECT", tmp_path)
    return folder


def kept(folder: Path) -> Keeper:
    return Keeper("until_end", str(folder), (str(folder.parent), str(folder.parent)), "log", 1)


def until(reached: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)


def starts(folder: Path) -> int:
    return (folder / "log").read_text().count("True")


def test_it_gives_signs_of_life_until_its_process_ends(folder: Path, ended: threading.Event) -> None:
    made = kept(folder)
    first = beat.read(folder, beat.AT_WORK)
    assert first is not None and first.node and beat.is_alive(folder)
    until(lambda: (now := beat.read(folder, beat.AT_WORK)) is not None and now.at > first.at)
    (folder / "end").touch()
    assert ended.wait(PATIENCE_S)
    assert not beat.is_elsewhere(folder)
    assert not made.take("another"), "whoever asks now has to make another"


def test_a_turn_that_comes_before_the_process_ended_is_taken_then(folder: Path, ended: threading.Event) -> None:
    beat.write(folder, beat.IN_QUEUE, writer="first")
    made = kept(folder)
    assert made.take("first"), "it is of this turn"
    assert made.take("second")
    until(lambda: starts(folder) == 1)
    (folder / "end").touch()
    until(lambda: starts(folder) == 2)
    assert not ended.is_set() and beat.is_alive(folder)
    (folder / "end").touch()
    assert ended.wait(PATIENCE_S)
    assert starts(folder) == 2


def test_a_node_that_lost_the_work_to_another_gives_it_up(
    folder: Path, ended: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[int] = []

    def leave(code: int) -> None:
        left.append(code)
        threading.Event().wait()

    monkeypatch.setattr(os, "_exit", leave)
    made = kept(folder)
    beat.write(folder, beat.AT_WORK, writer="another", node="another")
    until(lambda: left)
    assert made._process.wait(PATIENCE_S) != 0 and not ended.is_set()
    now = beat.read(folder, beat.AT_WORK)
    assert now is not None and now.writer == "another"
