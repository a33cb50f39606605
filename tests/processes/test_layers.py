"""A network's layers at an image: maps, products and receptive fields are what the network itself has."""

from pathlib import Path

import keras
import numpy as np
import pytest

from core.nn.inference import layers
from core.nn.inference.layers import LayerMaps
from core.runs import Run, kept_epochs
from core.runs.kept_epochs import KeptEpochError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's folder with a network that has a network within it, branches, dilation, views and a dense end."""
    keras.utils.set_random_seed(0)
    made = tmp_path_factory.mktemp("run")
    build = keras.layers
    inside = keras.Input((10, 9, 4))
    branch = build.Conv2D(4, 3, padding="same", dilation_rate=2, activation="relu")(inside)
    block = keras.Model(inside, build.Add()([branch, build.DepthwiseConv2D(3, padding="same")(inside)]))
    inputs = keras.Input((20, 18, 3))
    tensor = build.Conv2D(4, 4, strides=2, padding="same", activation="relu")(build.Rescaling(1 / 255)(inputs))
    tensor = build.MaxPooling2D(2)(build.BatchNormalization()(block(tensor)))
    tensor = build.Dense(6, activation="relu")(build.Flatten()(tensor))
    model = keras.Model(inputs, build.Dense(3, activation="softmax")(tensor))
    model.save(made / "model.keras")
    weights = [np.asarray(each) for each in model.weights]
    kept_epochs.keep(Run(made), 0, [np.zeros_like(each) for each in weights])
    kept_epochs.keep(Run(made), 1, weights[:-1])
    return made


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (20, 18, 3), np.uint8)


def values(found: LayerMaps) -> np.ndarray:
    """Return the numbers of a layer, float `(k, height, width)`, as exactly as its maps tell them."""
    lows, highs = (np.array(each)[:, None, None] for each in (found.lows, found.highs))
    return np.asarray(lows + (highs - lows) * found.maps / 255)


def test_products_make_the_numbers_of_each_layer(folder: Path, image: np.ndarray) -> None:
    found = layers.maps(str(folder), image, None)
    model = keras.saving.load_model(folder / "model.keras", compile=False)
    assert found.probabilities == pytest.approx(np.asarray(model(image[None].astype(np.float32)))[0], abs=1e-6)
    assert np.asarray(keras.ops.softmax(found.logits)) == pytest.approx(found.probabilities, abs=1e-5)
    kinds = [each.kind for each in found.layers]
    assert {"Conv2D", "DepthwiseConv2D", "Add", "BatchNormalization", "MaxPooling2D", "Dense"} <= set(kinds)
    for each in found.layers:
        flat = len(each.shape) == 1
        for row, column in [(0, 0)] if flat else [(0, 0), (each.shape[0] - 1, 2), (3, each.shape[1] - 1)]:
            (made,) = layers.products(str(folder), image, None, each.stage, 2, row, column)
            if made is None:
                assert each.kind in {"Rescaling", "Add", "BatchNormalization"}
                continue
            if made.activation == "relu":
                assert max(made.total, 0) == pytest.approx(made.value, rel=1e-5, abs=1e-5)
            elif made.activation == "linear" and not made.pooled:
                assert made.total == pytest.approx(made.value, rel=1e-5, abs=1e-5)
            shown = values(each)[(0, 0, 2) if flat else (2, row, column)]
            assert shown == pytest.approx(made.value, abs=max(np.subtract(each.highs, each.lows)) / 255)


def test_a_place_looks_at_the_pixels_that_change_it_and_at_no_others(folder: Path, image: np.ndarray) -> None:
    before = layers.maps(str(folder), image, None)
    for pixel in (0, 7, 12):
        changed = image.copy()
        changed[:, pixel] = 255 - changed[:, pixel]
        after = layers.maps(str(folder), changed, None)
        for old, new in zip(before.layers, after.layers, strict=True):
            if old.fields is None:
                continue
            field = old.fields[1]
            spread = max(np.subtract(each.highs, each.lows).max() for each in (old, new))
            moved = np.flatnonzero((np.abs(values(old) - values(new)) > 0.02 * spread).any(axis=(0, 1)))
            looking = [
                place
                for place in range(old.shape[1])
                if field.low + place * field.jump <= pixel <= field.high + place * field.jump
            ]
            assert set(moved.tolist()) <= set(looking), (old.kind, pixel)
            assert len(moved) or not looking, (old.kind, pixel)


def test_an_epoch_has_its_own_weights_and_anothers_are_refused(folder: Path, image: np.ndarray) -> None:
    last = layers.maps(str(folder), image, None).probabilities
    assert layers.maps(str(folder), image, 0).probabilities == pytest.approx([1 / 3] * 3, abs=1e-6)
    with pytest.raises(KeptEpochError, match="another network"):
        layers.maps(str(folder), image, 1)
    with pytest.raises(KeptEpochError, match="cannot be read"):
        layers.maps(str(folder), image, 9)
    assert layers.maps(str(folder), image, None).probabilities == pytest.approx(last, abs=1e-6)


def test_what_does_not_fit_is_refused(folder: Path, image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="another shape"):
        layers.maps(str(folder), image[1:], None)
    for place in ((99, 0, 0, 0), (0, 0, 99, 0), (0, 5, 0, 0)):
        with pytest.raises(ValueError, match="there is no such"):
            layers.products(str(folder), image, None, *place)
