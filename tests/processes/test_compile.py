"""Optimiser, schedule, loss and averages in Keras: they do what the recipe says."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.datasets.store import About
from core.networks.layers import BatchNormalization, Conv2D, Dense, Flatten
from core.networks.network import Network
from core.recipes.optimisers import OPTIMISERS
from core.recipes.recipe import Recipe, find_recipe
from core.recipes.script.training import optimiser_code

DIGITS = About("digits", "Digits", "", "", tuple("0123456789"), (8, 8, 1))
MNIST = About("mnist", "MNIST", "", "", tuple("0123456789"), (28, 28, 1))


def digits(name: str = "digits-dense", changes: Mapping[str, Any] = {}) -> Recipe:
    return find_recipe(name).for_dataset(DIGITS).with_settings(changes)


def compiled(recipe: Recipe, labels: np.ndarray, size: tuple[int, int, int] = DIGITS.size) -> Any:
    import keras

    from core.nn.layers.build import build_model
    from core.nn.training.compile import compile_model

    keras.utils.set_random_seed(0)
    model = build_model(recipe.network, size)
    return model, compile_model(model, recipe, labels)


def some(n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (n, 8, 8, 1), np.uint8), rng.integers(0, 10, n).astype(np.int16)


def test_small_steps_are_run_many_at_a_time_and_large_ones_singly() -> None:
    dense, cnn = (find_recipe(name).for_dataset(MNIST) for name in ("exercise-50", "exercise-51"))
    labels = np.zeros(60_000, np.int16)
    assert compiled(dense, labels, MNIST.size)[0].steps_per_execution == 64
    assert compiled(dense, labels[:320], MNIST.size)[0].steps_per_execution == 10
    assert compiled(cnn, labels, MNIST.size)[0].steps_per_execution == 1


@pytest.mark.parametrize(
    "optimiser", [{"kind": "SGD", "momentum": 0.0}, *({"kind": kind} for kind in OPTIMISERS if kind != "SGD")]
)
def test_a_step_is_as_long_as_the_schedule_and_the_user_say(optimiser: Mapping[str, Any]) -> None:
    images, labels = some(8)
    schedule = {"kind": "StepDecay", "every": 1, "drop": 0.5}
    recipe = digits(changes={"optimiser": optimiser, "schedule": schedule, "fit.batch_size": 8, "fit.epochs": 3})
    model, rate = compiled(recipe, labels)
    rates = []
    for _ in range(3):
        rates.append(float(model.optimizer.learning_rate))
        model.fit(images, labels, batch_size=8, verbose=0)
    base = recipe.optimiser.to_json()["learning_rate"]
    assert rates == pytest.approx([base, base / 2, base / 4])
    assert rate.at(1.5) == pytest.approx(base / 2)
    assert float(model.optimizer.learning_rate) == pytest.approx(base / 4), "beyond the last step"
    rate.base = 0.0
    before = [weight.numpy() for weight in model.weights]
    model.fit(images, labels, batch_size=8, verbose=0)
    assert all(np.array_equal(weight.numpy(), old) for weight, old in zip(model.weights, before, strict=True))
    assert rate.at(0.0) == 0.0


@pytest.mark.parametrize("kind", [kind for kind in OPTIMISERS if OPTIMISERS[kind].decays])
def test_weight_decay_shrinks_kernels_only(kind: str) -> None:
    optimiser = {"kind": kind, "learning_rate": 0.01, "weight_decay": 1.0}
    _, labels = some(8)
    model, _ = compiled(digits("digits-cnn", {"optimiser": optimiser, "fit.batch_size": 8}), labels)
    decayed = [v.path for v in model.trainable_variables if model.optimizer._use_weight_decay(v)]
    assert decayed
    assert all(path.endswith("kernel") for path in decayed)
    assert sum("kernel" in v.path for v in model.trainable_variables) == len(decayed)


@pytest.mark.parametrize("averaging", [0.0, 0.9])
@pytest.mark.parametrize("kind", OPTIMISERS)
def test_the_scripts_optimiser_takes_the_same_steps(kind: str, averaging: float) -> None:
    import keras

    images, labels = some(64)
    changes = {"optimiser": {"kind": kind}, "fit.averaging": averaging, "fit.batch_size": 32}
    # A variable of each kind that optimisers treat in a way of its own; larger networks take seconds to compile.
    network = Network((Conv2D(4), BatchNormalization(), Flatten(), Dense(10, "softmax")))
    recipe = replace(digits("digits-cnn", changes), network=network)
    expected, rate = compiled(recipe, labels)
    before = expected.get_weights()
    code = f"{recipe.optimiser.class_code}\n{optimiser_code(recipe.optimiser, recipe.schedule, averaging)}"
    found, _ = compiled(recipe, labels)
    names: dict[str, Any] = {"keras": keras, "math": math, "network": found, "LEARNING_RATE": rate.base}
    exec(compile(code, "script", "exec"), names)  # noqa: S102 it is the code under test
    found.compile(optimizer=names["optimizer"], loss="sparse_categorical_crossentropy")
    for model in (expected, found):
        keras.utils.set_random_seed(1)
        model.fit(images, labels, batch_size=32, shuffle=False, verbose=0)
    assert not all(map(np.array_equal, before, expected.get_weights()))
    for mine, theirs in zip(found.get_weights(), expected.get_weights(), strict=True):
        assert mine == pytest.approx(theirs, abs=1e-5)
    assert found.optimizer.use_ema == expected.optimizer.use_ema == (averaging > 0)


def test_muon_turns_every_direction_of_a_convolution_alike_and_leaves_the_last_layer_to_adamw() -> None:
    images, labels = some(64)
    optimiser = {"kind": "Muon", "learning_rate": 0.01, "weight_decay": 0.0, "ns_steps": 10}
    model, _ = compiled(digits("digits-cnn", {"optimiser": optimiser, "fit.batch_size": 64}), labels)
    before = {v.path: v.numpy() for v in model.trainable_variables}
    model.fit(images, labels, batch_size=64, verbose=0)
    steps = {v.path: v.numpy() - before[v.path] for v in model.trainable_variables}
    convolutions = [path for path in steps if steps[path].ndim == 4]
    assert len(convolutions) > 1
    for path in convolutions:
        step = steps[path].reshape(-1, steps[path].shape[-1])
        stretched = np.linalg.svd(step, compute_uv=False)
        wanted = 0.01 * 0.2 * np.sqrt(max(step.shape))
        # The iteration brings all but the directions without any gradient to about 0.7 to 1.2 (Jordan, 2024).
        assert np.median(stretched) / wanted == pytest.approx(0.95, abs=0.3), path
        assert stretched.max() / wanted < 1.3, path
    # AdamW's first step is the rate in every weight that has a gradient.
    assert np.median(np.abs(steps[list(steps)[-2]])) == pytest.approx(0.01, rel=0.05)


def test_losses_are_smoothed_and_weighted_as_wanted() -> None:
    from core.nn.training.compile import class_weights

    images, _ = some(100)
    labels = np.array([0] * 80 + [1] * 20, np.int16)
    assert class_weights(labels, 3) == pytest.approx([100 / 240, 100 / 60, 0.0])
    settings = {"fit.batch_size": 100, "fit.label_smoothing": 0.1, "fit.class_weights": "balanced"}
    model, _ = compiled(digits("digits-cnn", settings), labels)
    probabilities = model.predict(images, verbose=0)
    told = model.evaluate(images, labels, batch_size=100, verbose=0, return_dict=True)
    wanted = 0.9 * np.eye(10)[labels] + 0.01
    plain = -np.log(probabilities[np.arange(100), labels])
    smoothed = -np.sum(wanted * np.log(probabilities), axis=1) * class_weights(labels, 10)[labels]
    assert told["loss"] == pytest.approx(smoothed.mean(), rel=1e-4)
    assert told["crossentropy"] == pytest.approx(plain.mean(), rel=1e-4), "what can be compared with a validation's"


def test_a_plain_recipe_has_keras_own_loss_and_a_penalty_shows_beside_it() -> None:
    images, labels = some(64)
    model, _ = compiled(digits(), labels)
    plain = model.evaluate(images, labels, verbose=0, return_dict=True)
    assert set(plain) == {"loss", "accuracy"}
    recipe = digits().to_json()
    recipe["network"][-1]["l2"] = 0.1
    model, _ = compiled(Recipe.from_json(recipe), labels)
    penalised = model.evaluate(images, labels, verbose=0, return_dict=True)
    assert penalised["crossentropy"] == pytest.approx(plain["loss"], rel=1e-4)
    assert penalised["loss"] > penalised["crossentropy"] + 0.1


def test_averages_stand_in_for_the_weights_with_statistics_of_their_own() -> None:
    import keras

    from core.nn.training.weight_averaging import Averages

    images, labels = some(256)
    model, _ = compiled(digits("digits-cnn", {"fit.averaging": 0.9, "fit.batch_size": 64}), labels)
    kernel = model.trainable_variables[0]
    averages = Averages(model, [images[:100], images[100:]])
    expected = None
    for _ in range(3):
        model.train_on_batch(images[:64], labels[:64])
        expected = kernel.numpy() if expected is None else 0.9 * expected + 0.1 * kernel.numpy()
        model_state = [variable.numpy() for variable in model.variables]
        averages.use()
        assert kernel.numpy() == pytest.approx(expected, abs=1e-6)
        for variable, value in zip(model.variables, model_state, strict=True):
            variable.assign(value)

    averages.use()
    (layer,) = (each for each in model.layers if isinstance(each, keras.layers.BatchNormalization))
    before = np.asarray(keras.Model(model.input, layer.input)(images)).astype(np.float64)
    axes = tuple(range(before.ndim - 1))
    assert layer.moving_mean.numpy() == pytest.approx(before.mean(axes), abs=1e-3, rel=1e-3)
    assert layer.moving_variance.numpy() == pytest.approx(before.var(axes), rel=1e-2)
    assert layer.momentum == 0.9, "training goes on as before"
