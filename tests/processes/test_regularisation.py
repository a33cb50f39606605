"""Regularisation: what the Explain page computes is what Keras computes, to 1e-5, on what a network gives it."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.lessons import batch_norm, dropout, penalties
from core.networks.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten
from core.networks.network import Network
from core.nn.inference import models, regularisation
from core.nn.layers.build import build_model

RNG = np.random.default_rng(0)
VALUES = RNG.normal(2, 3, (6, 5, 4, 3)).astype(np.float32)


def close(expected: object) -> Any:
    return pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_dropout_scales_what_stays_as_keras_does_and_leaves_out_the_same_share() -> None:
    values = RNG.uniform(1, 2, (4000,)).astype(np.float32)
    drawn = np.asarray(keras.layers.Dropout(0.3, seed=1)(values[np.newaxis], training=True))[0]
    kept = drawn > 0
    ours = dropout.masks(np.where(kept, 0.99, 0.0), 0.3) * values
    assert ours == close(drawn)
    assert np.mean(dropout.masks(RNG.random(4000), 0.3) == 0) == pytest.approx(np.mean(~kept), abs=0.04)
    assert np.asarray(keras.layers.Dropout(0.3)(values, training=False)) == close(values)


def test_the_answers_after_a_mask_are_those_of_keras() -> None:
    values = RNG.normal(size=16).astype(np.float32)
    head = keras.layers.Dense(4, "softmax")
    drawn = dropout.masks(RNG.random((5, 16)), 0.4)
    expected = np.asarray(head(drawn * values))
    kernel, bias = head.get_weights()
    chances = np.where(drawn > 0, 0.99, 0.0)
    assert dropout.dropped(values, kernel, bias, chances, 0.4).answers == close(expected)


def test_batch_normalisation_in_training_and_when_predicting() -> None:
    layer = keras.layers.BatchNormalization(momentum=0.9)
    layer.build(VALUES.shape)
    gamma, beta = (np.array(each, np.float32) for each in ([1.5, 0.5, 2.0], [0.1, -0.2, 0.3]))
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    before = batch_norm.Statistics(np.asarray(layer.moving_mean), np.asarray(layer.moving_variance))
    seen = batch_norm.statistics(VALUES)
    in_training = np.asarray(layer(VALUES, training=True))
    assert batch_norm.normalised(VALUES, seen, gamma, beta, layer.epsilon) == close(in_training)
    kept = batch_norm.running(before, seen, 0.9)
    assert kept.mean == close(np.asarray(layer.moving_mean))
    assert kept.variance == close(np.asarray(layer.moving_variance))
    predicting = np.asarray(layer(VALUES, training=False))
    assert batch_norm.normalised(VALUES, kept, gamma, beta, layer.epsilon) == close(predicting)


def test_penalties_are_those_of_keras() -> None:
    assert penalties.l1(VALUES, 0.01) == pytest.approx(float(keras.regularizers.L1(0.01)(VALUES)), rel=1e-5)
    assert penalties.l2(VALUES, 0.01) == pytest.approx(float(keras.regularizers.L2(0.01)(VALUES)), rel=1e-5)


@pytest.mark.parametrize("kind", penalties.STEPS)
def test_a_step_ends_where_the_gradient_of_keras_is_nothing(kind: str) -> None:
    """The gradient is that of ½(w − v)² and the penalty; at the corner of |w| at 0 it lies within λ either way."""
    begin = np.array([0.9, -0.4, 0.12, -0.05], np.float32)
    ended = penalties.STEPS[kind](begin, 0.3).astype(np.float32)
    weights = tf.Variable(ended)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(weights - begin)) / 2 + getattr(keras.regularizers, kind)(0.3)(weights)
    gradient = np.asarray(tape.gradient(loss, weights))
    assert gradient[ended != 0] == close(0)
    assert (np.abs(gradient[ended == 0]) <= 0.3).all()
    assert (ended == 0).any() == (kind == penalties.L1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with a convolution, batch normalisation and dropout."""
    layers = (Conv2D(5, 3), BatchNormalization(), Flatten(), Dropout(0.3), Dense(4, "softmax"))
    made = tmp_path_factory.mktemp("run")
    build_model(Network(layers), (6, 5, 1)).save(made / "model.keras")
    return made


def test_a_networks_last_layer_gives_its_answer(folder: Path) -> None:
    image = RNG.integers(0, 256, (6, 5, 1), np.uint8)
    found = regularisation.last_layer(str(folder), image)
    assert found.rate == pytest.approx(0.3)
    answer = dropout.dropped(found.values, found.kernel, found.bias, np.full((1, len(found.values)), 0.5), 0.0).answers
    assert answer[0] == close(models.predict(str(folder), image[np.newaxis])[0])


def test_what_batch_normalisation_is_given_is_what_the_convolution_gives(folder: Path) -> None:
    images = RNG.integers(0, 256, (6, 6, 5, 1), np.uint8)
    found = regularisation.normalised_layer(str(folder), images)
    given = np.asarray(models.load(str(folder)).layers[1](images.astype(np.float32)))
    assert found.means == pytest.approx(given.mean(axis=(1, 2)), rel=1e-4, abs=1e-3)
    whole = batch_norm.of_batches(found.means, found.squares, 6)
    assert whole.variance[0] == pytest.approx(batch_norm.statistics(given).variance, rel=1e-3)
    assert found.values.reshape(-1, 5) == pytest.approx(given.reshape(-1, 5), rel=1e-5)


def test_the_first_kernels_are_those_of_the_convolution(folder: Path) -> None:
    found = regularisation.first_kernels(str(folder))
    kernel = models.load(str(folder)).layers[1].get_weights()[0]
    assert found.total == 5
    assert (found.weights[2] == kernel[..., 2]).all()


def test_a_network_without_them_is_looked_at_all_the_same(tmp_path: Path) -> None:
    build_model(Network((Flatten(), Dense(3, "relu"), Dense(2, "softmax"))), (4, 4, 3)).save(tmp_path / "model.keras")
    images = RNG.integers(0, 256, (2, 4, 4, 3), np.uint8)
    found = regularisation.normalised_layer(str(tmp_path), images)
    assert (found.layer, found.means.shape) == ("", (2, 3))
    assert np.isnan(found.running_mean).all()
    assert regularisation.first_kernels(str(tmp_path)).weights.shape == (3, 4, 4, 3)
    assert regularisation.last_layer(str(tmp_path), images[0]).rate is None
