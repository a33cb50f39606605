"""A network's file made small: its weights rounded to a few bits and packed, its answers nearly the same."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import keras
import numpy as np
import pytest
from keras import layers

from core.nn.inference.small import MANTISSA_BITS, rounded, save_small


def test_weights_are_rounded_to_the_nearest_and_halves_to_the_even_one() -> None:
    step = 2.0**-MANTISSA_BITS
    given = np.array([0, 1, -1, 1 + step, 1 + step / 2, 1 + 1.5 * step, -1 - 0.6 * step, 2 - step / 4], np.float32)
    expected = [0, 1, -1, 1 + step, 1, 1 + 2 * step, -1 - step, 2]
    assert rounded(given).tolist() == expected
    weights = np.random.default_rng(0).normal(size=(40, 50)).astype(np.float32)
    found = rounded(weights)
    assert found.shape == weights.shape
    assert np.abs(found / weights - 1).max() <= step / 2
    assert np.array_equal(rounded(found), found)


def test_a_small_file_is_an_ordinary_one_that_answers_nearly_the_same(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((12, 12, 3))
    seen = layers.BatchNormalization()(layers.Conv2D(32, 3, activation="relu")(inputs))
    model = keras.Model(inputs, layers.Dense(5, "softmax")(layers.Dense(60)(layers.Flatten()(seen))))
    images = np.random.default_rng(0).random((20, 12, 12, 3), np.float32)
    expected = np.asarray(model(images))
    model.save(tmp_path / "whole.keras")
    save_small(model, tmp_path / "small.keras")
    sizes = [(tmp_path / name).stat().st_size for name in ("whole.keras", "small.keras")]
    assert sizes[1] < 0.6 * sizes[0]
    with ZipFile(tmp_path / "small.keras") as packed:
        assert {member.compress_type for member in packed.infolist()} == {ZIP_DEFLATED}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.keras", "whole.keras"]
    again = keras.saving.load_model(tmp_path / "small.keras")
    assert np.asarray(again(images)) == pytest.approx(expected, abs=0.01)
    for mine, theirs in zip(again.get_weights(), model.get_weights(), strict=True):
        assert np.array_equal(mine, theirs)
