"""The saver's thread: an epoch is told of only when it is on disk, and what cannot be written is raised."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.nn.training.checkpoint_writer import Saver
from core.runs import checkpoint
from core.runs.checkpoint import Checkpoint, Progress


def after(epoch: int) -> Checkpoint:
    return Checkpoint(Progress(epoch, 1.0, 0.001), [np.full(10, epoch, np.float32)], [])


def saved(folder: Path) -> list[str]:
    return [path.stem for path in checkpoint.checkpoints(folder)]


def wait_for(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 90
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_an_epoch_is_told_of_when_it_is_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_write, write = threading.Event(), checkpoint.write

    def slowly(folder: Path, offered: Checkpoint) -> None:
        may_write.wait(30)
        write(folder, offered)

    monkeypatch.setattr(checkpoint, "write", slowly)
    told: list[int] = []
    saver = Saver(tmp_path, saved=0)
    saver.offer(after(1))
    saver.when_safe(1, lambda: told.append(1))
    time.sleep(0.05)
    assert told == []
    may_write.set()
    wait_for(lambda: told == [1])
    assert saved(tmp_path) == ["epoch-00001"]
    saver.close()


def test_epochs_faster_than_the_disk_are_saved_several_at_a_time(tmp_path: Path) -> None:
    told: list[int] = []
    saver = Saver(tmp_path, saved=0)
    for epoch in range(1, 101):
        saver.offer(after(epoch))
        saver.when_safe(epoch, lambda epoch=epoch: told.append(epoch))  # type: ignore[misc]
    saver.close()
    assert told == list(range(1, 101))
    assert saved(tmp_path)[0] == "epoch-00100"
    found = checkpoint.newest(tmp_path)
    assert found
    assert found.state[0].tolist() == [100.0] * 10


def test_an_epoch_that_was_saved_before_is_told_of_at_once(tmp_path: Path) -> None:
    told: list[int] = []
    saver = Saver(tmp_path, saved=7)
    saver.when_safe(7, lambda: told.append(7))
    wait_for(lambda: told == [7])
    saver.close()


def test_what_cannot_be_saved_is_raised_where_it_can_end_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    told: list[int] = []
    monkeypatch.setattr(checkpoint, "write", full)
    saver = Saver(tmp_path, saved=0)
    saver.offer(after(1))
    saver.when_safe(1, lambda: told.append(1))
    with pytest.raises(OSError, match="No space"):
        saver.close()
    with pytest.raises(OSError, match="No space"):
        saver.offer(after(2))
    assert told == []
