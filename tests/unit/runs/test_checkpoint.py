"""Checkpoints: two are kept, and a damaged one is never believed."""

from pathlib import Path

import numpy as np
import pytest

from core.runs import checkpoint
from core.runs.checkpoint import Checkpoint, Progress


def after(epoch: int) -> Checkpoint:
    state: list[np.ndarray] = [
        np.full((20, 10), epoch, np.float32),
        np.array(epoch, np.int64),
        np.arange(2, dtype=np.uint32),
    ]
    return Checkpoint(Progress(epoch, 1.5 * epoch, 0.01, best_epoch=1, best_loss=0.5), state, [np.ones(3, np.float32)])


def same(found: Checkpoint, expected: Checkpoint) -> bool:
    pairs = [*zip(found.state, expected.state, strict=True), *zip(found.best, expected.best, strict=True)]
    return found.progress == expected.progress and all(np.array_equal(one, other) for one, other in pairs)


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoint"
    assert checkpoint.newest(folder) is None
    checkpoint.write(folder, after(7))
    found = checkpoint.newest(folder)
    assert found
    assert found.progress == after(7).progress
    for group in ("state", "best"):
        for array, expected in zip(getattr(found, group), getattr(after(7), group), strict=True):
            assert (array.dtype, array.shape) == (expected.dtype, expected.shape)
            assert np.array_equal(array, expected)


def test_two_are_kept_and_what_was_left_half_written_goes(tmp_path: Path) -> None:
    for epoch in (9, 10, 11):
        checkpoint.write(tmp_path, after(epoch))
        (tmp_path / ".1-ab-epoch-00099.npz").write_bytes(b"half")
    checkpoint.prune(tmp_path, checkpoint.KEPT)
    assert [path.name for path in checkpoint.checkpoints(tmp_path)] == ["epoch-00011.npz", "epoch-00010.npz"]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("damage", ["shorter", "empty", "other bytes", "a changed number"])
def test_a_damaged_one_falls_back_to_the_one_before(tmp_path: Path, damage: str) -> None:
    for epoch in (1, 2):
        checkpoint.write(tmp_path, after(epoch))
    newest = checkpoint.checkpoints(tmp_path)[0]
    whole = newest.read_bytes()
    place = whole.index(np.float32(2).tobytes() * 3)
    changed = whole[:place] + b"\x01" + whole[place + 1 :]
    damaged = {"shorter": whole[:-300], "empty": b"", "other bytes": b"x" * len(whole), "a changed number": changed}
    newest.write_bytes(damaged[damage])
    found = checkpoint.newest(tmp_path)
    assert found
    assert found.progress.epoch == 1


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint.write(tmp_path, after(1))

    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.write(tmp_path, after(2))
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-00001.npz"]


def test_no_changed_bit_is_believed_or_stops_a_resume(tmp_path: Path) -> None:
    for epoch in (1, 2):
        checkpoint.write(tmp_path, after(epoch))
    newest = checkpoint.checkpoints(tmp_path)[0]
    whole = newest.read_bytes()
    wrong = []
    directory = whole.index(b"PK\x01\x02")
    for place in [*range(0, directory, 7), *range(directory, len(whole))]:
        newest.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        found = checkpoint.newest(tmp_path)
        if not found or not same(found, after(found.progress.epoch)):
            wrong.append(place)
    assert not wrong


def test_what_is_damaged_does_not_take_the_place_of_what_is_trained_anew(tmp_path: Path) -> None:
    for epoch in (8, 9):
        checkpoint.write(tmp_path, after(epoch))
    for path in checkpoint.checkpoints(tmp_path):
        path.write_bytes(b"")
    assert checkpoint.newest(tmp_path) is None
    checkpoint.remove_after(tmp_path, 0)
    checkpoint.write(tmp_path, after(1))
    found = checkpoint.newest(tmp_path)
    assert found
    assert found.progress.epoch == 1
