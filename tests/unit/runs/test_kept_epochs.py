"""The weights of some epochs: which are kept, and what damages them."""

from pathlib import Path

import numpy as np
import pytest

from core.runs import Run, kept_epochs
from core.runs.kept_epochs import KeptEpochError


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def weights(value: float = 0.5, size: int = 4) -> list[np.ndarray]:
    return [np.full(size, value, np.float32), np.full((2, 3), -value, np.float32)]


def test_epochs_are_kept_closely_at_first_and_the_earliest_of_too_many_are_given_up(run: Run) -> None:
    for epoch in filter(kept_epochs.is_wanted, range(600)):
        kept_epochs.keep(run, epoch, weights(epoch))
    assert kept_epochs.epochs(run) == [0, 8, 16, 32, 64, 128, 256, 512]
    assert [each[0, 0] for each in kept_epochs.read(run.folder, 32)[1:]] == [-32]
    assert kept_epochs.kept_bytes(run) == sum(path.stat().st_size for path in kept_epochs.folder_of(run).iterdir())


@pytest.mark.parametrize(("size", "kept"), [(1_000, 8), (20_000_000, 3), (30_000_000, 2), (31_000_000, 0)])
def test_of_large_networks_fewer_are_kept_or_none(size: int, kept: int) -> None:
    assert kept_epochs.how_many(size) == kept


def test_a_training_that_goes_on_from_an_epoch_makes_later_ones_again(run: Run) -> None:
    for epoch in (0, 1, 2, 4):
        kept_epochs.keep(run, epoch, weights())
    kept_epochs.remove_after(run, 2)
    assert kept_epochs.epochs(run) == [0, 1, 2]


def test_a_run_without_them_has_none(run: Run) -> None:
    assert kept_epochs.epochs(run) == []
    assert kept_epochs.kept_bytes(run) == 0
    kept_epochs.remove_after(run, 0)
    with pytest.raises(KeptEpochError, match="epoch 4 cannot be read"):
        kept_epochs.read(run.folder, 4)


@pytest.mark.parametrize("damage", ["cut", "turned", "text", "nan", "missing"])
def test_what_is_damaged_is_said(run: Run, damage: str) -> None:
    kept_epochs.keep(run, 1, weights(np.nan if damage == "nan" else 0.5))
    path = kept_epochs.folder_of(run) / "epoch-00001.npz"
    whole = path.read_bytes()
    if damage == "cut":
        path.write_bytes(whole[:200])
    elif damage == "turned":
        at = whole.index(np.float32(0.5).tobytes() * 4)
        path.write_bytes(whole[:at] + b"x" + whole[at + 1 :])
    elif damage == "text":
        np.savez(path, weight_0=np.array(["a"]))
    elif damage == "missing":
        np.savez(path, weight_1=np.zeros(2))
    with pytest.raises(KeptEpochError, match="epoch 1"):
        kept_epochs.read(run.folder, 1)


def test_a_disk_that_is_full_takes_nothing_from_the_training(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    kept_epochs.keep(run, 0, weights())
    assert kept_epochs.epochs(run) == []
    assert list(kept_epochs.folder_of(run).iterdir()) == []
