"""A script trains the same network to the same numbers as the run that it is the script of."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import runs
from core.networks.layers import (
    LAYERS,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPool2D,
    Pretrained,
    Rescaling,
    ResidualBlock,
)
from core.networks.network import Network
from core.recipes import script as codegen
from core.recipes.fit import Fit
from core.recipes.optimisers import AdamW, Muon
from core.recipes.recipe import Recipe, find_recipe
from core.recipes.schedules import OneCycle
from core.recipes.script.network import network_code
from core.recipes.script.script import _imports
from core.runs import Run
from tests.processes.trainings import ended, epochs_told, wait_for


def plain() -> Recipe:
    return find_recipe("digits-dense").with_settings({"fit.epochs": 2})


def everything() -> Recipe:
    """A recipe with a residual block and everything that decides a training, which ends early."""
    layers = (
        Rescaling(),
        ResidualBlock(8),
        MaxPool2D(),
        BatchNormalization(momentum=0.9),
        Dropout(0.2),
        Flatten(),
        Dense(32, "relu", l2=1e-3),
        Dense(10, "softmax"),
    )
    settings = {
        "fit.epochs": 5,
        "fit.patience": 1,
        "fit.label_smoothing": 0.1,
        "fit.class_weights": "balanced",
        "fit.averaging": 0.8,
        "fit.mirrored": True,
        "fit.shifted": 1,
        "fit.batch_size": 100,
        "augmentation.rotation_range": 12,
        "augmentation.fill_mode": "constant",
        "augmentation.brightness_range": [0.8, 1.2],
    }
    recipe = find_recipe("digits-cnn").with_settings(settings)
    changed = replace(recipe, network=Network(layers), optimiser=AdamW(learning_rate=0.02), schedule=OneCycle())
    return replace(changed, name="everything")


def orthogonal() -> Recipe:
    """A network with convolutions, trained by Muon."""
    recipe = find_recipe("digits-cnn").with_settings({"fit.epochs": 2})
    return replace(recipe, name="orthogonal", optimiser=Muon(learning_rate=0.005, ns_steps=3))


def earlier(recipe: Recipe) -> Run:
    """Make a finished run of a recipe whose network has other weights than the recipe's seed draws."""
    import keras

    from core.nn.layers.build import build_model

    run = runs.create(recipe)
    keras.utils.set_random_seed(recipe.fit.seed + 1)
    build_model(recipe.network, (8, 8, 1)).save(run.folder / "model.keras")
    run.write_status(replace(run.status(), state=runs.FINISHED))  # Others would wait for one that may yet start.
    return run


def every_layer() -> Network:
    """A network with each kind of layer, one after the other."""
    rows = (Pretrained, Flatten, Dense, GlobalMaxPooling2D, GlobalAveragePooling2D)
    kinds = [kind() for kind in LAYERS.values() if kind not in rows]
    strided = (Conv2D(6, 5, 2, "same", "gelu", use_bias=False, l1=1e-4), ResidualBlock(8, 2, "silu"))
    return Network(
        (*kinds, *strided, GlobalAveragePooling2D(), Flatten(), Dense(7, "tanh", l2=0.1), Dense(2, "softmax"))
    )


@pytest.mark.parametrize(
    "network",
    [
        every_layer(),
        Network((Pretrained(), GlobalMaxPooling2D(), Dense(2, "softmax"))),
        Network((Pretrained("EfficientNetLite0", True, "block_12", 64), GlobalMaxPooling2D(), Dense(2, "softmax"))),
    ],
    ids=["layers", "pretrained", "pretrained-from-a-package"],
)
def test_the_network_begins_with_the_same_weights(monkeypatch: pytest.MonkeyPatch, network: Network) -> None:
    import keras

    from core.nn.layers.build import build_model

    # Weights trained on ImageNet would have to be downloaded.
    drawn = partial(keras.applications.MobileNetV2, alpha=0.35)
    monkeypatch.setattr(keras.applications, "MobileNetV2", lambda **given: drawn(**{**given, "weights": None}))
    keras.utils.set_random_seed(3)
    expected = build_model(network, (48, 40, 3))
    names: dict[str, Any] = {}
    code = network_code(network, (48, 40, 3), Fit())
    exec(compile(f"{_imports(code)}\n{code}", "script", "exec"), names)  # noqa: S102 under test
    keras.utils.set_random_seed(3)
    found = names["build_network"]()
    assert [layer.name.rstrip("_0123456789") for layer in found.layers] == [
        layer.name.rstrip("_0123456789") for layer in expected.layers
    ]
    assert len(found.trainable_weights) == len(expected.trainable_weights)
    for mine, theirs in zip(found.get_weights(), expected.get_weights(), strict=True):
        assert np.array_equal(mine, theirs)
    images = np.random.default_rng(0).integers(0, 256, (2, 48, 40, 3)).astype(np.uint8)
    assert np.asarray(found(images, training=False)) == pytest.approx(np.asarray(expected(images)), abs=1e-6)


@pytest.mark.parametrize("recipe", [plain(), everything(), orthogonal()], ids=lambda recipe: recipe.name)
@pytest.mark.usefixtures("trained_here")
def test_the_script_comes_to_the_runs_numbers(
    data_home: Path, tmp_path: Path, begin_script: Callable[[Path], Callable[[], str]], recipe: Recipe
) -> None:
    if recipe.name == "everything":
        recipe = replace(recipe, initial_weights=earlier(recipe).name)
    run = runs.create(recipe)
    if recipe.initial_weights:
        shutil.copy(run.initial_model, tmp_path)
    (tmp_path / "script.py").write_text(codegen.run_script(run), encoding="utf-8")
    script_ended = begin_script(tmp_path)  # It runs beside the trainer.
    run.start()
    status = wait_for(run, ended)
    assert status.state == runs.FINISHED, status.cause
    printed = script_ended()
    epochs = epochs_told(run)
    logs = re.findall(r"- accuracy: .*", printed)
    assert len(logs) == len(epochs)
    for log, record in zip(logs, epochs, strict=True):
        shown = {name: float(value) for name, value in re.findall(r"(\w+): ([\d.]+)", log)}
        loss = "crossentropy" if "crossentropy" in shown else "loss"
        expected = [record[name] for name in ("loss", "accuracy", "val_loss", "val_accuracy")]
        found = [shown[name] for name in (loss, "accuracy", f"val_{loss}", "val_accuracy")]
        assert found == pytest.approx(expected, rel=1e-3, abs=1e-3)
    for part in ("validation", "test"):
        (last,) = re.findall(rf"^{part}: accuracy ([\d.]+), loss ([\d.]+)", printed, re.M)
        expected = [status.result[f"{part}_accuracy"], status.result[f"{part}_loss"]]
        assert [float(value) for value in last] == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert (tmp_path / "network.keras").exists()
