"""A network's own view of what it learned from: its statistics, what is fitted on them, and the worker's answers."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from core.datasets.sources import catalogue
from core.evaluation import ood
from core.evaluation.ood import OodDetector
from core.networks.layers import Dense, Flatten, GlobalAveragePooling2D, Pretrained
from core.networks.network import Network
from core.nn.inference import models, ood_fit, ood_own
from core.nn.inference.channel_statistics import mean_columns, statistics, with_statistics
from core.nn.layers.build import build_model
from core.recipes.recipe import find_recipe
from core.runs import RunError
from core.training.parts import parts
from tests.unit.made_runs import made_run


def test_the_statistics_are_means_and_largest_values_of_the_activations() -> None:
    inputs = keras.Input((6, 5, 1))
    first = layers.Conv2D(2, 3, activation="relu")(inputs)
    second = layers.Activation("relu")(layers.Conv2D(3, 2)(first))
    outputs = layers.Dense(2, activation="softmax")(layers.Flatten()(second))
    model = keras.Model(inputs, outputs)
    images = np.random.default_rng(0).integers(0, 256, (5, 6, 5, 1)).astype(np.uint8)
    found = statistics(with_statistics(model), images, batch_size=2)
    expected = []
    for each in (first, second):
        places = np.asarray(keras.Model(inputs, each)(images))
        expected += [places.mean((1, 2)), places.max((1, 2))]
    assert found == pytest.approx(np.concatenate(expected, axis=1), rel=1e-5)
    for columns, mean in zip(mean_columns(model), expected[::2], strict=True):
        assert found[:, columns] == pytest.approx(mean, rel=1e-5)
    with pytest.raises(ValueError, match="no layer with an activation"):
        with_statistics(keras.Model(inputs, layers.Dense(2)(layers.Flatten()(inputs))))


def test_of_a_pretrained_network_the_means_alone_tell() -> None:
    network = Network((Pretrained("EfficientNetLite0", size=32), GlobalAveragePooling2D(), Dense(2, "softmax")))
    model = build_model(network, (16, 16, 3))
    images = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3)).astype(np.uint8)
    seen = with_statistics(model)
    columns = mean_columns(model)
    found = statistics(seen, images)
    assert [len(each) for each in columns][:2] == [32, 32]
    assert len(columns[-1]) == 1280
    assert np.concatenate(columns).tolist() == list(range(found.shape[1]))
    pooled = keras.Model(model.inputs[0], model.get_layer(index=-1).input)
    assert found[:, columns[-1]] == pytest.approx(np.asarray(pooled(images)), abs=1e-5)
    assert np.asarray(seen(images)[1]) == pytest.approx(np.asarray(model(images)), abs=1e-6)


def test_what_is_kept_scores_as_what_was_fitted(data_home: Path) -> None:
    rng = np.random.default_rng(0)
    made = OodDetector(
        hidden_weights=rng.normal(size=(40, 8)).astype(np.float32),
        hidden_bias=rng.normal(size=8).astype(np.float32),
        weights=rng.normal(size=8).astype(np.float32),
        bias=1.0,
        columns=np.arange(10, 30),
        offset=np.full(20, 0.3, np.float32),
        usual=np.zeros(20, np.float32),
        whitening=np.eye(20, dtype=np.float32) / 3,
        unknown_ids=np.array([3]),
    )
    data_home.mkdir()
    ood.keep(data_home, made)
    kept = ood.load(data_home)
    assert kept is not None
    images = rng.random((50, 40)).astype(np.float32)
    assert kept.scores(images) == pytest.approx(made.scores(images), abs=0.02)


def test_a_run_learns_what_is_unlike_its_images(data_home: Path) -> None:
    run, digits = made_run(), catalogue.open_dataset("digits")
    keras.utils.set_random_seed(0)
    build_model(run.recipe.network, (8, 8, 1)).save(run.folder / "model.keras")
    made = ood_fit.fit(run, digits, own_classes=["0"], other_classes=[], most=400)
    noise = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1)).astype(np.uint8)
    own = digits.images[digits.select("test")[:100]]
    known = [[each.known for each in models.answers(str(run.folder), list(some)) if each] for some in (own, noise)]
    assert np.mean(known[0]) > 0.8
    assert np.mean(known[1]) < 0.2, [sum(each) for each in known]
    assert len(made.unknown_ids) > 0


def test_of_dense_layers_the_activation_of_each_unit_tells() -> None:
    inputs = keras.Input((6, 5, 1))
    first = layers.Dense(3, activation="relu")(layers.Flatten()(inputs))
    second = layers.Activation("tanh")(layers.Dense(2)(first))
    outputs = layers.Dense(2, activation="softmax")(second)
    images = np.random.default_rng(0).integers(0, 256, (5, 6, 5, 1)).astype(np.uint8)
    found = statistics(with_statistics(keras.Model(inputs, outputs)), images)
    expected = [np.asarray(keras.Model(inputs, each)(images)) for each in (first, second)]
    assert found == pytest.approx(np.concatenate(expected, axis=1), rel=1e-5)


@pytest.mark.parametrize("recipe", ["digits-cnn", "digits-dense"])
def test_any_run_learns_of_its_own_images_alone_what_is_unlike_them(data_home: Path, recipe: str) -> None:
    run, digits = made_run(recipe=find_recipe(recipe)), catalogue.open_dataset("digits")
    keras.utils.set_random_seed(0)
    model = build_model(run.recipe.network, (8, 8, 1))
    model.save(run.folder / "model.keras")
    divided = parts(digits, run.recipe.split)
    assert ood_own.fit(run, model, digits, divided)
    kept = ood.load(run.folder)
    assert kept is not None
    assert set(kept.unknown_ids) < set(divided.validation)

    def known(images: np.ndarray) -> float:
        return float(np.mean([each.known for each in models.answers(str(run.folder), list(images)) if each]))

    rng = np.random.default_rng(0)
    assert known(digits.images[divided.test]) >= 0.95
    assert known(rng.integers(0, 256, (40, 8, 8, 1)).astype(np.uint8)) <= 0.1
    assert known(np.repeat(rng.integers(90, 256, (40, 1, 1, 1)), 64).reshape(40, 8, 8, 1).astype(np.uint8)) == 0

    scores = kept.scores(statistics(with_statistics(model), digits.images[divided.test]))
    ood.forget(run.folder)
    ood_own.fit_later(str(run.folder))
    again = ood.load(run.folder)
    assert again is not None
    assert again.scores(statistics(with_statistics(model), digits.images[divided.test])) == pytest.approx(scores)


def test_a_network_that_is_its_last_layer_alone_cannot_tell(data_home: Path) -> None:
    recipe = replace(find_recipe("digits-dense"), network=Network((Flatten(), Dense(10, "softmax"))))
    run, digits = made_run(recipe=recipe), catalogue.open_dataset("digits")
    model = build_model(run.recipe.network, (8, 8, 1))
    model.save(run.folder / "model.keras")
    assert not ood_own.fit(run, model, digits, parts(digits, recipe.split))
    assert not ood.is_kept(run.folder)
    with pytest.raises(RunError, match="no layer before the last one"):
        ood_own.fit_later(str(run.folder))
    with pytest.raises(RunError, match="no layer with an activation"):
        ood_fit.fit(run, digits, own_classes=["0"], other_classes=["1"])
