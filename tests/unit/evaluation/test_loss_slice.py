"""Where a slice of a loss lies, and how it is kept."""

from pathlib import Path

import numpy as np
import pytest

from core.evaluation import loss_slice
from core.evaluation.loss_slice import LossSlice
from core.runs import Run


def test_a_trail_lies_on_its_own_plane_and_within_the_slice() -> None:
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(size=(40, 2)))[0].T
    path = rng.normal(size=40) + np.array([[0, 0], [4, 1], [7, 0.5], [9, -2.0]]) @ axes
    plane = loss_slice.by_trail(path)
    assert np.abs(plane.trail).max() == pytest.approx(1 / 1.3)
    assert plane.middle + plane.trail @ plane.directions == pytest.approx(path)
    assert np.linalg.norm(plane.directions[0]) == pytest.approx(np.linalg.norm(plane.directions[1]))


def test_random_directions_are_as_long_as_each_filter_and_leave_biases() -> None:
    weights = [np.full((3, 3, 2, 4), 0.1), np.arange(1.0, 5.0), np.eye(5)]
    plane = loss_slice.by_chance(weights)
    for direction in plane.directions:
        kernel, bias, dense = np.split(direction, [72, 76])
        lengths = np.sqrt((kernel.reshape(3, 3, 2, 4) ** 2).sum(axis=(0, 1, 2)))
        assert lengths == pytest.approx(np.full(4, np.sqrt(18) * 0.1))
        assert not bias.any()
        assert np.sqrt((dense.reshape(5, 5) ** 2).sum(axis=0)) == pytest.approx(np.ones(5))
    assert plane.trail.tolist() == [[0, 0]]


def test_a_training_that_did_not_move_has_a_plane(tmp_path: Path) -> None:
    plane = loss_slice.by_trail(np.ones((3, 8)))
    assert np.isfinite(plane.directions).all()
    assert plane.trail.tolist() == [[0, 0]] * 3


def test_it_is_kept_until_the_model_changes_and_damage_is_like_none(tmp_path: Path) -> None:
    run = Run(tmp_path)
    (tmp_path / "model.keras").write_bytes(b"one")
    assert loss_slice.load(run) is None
    made = LossSlice(np.ones((21, 21)), np.zeros((2, 2)), np.array([0, -1]), 256)
    loss_slice.keep(run, loss_slice.file_of(run), made)
    found = loss_slice.load(run)
    assert found is not None
    assert (found.losses.shape, found.epochs.tolist(), found.images) == ((21, 21), [0, -1], 256)
    path = loss_slice.file_of(run).path
    whole = path.read_bytes()
    path.write_bytes(whole[:300])
    assert loss_slice.load(run) is None
    loss_slice.keep(run, loss_slice.file_of(run), LossSlice(np.full((21, 21), np.nan), made.trail, made.epochs, 256))
    assert loss_slice.load(run) is None
