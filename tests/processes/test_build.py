"""Networks as Keras models: the book's sizes, and steps an execution that follow the work of a step."""

import numpy as np
import pytest

from core.datasets.store import About
from core.network import LAYERS, Conv2D, Dense, Flatten, MaxPool2D, Network, Rescaling
from core.preprocessing.normalisation import NONE, Normalisation
from core.preprocessing.presets import PRESETS
from core.recipe import RecipeError, find_recipe

DIGITS = (8, 8, 1)
MNIST = About("mnist", "MNIST", "", "", tuple("0123456789"), (28, 28, 1))


@pytest.mark.parametrize(
    ("name", "size", "parameters"),
    [
        ("exercise-50", MNIST.size, 26_506),
        ("exercise-51", MNIST.size, 703_210),
        ("exercise-52-a", (32, 32, 3), 3_702_186),
        ("exercise-52-b", (32, 32, 3), 3_702_314),
        ("exercise-53", (32, 32, 3), 3_702_314),
        ("activity-17", (50, 50, 1), 14_178_770),
    ],
)
def test_the_books_networks_have_the_books_parameters(name: str, size: tuple[int, int, int], parameters: int) -> None:
    from core.nn.build import build_model

    assert build_model(find_recipe(name).network, size).count_params() == parameters


@pytest.mark.parametrize("name", LAYERS)
def test_every_registered_layer_can_be_built(name: str) -> None:
    from core.nn.build import build_model

    network = Network((LAYERS[name](), Flatten(), Dense(10, "softmax")))
    if name == "Dense":
        network = Network((Flatten(), LAYERS[name](), Dense(10, "softmax")))
    assert build_model(network, DIGITS).output_shape == (None, 10)


@pytest.mark.parametrize("normalisation", [preset.normalisation for preset in PRESETS.values()])
def test_a_normalised_network_sees_the_numbers_that_the_page_shows(normalisation: Normalisation) -> None:
    from core.nn.build import build_model

    network = Network((Rescaling(), Flatten(), Dense(10, "softmax"))).normalised(normalisation)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3), np.uint8)
    first = build_model(network, (4, 4, 3)).layers[1]
    seen = pixels if normalisation.how == NONE else np.asarray(first(pixels.astype(np.float32)))
    assert np.allclose(seen, normalisation.apply(pixels), atol=1e-4)
    assert len(network.layers) == (2 if normalisation.how == NONE else 3)


def test_a_layer_that_does_not_fit_is_named() -> None:
    from core.nn.build import build_model

    network = Network((MaxPool2D(4), Conv2D(8, kernel_size=3), Flatten(), Dense(10, "softmax")))
    with pytest.raises(RecipeError, match=r"Layer 2 \(Conv2D\) cannot work on what comes before it, 2 × 2 × 1\."):
        build_model(network, DIGITS)


def test_small_steps_are_run_many_at_a_time_and_large_ones_singly() -> None:
    from core.nn.build import compiled_model

    dense, cnn = (find_recipe(name).for_dataset(MNIST) for name in ("exercise-50", "exercise-51"))
    assert compiled_model(dense, MNIST.size, 60_000).steps_per_execution == 64
    assert compiled_model(dense, MNIST.size, 320).steps_per_execution == 10
    assert compiled_model(cnn, MNIST.size, 60_000).steps_per_execution == 1
