"""What a run takes for unlike its own pictures: the score as it is kept, drawn shapes, and what follows from it."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import booking, novelty
from core.answers import Answer
from core.booking import ASK, Booking
from core.novelty import Novelty
from core.novelty.shapes import drawn
from tests.unit.made_runs import made_run

HALF = Novelty(
    hidden_weights=np.array([[1, 0], [0, 2]], np.float32),
    hidden_bias=np.array([0, -2], np.float32),
    weights=np.array([1, -2], np.float32),
    bias=-0.5,
    columns=np.array([1]),
    offset=np.array([1], np.float32),
    usual=np.array([0], np.float32),
    whitening=np.array([[3]], np.float32),
    unknown_ids=np.array([3, 7]),
)


def test_a_picture_is_known_unless_the_network_or_the_distance_speaks_against_it() -> None:
    statistics = np.array([[0.5, 0.0], [-1, 0.0], [3.0, 1.5], [9.0, np.e - 1]], np.float32)
    far = 3 * np.log(2.5)
    assert HALF.scores(statistics) == pytest.approx([0.0, -0.5, 0.5 - far, 8.5 - 4 * (np.e - 2) - 3], abs=1e-6)
    assert HALF.known(statistics).tolist() == [True, False, False, True]


def test_it_is_kept_with_the_run(tmp_path: Path) -> None:
    assert novelty.read(tmp_path) is None
    assert novelty.changed_ns(tmp_path) == 0
    novelty.keep(tmp_path, HALF)
    kept = novelty.read(tmp_path)
    assert kept is not None
    for name, value in vars(HALF).items():
        assert np.array_equal(getattr(kept, name), value), name
    assert novelty.changed_ns(tmp_path) > 0
    (path,) = tmp_path.iterdir()
    os.truncate(path, 100)
    assert novelty.read(tmp_path) is None, "a damaged one counts as none"


def test_somebody_is_asked_about_what_is_unknown_however_sure_the_network_is() -> None:
    sure = Answer(np.array([0.01, 0.99]), np.zeros((1, 1, 3), np.uint8), b"")
    unknown = Answer(sure.probabilities, sure.seen, b"", known=False)
    booked = Booking(0.9, "")
    assert sure.decision(booked, ("Cat", "Dog")) == "Dog"
    assert unknown.decision(booked, ("Cat", "Dog")) == ASK


def test_the_forecast_counts_what_is_unknown_as_asked(data_home: Path) -> None:
    run = made_run()
    lowest = booking.lowest(run.about.class_names)
    before = booking.forecast(run)
    assert before.at(lowest).asked == 0
    with np.load(run.folder / "evaluation.npz") as stored:
        ids = stored[f"{before.part}_ids"][:4]
    novelty.keep(run.folder, replace(HALF, unknown_ids=ids.astype(np.int64)))
    assert booking.forecast(run).at(lowest).asked == 4


@pytest.mark.parametrize("seed", range(40))
def test_drawn_shapes_are_photos_in_size_and_mode(seed: int) -> None:
    picture = drawn(np.random.default_rng(seed))
    assert (picture.size, picture.mode) == ((180, 180), "RGB")
    assert picture.tobytes() == drawn(np.random.default_rng(seed)).tobytes()
