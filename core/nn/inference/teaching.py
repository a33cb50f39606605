"""What the Teach page asks the worker: features of images, where they come from, and a network made of a head."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.nn.tensorflow_import import import_keras
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.runs.model_files import MODEL
from core.storage import data_home
from core.training import features as kinds
from core.training.features import AT_ONCE, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

RECIPE = "transfer-frozen"
SHAPE = (224, 224, 3)


def kind() -> Kind:
    """Return what makes the features: what the recipe `RECIPE` begins with."""
    found = kinds.beginning(find_recipe(RECIPE))
    if found is None:
        raise AssertionError(RECIPE)
    return found


def features(images: np.ndarray) -> np.ndarray:
    """Return what the pretrained network makes of images, float32 `(n, d)`.

    Args:
        images: uint8 `(n, 224, 224, 3)`, after the recipe's steps.

    Raises:
        SettingError: the pretrained network cannot be had.
    """
    network = _network(2)
    return np.concatenate([network(images[begin : begin + AT_ONCE]) for begin in range(0, len(images), AT_ONCE)])


def places(image: np.ndarray) -> np.ndarray:
    """Return the features of each place of an image, float32 `(rows, columns, d)`; arguments as of `features`."""
    found: np.ndarray = _network(1)(image[np.newaxis])[0]
    return found


def write_model(folder: str, channels: int, weights: np.ndarray, bias: np.ndarray) -> None:
    """Write the model of a run whose last layer has been fitted elsewhere.

    Args:
        folder: the run's, with its recipe, whose network ends in a dense layer.
        channels: of its dataset's images, 1 or 3.
        weights: of that layer, float32 `(d, classes)`.
        bias: float32 `(classes,)`.

    Raises:
        RecipeError: the pretrained network cannot be had.
        OSError: the disk is full or may not be written.
    """
    import_keras()
    from core.nn.layers.build import build_model

    run = Run(Path(folder))
    model = build_model(run.recipe.network, (*SHAPE[:2], channels), run.recipe.fit)
    model.layers[-1].set_weights([weights, bias])
    with data_home.replacing(run.folder / MODEL, lasting=True) as beside:
        model.save(beside)


@lru_cache(maxsize=2)
def _network(layers: int) -> "Callable[[np.ndarray], Any]":
    import_keras()
    from core.nn.inference.dataset_features import network

    used = kind()
    return network(Kind(used.steps, used.layers[:layers], used.precision), SHAPE)
