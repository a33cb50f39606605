"""Whose data home code works in, where one server serves several users."""

import ast
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from core.errors import StorageError
from core.prediction import worker
from core.storage import data_home as homes
from tests.paths import PROJECT

# They work in nobody's home: they wait for a process, for the memory, for a parent; or set the home themselves.
ALONE = {"core/cluster/keeper.py", "core/storage/processes.py", "pages/common/page_frame.py"}


def nobody() -> Path:
    raise StorageError("nobody's")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of several users, asked by none of them."""
    monkeypatch.setattr(homes, "_finder", nobody)


def test_the_innermost_home_counts_and_without_one_nothing_is_found(served: None, tmp_path: Path) -> None:
    with homes.at(tmp_path / "ada"):
        assert homes.data_home() == tmp_path / "ada"
        with homes.at(tmp_path / "ben"):
            assert homes.data_home() == tmp_path / "ben"
        assert homes.data_home() == tmp_path / "ada"
    with pytest.raises(StorageError):
        homes.data_home()


def test_a_thread_works_in_the_home_it_was_made_in_and_one_that_carries_none_in_none(
    served: None, tmp_path: Path
) -> None:
    found: list[object] = []

    def look() -> None:
        try:
            found.append(homes.data_home())
        except StorageError as error:
            found.append(type(error))

    with homes.at(tmp_path / "ada"):
        threads = [threading.Thread(target=homes.carried(look)), threading.Thread(target=look)]
    for thread in threads:
        thread.start()
        thread.join()
    assert found == [tmp_path / "ada", StorageError]


def test_the_worker_is_told_whose_home_each_call_is_for(
    served: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Here:
        def submit(self, function: Any, *arguments: Any) -> "Future[Any]":
            done: Future[Any] = Future()
            done.set_result(function(*arguments))
            return done

    monkeypatch.setattr(worker, "_executor", Here)
    for name in ("ada", "ben"):
        with homes.at(tmp_path / name):
            assert worker.ask(homes.data_home) == tmp_path / name


@pytest.mark.parametrize("room", ["core", "pages"])
def test_threads_of_the_server_carry_their_home(room: str) -> None:
    bare = []
    for path in sorted((PROJECT / room).rglob("*.py")):
        name = path.relative_to(PROJECT).as_posix()
        # What `core.nn` does is a process of one home.
        if name in ALONE or name.startswith("core/nn/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ("threading.Thread", "threading.Timer"):
                continue
            given = [*(each.value for each in node.keywords if each.arg == "target"), *node.args[1:2]]
            if not given or "carried(" not in ast.unparse(given[0]):
                bare.append(f"{name}:{node.lineno}")
    assert bare == []
