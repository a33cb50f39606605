"""Shapes, parameters and memory reckoned without Keras, against Keras's own."""

import math

import pytest

from core.networks.layer_sizes import layer_sizes
from core.networks.layers import (
    LAYERS,
    AveragePool2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPool2D,
    Normalization,
    Pretrained,
    ResidualBlock,
)
from core.networks.network import Network
from core.networks.pretrained import BLOCKS, PRETRAINED, Application
from core.recipes.recipe import RecipeError, named_recipes

END = (Flatten(), Dense(10, "softmax"))
IMAGES = [
    *(LAYERS[name]() for name in LAYERS if name != "Pretrained"),
    *(
        Conv2D(5, kernel, strides, padding)
        for kernel in (1, 2, 5)
        for strides in (1, 3)
        for padding in ("same", "valid")
    ),
    Conv2D(4, use_bias=False),
    Normalization((1.0, 2.0, 3.0), (1.0, 2.0, 3.0)),
    MaxPool2D(3),
    AveragePool2D(4),
    ResidualBlock(3),
    ResidualBlock(3, strides=2),
    ResidualBlock(8, strides=3),
]


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of `keras.applications` begin from chance: their weights are not part of the project."""
    import keras

    for name, network in PRETRAINED.items():
        if not isinstance(network, Application):
            continue
        made = getattr(keras.applications, name)
        monkeypatch.setattr(keras.applications, name, lambda made=made, **how: made(**{**how, "weights": None}))


def assert_as_keras(layers: tuple[Layer, ...], shape: tuple[int, int, int]) -> None:
    from core.nn.layers.build import build_model

    model = build_model(Network(layers), shape)
    sizes = layer_sizes(layers, shape)
    assert sum(size.parameters for size in sizes) == model.count_params()
    assert sum(size.trained for size in sizes) == sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert sizes[-1].output == model.output_shape[1:]
    assert sizes[-2].output == model.layers[-1].input.shape[1:]
    if isinstance(layers[-2], Flatten):
        assert sizes[-3].output == model.layers[-2].input.shape[1:]


@pytest.mark.parametrize("layer", IMAGES, ids=repr)
def test_each_kind_of_layer_is_as_in_keras(layer: Layer) -> None:
    assert_as_keras((layer, *END), (9, 12, 3))


@pytest.mark.parametrize("name", LAYERS)
def test_memory_counts_what_the_keras_layers_of_each_layer_make(untrained: None, name: str) -> None:
    from core.nn.layers.build import build_model

    shape = (34, 40, 3)
    model = build_model(Network((LAYERS[name](), *END)), shape)
    made = sum(math.prod(layer.output.shape[1:]) for layer in model.layers[1 : -len(END)])
    size = layer_sizes((LAYERS[name](), *END), shape)[0]
    # Some keep more of what is inside of a layer; what a frozen network makes is not kept.
    assert min(made, math.prod(size.output or ())) <= size.values <= 2 * made
    assert size.training_bytes(7) == size.weight_bytes() + size.value_bytes(7)
    assert size.value_bytes(7) == 7 * size.value_bytes(1)


@pytest.mark.parametrize("application", PRETRAINED)
@pytest.mark.parametrize("trainable", [False, True])
def test_pretrained_networks_are_as_in_keras(untrained: None, application: str, trainable: bool) -> None:
    assert_as_keras((Pretrained(application, trainable), *END), (40, 64, 3))


@pytest.mark.parametrize("application", PRETRAINED)
def test_what_is_trained_from_a_block_on_is_as_in_keras(untrained: None, application: str) -> None:
    for block in (0, len(PRETRAINED[application].blocks) // 2, len(PRETRAINED[application].blocks) - 1):
        assert_as_keras((Pretrained(application, True, BLOCKS[block], 64), *END), (40, 33, 1))


@pytest.mark.parametrize("name", named_recipes())
def test_named_recipes_are_as_in_keras(untrained: None, name: str) -> None:
    recipe = named_recipes()[name]
    side, channels = {"digits": (8, 1), "mnist": (28, 1), "cifar10": (32, 3)}.get(recipe.dataset, (180, 3))
    width, height = recipe.steps.size_after(side, side)
    gray = any(type(step).__name__ == "Grayscale" for step in recipe.steps.applied.steps)
    assert_as_keras(recipe.network.layers, (height, width, 1 if gray else channels))


@pytest.mark.parametrize("shape", [(1, 1, 2), (2, 3, 1), (5, 5, 2), (31, 40, 3), (32, 33, 1)])
@pytest.mark.parametrize(
    "layer",
    [
        *(LAYERS[name]() for name in LAYERS),
        Pretrained("EfficientNetLite0", size=64),
        Pretrained("EfficientNetLite0", True, "block_17"),
        Pretrained(size=30),
        Conv2D(2, 5, padding="same"),
        MaxPool2D(4),
        ResidualBlock(4, 2),
        Normalization((1.0, 2.0), (1.0,)),
    ],
    ids=repr,
)
def test_what_keras_refuses_is_a_problem_and_nothing_else(
    untrained: None, layer: Layer, shape: tuple[int, int, int]
) -> None:
    from core.nn.layers.build import build_model

    problem = layer_sizes((layer, *END), shape)[0].problem
    try:
        build_model(Network((layer, *END)), shape)
    except RecipeError:
        assert problem
    else:
        assert not problem


def test_what_needs_an_image_is_refused_by_both_after_a_flatten() -> None:
    from core.nn.layers.build import build_model

    pools = (MaxPool2D(1), AveragePool2D(1), GlobalMaxPooling2D(), GlobalAveragePooling2D())
    for layer in (Conv2D(), *pools, ResidualBlock(), Pretrained()):
        layers = (Flatten(), layer, Dense(10, "softmax"))
        assert "a flat vector of 64 values" in layer_sizes(layers, (8, 8, 1))[1].problem
        with pytest.raises(RecipeError):
            build_model(Network(layers), (8, 8, 1))
