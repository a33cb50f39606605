"""A network that predicts from a picture and its mirror image, before and after it is saved."""

from pathlib import Path

import keras
import numpy as np
import pytest

from core.network import Activation, Conv2D, Dense, Flatten, Network
from core.nn.build import build_model
from core.nn.mirroring import for_prediction
from core.nn.probe import Probe
from core.nn.statistics import statistics, with_statistics

RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (5, 8, 6, 3), np.uint8)
NETWORK = Network(
    (Conv2D(4, activation="linear"), Activation("relu"), Flatten(), Dense(7, "relu"), Dense(3, "softmax"))
)


def both() -> tuple[keras.Model, keras.Model]:
    """The network as it is, and mirrored, with the same weights."""
    keras.utils.set_random_seed(0)
    plain, mirrored = (build_model(NETWORK, PICTURES.shape[1:], mirrored=each) for each in (False, True))
    mirrored.set_weights(plain.get_weights())
    return plain, mirrored


def test_it_predicts_from_the_mean_of_both_and_learns_from_the_picture_alone() -> None:
    plain, mirrored = both()
    # Softmax of the mean of the scores is the normalised geometric mean of the probabilities.
    product = np.sqrt(np.asarray(plain(PICTURES)) * np.asarray(plain(PICTURES[:, :, ::-1])))
    expected = product / product.sum(axis=1, keepdims=True)
    found = np.asarray(mirrored(PICTURES, training=False))
    assert found == pytest.approx(expected, abs=1e-5)
    assert found != pytest.approx(np.asarray(plain(PICTURES)), abs=1e-3)
    assert np.asarray(mirrored(PICTURES[:, :, ::-1])) == pytest.approx(found, abs=1e-5)
    assert np.array_equal(mirrored(PICTURES, training=True), plain(PICTURES, training=True))


def test_saved_it_predicts_the_same_and_holds_keras_layers_alone(tmp_path: Path) -> None:
    plain, mirrored = both()
    for_prediction(mirrored).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    assert {type(layer).__module__.split(".")[0] for layer in loaded.layers} == {"keras"}
    assert np.asarray(loaded(PICTURES)) == pytest.approx(np.asarray(mirrored(PICTURES)), abs=1e-6)
    for mine, theirs in zip(loaded.get_weights(), plain.get_weights(), strict=True):
        assert np.array_equal(mine, theirs)


def test_features_and_statistics_are_the_means_of_both_and_heat_is_that_of_the_picture(tmp_path: Path) -> None:
    keras.backend.clear_session()
    plain, mirrored = both()
    for_prediction(mirrored).save(tmp_path / "model.keras")
    keras.backend.clear_session()  # Names are given from the beginning again, as in another process.
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    found = with_statistics(loaded)
    views = (PICTURES, PICTURES[:, :, ::-1])
    one, two = (Probe(plain).features(view) for view in views)
    assert Probe(loaded).features(PICTURES) == pytest.approx((one + two) / 2, rel=1e-4, abs=1e-4)
    one, two = (statistics(with_statistics(plain), view) for view in views)
    assert statistics(found, PICTURES) == pytest.approx((one + two) / 2, rel=1e-4, abs=1e-4)
    assert np.asarray(found(PICTURES)[1]) == pytest.approx(np.asarray(mirrored(PICTURES)), abs=1e-6)
    picture = PICTURES[0].copy()
    picture[:, :3] = 0  # Nothing is to be seen on its left.
    heat = Probe(loaded).heat_maps(picture, [0, 1, 2]).maps
    assert heat.shape[0] == 3
    assert heat[:, :, 0].max() == 0 < heat[:, :, 2:].max()
