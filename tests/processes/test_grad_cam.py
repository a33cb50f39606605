"""Grad-CAM and features on networks small enough to work out by hand, and on networks of every kind."""

import keras
import numpy as np
import pytest

from core.evaluation.explaining.heat import GRAD_CAM, SALIENCY
from core.networks.layers import LAYERS, BatchNormalization, Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPool2D
from core.networks.network import Network
from core.nn.inference.channel_statistics import with_statistics
from core.nn.inference.grad_cam import Probe
from core.nn.layers.build import build_model
from core.nn.training.compile import steps_per_execution

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 256, (6, 4, 3), np.uint8)


def channel_network(sign: float = 1.0) -> keras.Model:
    """A network whose three filters are the channels, and whose two classes are the mean of red and of green."""
    network = Network((Conv2D(3, 1, activation="linear"), GlobalAveragePooling2D(), Dense(2, "softmax")))
    model = build_model(network, IMAGE.shape)
    weights = np.array([[sign, 0], [0, sign], [0, 0]], np.float32)
    model.set_weights([np.eye(3, dtype=np.float32)[None, None], np.zeros(3), weights, np.zeros(2)])
    return model


def test_grad_cam_of_a_network_that_tells_red_from_green_is_its_channels() -> None:
    found = Probe(channel_network()).heat_maps(IMAGE, [0, 1])
    assert found.method == GRAD_CAM
    # The score is the channel's mean over 24 places: each channel's weight is 1/24 for its class and 0 for the other.
    assert found.maps == pytest.approx(IMAGE[..., :2].transpose(2, 0, 1) / 24, rel=1e-5)
    assert Probe(channel_network(sign=-1)).heat_maps(IMAGE, [0]).maps.max() == 0, "what speaks against it is cut off"


def test_features_are_what_the_last_layer_is_given() -> None:
    model = channel_network()
    features = Probe(model).features(IMAGE[np.newaxis])
    assert features == pytest.approx(IMAGE.reshape(1, -1, 3).mean(axis=1), rel=1e-5)
    kernel, bias = model.layers[-1].get_weights()
    scores = np.exp(features @ kernel + bias - (features @ kernel + bias).max())
    assert scores / scores.sum() == pytest.approx(np.asarray(model(IMAGE[np.newaxis])), abs=1e-6)


def test_a_dense_network_shows_each_pixel_times_its_gradient() -> None:
    model = build_model(Network((Flatten(), Dense(2, "softmax"))), (2, 2, 1))
    kernel = np.array([[1, 0], [-2, 0], [0, 1], [3, 0]], np.float32)
    model.set_weights([kernel, np.zeros(2)])
    image = np.array([[10, 20], [30, 40]], np.uint8)[..., np.newaxis]
    found = Probe(model).heat_maps(image, [0, 1])
    assert found.method == SALIENCY
    assert found.maps.tolist() == [[[10, 40], [0, 120]], [[0, 0], [30, 0]]]
    assert "Grad-CAM is not available" in found.said


@pytest.mark.parametrize("name", [name for name, kind in LAYERS.items() if hasattr(kind, "kernel_size")])
def test_convolutions_of_every_kind_have_grad_cam_and_statistics(name: str) -> None:
    model = build_model(Network((LAYERS[name](), GlobalAveragePooling2D(), Dense(2, "softmax"))), IMAGE.shape)
    found = Probe(model).heat_maps(IMAGE, [0, 1])
    assert found.method == GRAD_CAM
    assert found.maps.shape == (2, 4, 2)
    assert steps_per_execution(model, 10**9) == 1, "what it multiplies is counted"
    assert with_statistics(model)(IMAGE[np.newaxis])[0].shape == (1, 2 * 32)


@pytest.mark.parametrize("trainable", [True, False])
def test_a_network_within_a_network_is_looked_into(trainable: bool) -> None:
    inputs = keras.Input((32, 32, 3))
    inner = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(32, 32, 3), alpha=0.35)
    inner.trainable = trainable
    pooled = keras.layers.GlobalAveragePooling2D()(inner(keras.layers.Rescaling(1 / 127.5, -1)(inputs)))
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(pooled))
    probe, image = Probe(model), RNG.integers(0, 256, (32, 32, 3), np.uint8)
    found = probe.heat_maps(image, [2])
    assert found.method == GRAD_CAM
    assert min(found.maps.shape[1:]) >= 2, "the last convolutions have one place only: an earlier one is taken"
    assert probe.features(image[np.newaxis]).shape == (1, model.layers[-1].kernel.shape[0])


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
    probe, image = Probe(model), np.full((8, 8, 1), 9, np.uint8)
    assert probe.heat_maps(image, [0, 1]).maps.dtype == np.float32
    assert probe.features(image[np.newaxis]).dtype == np.float32
    with pytest.raises(ValueError, match="not dense"):
        Probe(keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()]))
