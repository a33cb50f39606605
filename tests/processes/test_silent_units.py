"""Units whose ReLU gives 0 to every image are counted."""

from pathlib import Path

import keras
import numpy as np

from core.nn.inference.silent_units import SilentUnits, silent_units


def test_units_that_no_image_wakes_are_counted(tmp_path: Path) -> None:
    layers = keras.layers
    image = keras.Input((4, 4, 1))
    convolution = layers.Conv2D(3, 2, activation="relu", name="conv")
    dense = layers.Dense(5, "relu", name="dense")
    outputs = layers.Dense(2, "softmax", name="answers")(dense(layers.Flatten()(convolution(image))))
    # A filter that sees light, one that never does, one that sees all; units that follow their biases alone.
    convolution.set_weights([np.ones((2, 2, 1, 3), np.float32), np.array([0, -2000, 1], np.float32)])
    dense.set_weights([np.zeros((27, 5), np.float32), np.array([1, -1, 0, 2, -3], np.float32)])
    keras.Model(image, outputs).save(tmp_path / "model.keras")
    images = np.zeros((300, 4, 4, 1), np.uint8)
    images[299] = 255
    assert silent_units(str(tmp_path), images) == [SilentUnits("conv", 3, 1), SilentUnits("dense", 5, 3)]


def test_a_network_without_relu_has_none(tmp_path: Path) -> None:
    image = keras.Input((2, 2, 1))
    keras.Model(image, keras.layers.Dense(2, "softmax")(keras.layers.Flatten()(image))).save(tmp_path / "model.keras")
    assert silent_units(str(tmp_path), np.zeros((1, 2, 2, 1), np.uint8)) == []
