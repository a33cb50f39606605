"""What a run takes for unlike its own images: the score as it is kept, drawn shapes, and what follows from it."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.covariance import LedoitWolf

from core.evaluation import ood, threshold
from core.evaluation.ood import OodDetector
from core.evaluation.ood.fitting import of_own_images, whitening
from core.evaluation.ood.shapes import random_shape
from core.evaluation.threshold import ASK, DecisionThreshold
from core.prediction.photo_predictions import Prediction
from core.storage.checked import DamagedError
from tests.unit.made_runs import made_run

HALF = OodDetector(
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


def test_an_image_is_known_unless_the_network_or_the_distance_speaks_against_it() -> None:
    statistics = np.array([[0.5, 0.0], [-1, 0.0], [3.0, 1.5], [9.0, np.e - 1]], np.float32)
    far = 3 * np.log(2.5)
    assert HALF.scores(statistics) == pytest.approx([0.0, -0.5, 0.5 - far, 8.5 - 4 * (np.e - 2) - 3], abs=1e-6)
    assert HALF.known(statistics).tolist() == [True, False, False, True]


def test_it_is_kept_with_the_run(tmp_path: Path) -> None:
    assert ood.load(tmp_path) is None
    assert ood.changed_ns(tmp_path) == 0
    ood.keep(tmp_path, HALF)
    kept = ood.load(tmp_path)
    assert kept is not None
    for name, value in vars(HALF).items():
        assert np.array_equal(getattr(kept, name), value), name
    assert ood.changed_ns(tmp_path) > 0
    os.truncate(tmp_path / "novelty.npz", 100)
    with pytest.raises(DamagedError, match=r"novelty\.npz"):
        ood.load(tmp_path)
    assert "ask a person" in ood.problem(tmp_path)
    (tmp_path / "novelty.npz").unlink()
    with pytest.raises(DamagedError, match=r"novelty\.npz is missing"):
        ood.load(tmp_path)


def test_the_limit_keeps_the_share_of_other_images_that_it_should() -> None:
    rng = np.random.default_rng(0)

    def drawn(count: int) -> np.ndarray:
        # Positive, as activations are, and with a long tail.
        return np.exp(rng.normal(size=(count, 20)) @ np.linspace(0.1, 1, 400).reshape(20, 20) / 5).astype(np.float32)

    columns, unknown = np.arange(15), rng.random((100, 20)).astype(np.float32)
    ids = np.arange(500) + 100
    made = of_own_images(drawn(600), drawn(500), ids, unknown, columns=columns, kept=0.985)
    assert made is not None
    assert made.known(drawn(2_000)).mean() >= 0.96
    assert len(made.unknown_ids) <= 0.015 * 500
    assert set(made.unknown_ids) <= set(ids)
    odd = np.roll(drawn(500), 10, axis=1) * rng.choice([0.1, 9], (500, 20)).astype(np.float32)
    assert made.known(odd).mean() < 0.05
    assert of_own_images(drawn(600), drawn(99), ids[:99], unknown, columns=columns, kept=0.985) is None
    alike = np.ones((200, 20), np.float32)
    assert of_own_images(alike, alike, ids[:200], unknown, columns=columns, kept=0.985) is None


@pytest.mark.parametrize("count", [30, 400])
def test_the_distance_is_that_of_ledoit_and_wolf_for_few_images_and_many(count: int) -> None:
    found = np.random.default_rng(0).normal(size=(count, 50)) * np.linspace(0.1, 3, 50)
    found -= found.mean(axis=0)
    distances = np.linalg.norm(found @ whitening(found), axis=1)
    theirs = LedoitWolf(assume_centered=True).fit(found)
    assert distances**2 == pytest.approx(theirs.mahalanobis(found))


def test_what_is_kept_is_gone_before_another_network_comes(tmp_path: Path) -> None:
    ood.keep(tmp_path, HALF)
    assert ood.is_kept(tmp_path)
    ood.forget(tmp_path)
    assert not ood.is_kept(tmp_path)
    assert ood.load(tmp_path) is None
    ood.forget(tmp_path)


def test_somebody_is_asked_about_what_is_unknown_however_sure_the_network_is() -> None:
    sure = Prediction(np.array([0.01, 0.99]), np.zeros((1, 1, 3), np.uint8), b"")
    unknown = Prediction(sure.probabilities, sure.seen, b"", known=False)
    booked = DecisionThreshold(0.9, "")
    assert sure.decision(booked, ("Cat", "Dog")) == "Dog"
    assert unknown.decision(booked, ("Cat", "Dog")) == ASK


def test_the_forecast_counts_what_is_unknown_as_asked(data_home: Path) -> None:
    run = made_run()
    lowest = threshold.lowest(run.about.class_names)
    before = threshold.forecast(run)
    assert before.at(lowest).asked == 0
    with np.load(run.folder / "evaluation.npz") as stored:
        ids = stored[f"{before.part}_ids"][:4]
    ood.keep(run.folder, replace(HALF, unknown_ids=ids.astype(np.int64)))
    assert threshold.forecast(run).at(lowest).asked == 4


@pytest.mark.parametrize("seed", range(40))
def test_drawn_shapes_are_photos_in_size_and_mode(seed: int) -> None:
    image = random_shape(np.random.default_rng(seed))
    assert (image.size, image.mode) == ((180, 180), "RGB")
    assert image.tobytes() == random_shape(np.random.default_rng(seed)).tobytes()
