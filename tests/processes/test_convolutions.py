"""A network's filters, what one makes of an image, and what the network would answer with other weights."""

from pathlib import Path

import keras
import numpy as np
import pytest

from core.lessons.convolution import convolved
from core.nn.inference import convolutions, models
from core.nn.inference.convolutions import Convolution

_IMAGE = np.random.default_rng(0).integers(0, 256, (9, 8, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a run whose network has a convolution of its own, and two of a network within it."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    inputs = keras.Input((None, None, 4))
    outputs = layers.DepthwiseConv2D(3, 2, "same", depth_multiplier=2, activation="relu", name="each")(inputs)
    inner = keras.Model(inputs, layers.SeparableConv2D(3, 2, name="apart")(outputs))
    image = keras.Input((9, 8, 3))
    first = layers.Conv2D(4, 3, activation="relu", bias_initializer="ones", name="first")
    seen = layers.MaxPooling2D(2)(first(layers.Rescaling(1 / 255)(image)))
    answers = layers.Dense(5, "softmax")(layers.Flatten()(inner(seen)))
    made = tmp_path_factory.mktemp("run")
    keras.Model(image, answers).save(made / "model.keras")
    return str(made)


def test_all_convolutions_are_found(folder: str) -> None:
    assert convolutions.convolutions(folder) == [
        Convolution("first", 3, 1, "valid", 3, 4, "relu"),
        Convolution("each", 3, 2, "same", 1, 8, "relu"),
        Convolution("apart", 2, 1, "valid", 1, 8, ""),
    ]
    assert [convolutions.filters(folder, place).shape for place in range(3)] == [
        (3, 3, 3, 4),
        (3, 3, 1, 8),
        (2, 2, 1, 8),
    ]


def test_what_a_filter_makes_of_an_image_is_what_the_layer_makes_of_it(folder: str) -> None:
    model = models.load(folder)
    found = convolutions.filtered(folder, _IMAGE, 0, 2, 1)
    layer = model.get_layer("first")
    given = np.asarray(layer(_IMAGE[np.newaxis] / np.float32(255)))[0, :, :, 2]
    assert np.maximum(found.output, 0) == pytest.approx(given, abs=1e-5)
    assert found.plane == pytest.approx(_IMAGE[..., 1] / 255, abs=1e-6)
    assert found.bias == 1
    # Within a network within: what it is given is the pooled first layer.
    found = convolutions.filtered(folder, _IMAGE, 1, 5, 0)
    weights = convolutions.filters(folder, 1)[:, :, 0, 5]
    assert found.output == pytest.approx(convolved(found.plane, weights, 2, "same"), abs=1e-5)
    assert found.plane.max() > 1
    assert convolutions.filtered(folder, _IMAGE, 2, 7, 0).output.shape == (1, 1)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_other_weights_change_the_answer_and_are_put_back(folder: str, place: int) -> None:
    path = Path(folder) / "model.keras"
    file, before = path.read_bytes(), models.predict(folder, _IMAGE[np.newaxis])[0]
    own = convolutions.filters(folder, place)[:, :, 0, 3]
    changed = convolutions.answer_with(folder, _IMAGE, place, 3, 0, own + 5)
    assert np.abs(changed - before).max() > 1e-3
    assert convolutions.answer_with(folder, _IMAGE, place, 3, 0, own) == pytest.approx(before, abs=1e-6)
    assert (models.predict(folder, _IMAGE[np.newaxis])[0] == before).all()
    assert path.read_bytes() == file


def test_the_weights_are_put_back_after_an_image_of_another_shape(folder: str) -> None:
    own = convolutions.filters(folder, 0)
    with pytest.raises(ValueError, match="another shape"):
        convolutions.answer_with(folder, _IMAGE[:4], 0, 0, 0, np.zeros((3, 3)))
    assert (convolutions.filters(folder, 0) == own).all()
