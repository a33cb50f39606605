"""Accuracy on turned images, kept with a run."""

import os
from pathlib import Path

import numpy as np
import pytest

from core.evaluation.explaining import turned
from core.evaluation.explaining.turned import Turned
from tests.unit.made_runs import made_run


def test_images_turn_counterclockwise_and_stay_as_they_are() -> None:
    square = np.arange(18, dtype=np.uint8).reshape(2, 3, 3, 1)
    made = turned.turned(square, np.array([90, 0]))
    assert (made[0, ..., 0] == np.rot90(square[0, ..., 0])).all()
    assert (made[1] == square[1]).all()


def test_what_was_found_counts_until_the_network_changes_or_the_file_is_damaged(data_home: Path) -> None:
    run = made_run()
    (run.folder / "model.keras").touch()
    assert turned.load(run) is None
    turned.keep(run, Turned(np.array([-90, 0, 90]), np.array([10, 90, 30]), 100))
    found = turned.load(run)
    assert found is not None
    assert found.accuracy.tolist() == [0.1, 0.9, 0.3]
    assert found.at(-45) == pytest.approx(0.5)
    low, high = found.interval
    assert low[1] == pytest.approx(0.826, abs=1e-3), "Wilson's interval of 90 in 100"
    assert high[1] == pytest.approx(0.945, abs=1e-3)
    kept = (run.folder / "turned.npz").read_bytes()
    for damaged in (kept[:100], b"", kept.replace(b"angles", b"angels")):
        (run.folder / "turned.npz").write_bytes(damaged)
        assert turned.load(run) is None
    (run.folder / "turned.npz").write_bytes(kept)
    assert turned.load(run) is not None
    newer = (run.folder / "turned.npz").stat().st_mtime_ns + 1_000_000
    os.utime(run.folder / "model.keras", ns=(newer, newer))
    assert turned.load(run) is None
