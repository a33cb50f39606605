"""Grad-CAM and features on networks small enough to work out by hand, and on networks of every kind."""

import keras
import numpy as np
import pytest

from core.explaining.heat import GRAD_CAM, SALIENCY
from core.network import BatchNormalization, Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPool2D, Network
from core.nn.build import build_model
from core.nn.probe import Probe

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 256, (6, 4, 3), np.uint8)


def channel_network(sign: float = 1.0) -> keras.Model:
    """A network whose three filters are the channels, and whose two classes are the mean of red and of green."""
    network = Network((Conv2D(3, 1, activation="linear"), GlobalAveragePooling2D(), Dense(2, "softmax")))
    model = build_model(network, PICTURE.shape)
    weights = np.array([[sign, 0], [0, sign], [0, 0]], np.float32)
    model.set_weights([np.eye(3, dtype=np.float32)[None, None], np.zeros(3), weights, np.zeros(2)])
    return model


def test_grad_cam_of_a_network_that_tells_red_from_green_is_its_channels() -> None:
    found = Probe(channel_network()).heat_maps(PICTURE, [0, 1])
    assert found.method == GRAD_CAM
    # The score is the channel's mean over 24 places: each channel's weight is 1/24 for its class and 0 for the other.
    assert found.maps == pytest.approx(PICTURE[..., :2].transpose(2, 0, 1) / 24, rel=1e-5)
    assert Probe(channel_network(sign=-1)).heat_maps(PICTURE, [0]).maps.max() == 0, "what speaks against it is cut off"


def test_features_are_what_the_last_layer_is_given() -> None:
    model = channel_network()
    features = Probe(model).features(PICTURE[np.newaxis])
    assert features == pytest.approx(PICTURE.reshape(1, -1, 3).mean(axis=1), rel=1e-5)
    kernel, bias = model.layers[-1].get_weights()
    scores = np.exp(features @ kernel + bias - (features @ kernel + bias).max())
    assert scores / scores.sum() == pytest.approx(np.asarray(model(PICTURE[np.newaxis])), abs=1e-6)


def test_a_dense_network_shows_each_pixel_times_its_gradient() -> None:
    model = build_model(Network((Flatten(), Dense(2, "softmax"))), (2, 2, 1))
    kernel = np.array([[1, 0], [-2, 0], [0, 1], [3, 0]], np.float32)
    model.set_weights([kernel, np.zeros(2)])
    picture = np.array([[10, 20], [30, 40]], np.uint8)[..., np.newaxis]
    found = Probe(model).heat_maps(picture, [0, 1])
    assert found.method == SALIENCY
    assert found.maps.tolist() == [[[10, 40], [0, 120]], [[0, 0], [30, 0]]]
    assert "no Grad-CAM" in found.said


@pytest.mark.parametrize("trainable", [True, False])
def test_a_network_within_a_network_is_looked_into(trainable: bool) -> None:
    inputs = keras.Input((32, 32, 3))
    inner = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(32, 32, 3), alpha=0.35)
    inner.trainable = trainable
    pooled = keras.layers.GlobalAveragePooling2D()(inner(keras.layers.Rescaling(1 / 127.5, -1)(inputs)))
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(pooled))
    probe, picture = Probe(model), RNG.integers(0, 256, (32, 32, 3), np.uint8)
    found = probe.heat_maps(picture, [2])
    assert found.method == GRAD_CAM
    assert min(found.maps.shape[1:]) >= 2, "the last convolutions have one place only: an earlier one is taken"
    assert probe.features(picture[np.newaxis]).shape == (1, model.layers[-1].kernel.shape[0])


def test_what_follows_the_last_convolution_at_its_size_is_looked_at() -> None:
    layers = (Conv2D(2, 3), MaxPool2D(2), Conv2D(2, 3, padding="same"), BatchNormalization(), MaxPool2D(2), Flatten())
    model = build_model(Network((*layers, Dense(2, "softmax"))), (10, 10, 1))
    assert Probe(model).heat_maps(np.zeros((10, 10, 1), np.uint8), [0]).maps.shape == (1, 4, 4)


def test_sequential_and_mixed_precision_networks_are_taken_and_others_refused() -> None:
    policy = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy("mixed_bfloat16")
        layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3), keras.layers.Flatten(), keras.layers.Dense(2)]
        model = keras.Sequential(layers)
    finally:
        keras.config.set_dtype_policy(policy)
    probe, picture = Probe(model), np.full((8, 8, 1), 9, np.uint8)
    assert probe.heat_maps(picture, [0, 1]).maps.dtype == np.float32
    assert probe.features(picture[np.newaxis]).dtype == np.float32
    with pytest.raises(ValueError, match="not dense"):
        Probe(keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()]))
