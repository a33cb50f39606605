"""Networks as Keras models: the book's sizes, and layers that do not fit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.datasets.store import About
from core.networks.layers import (
    LAYERS,
    Activation,
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPool2D,
    Pretrained,
    Rescaling,
    ResidualBlock,
)
from core.networks.network import Network
from core.networks.pretrained import PRETRAINED, Application
from core.preprocessing import Grayscale
from core.preprocessing.normalisation import NONE, Normalisation
from core.preprocessing.presets import PRESETS
from core.recipes.recipe import RecipeError, find_recipe, named_recipes

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
        ("activity-18", (50, 50, 1), 14_178_770),
    ],
)
def test_the_books_networks_have_the_books_parameters(name: str, size: tuple[int, int, int], parameters: int) -> None:
    from core.nn.layers.build import build_model

    assert build_model(find_recipe(name).network, size).count_params() == parameters


SIZES = {"digits": (8, 8, 1), "mnist": (28, 28, 1), "cifar10": (32, 32, 3), "cats-vs-dogs": (180, 180, 3)}
SOFTMAX = Dense(10, "softmax")


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the networks of `keras.applications` begin from chance: their weights are not part of the project."""
    import keras

    for name, network in PRETRAINED.items():
        if not isinstance(network, Application):
            continue
        made = getattr(keras.applications, name)

        def from_chance(made: Any = made, **options: Any) -> Any:
            assert options["weights"] == "imagenet"
            return made(**{**options, "weights": None})

        monkeypatch.setattr(keras.applications, name, from_chance)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.usefixtures("untrained")
def test_every_registered_layer_can_be_built(name: str) -> None:
    from core.nn.layers.build import build_model

    flattened = [] if name in ("Dense", "Flatten", "GlobalMaxPooling2D", "GlobalAveragePooling2D") else [Flatten()]
    before = [Flatten()] if name == "Dense" else []
    network = Network((*before, LAYERS[name](), *flattened, SOFTMAX))
    assert build_model(network, (32, 32, 1)).output_shape == (None, 10)


@pytest.mark.parametrize("name", named_recipes())
@pytest.mark.usefixtures("untrained")
def test_every_recipe_fits_its_data_sets_images(name: str) -> None:
    from core.nn.layers.build import build_model

    recipe = named_recipes()[name]
    height, width, channels = SIZES[recipe.dataset]
    width, height = recipe.steps.size_after(width, height)
    channels = 1 if any(isinstance(step, Grayscale) for step in recipe.steps.steps) else channels
    classes = 2 if recipe.dataset == "cats-vs-dogs" else 10
    assert build_model(recipe.network, (height, width, channels)).output_shape == (None, classes)


def test_settings_of_layers_reach_keras() -> None:
    from core.nn.layers.build import build_model

    network = Network(
        (
            Conv2D(4, strides=2, activation="silu", use_bias=False, l1=0.25, l2=0.5),
            Activation("gelu"),
            Flatten(),
            SOFTMAX,
        )
    )
    _, convolution, activation, _, last = build_model(network, DIGITS).layers
    assert (convolution.strides, convolution.activation.__name__, convolution.bias) == ((2, 2), "silu", None)
    assert (float(convolution.kernel_regularizer.l1), float(convolution.kernel_regularizer.l2)) == (0.25, 0.5)
    assert (activation.activation.__name__, last.kernel_regularizer) == ("gelu", None)


def test_pools_take_means_and_largest_values() -> None:
    from core.nn.layers.build import build_model

    pixels = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    layers = build_model(Network((AveragePool2D(2), GlobalAveragePooling2D(), SOFTMAX)), (4, 4, 1)).layers
    small = np.asarray(layers[1](pixels))
    assert small[0, ..., 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]
    assert np.asarray(layers[2](small)).tolist() == [[7.5]]
    layers = build_model(Network((MaxPool2D(2), GlobalMaxPooling2D(), SOFTMAX)), (4, 4, 1)).layers
    assert np.asarray(layers[1](pixels))[0, ..., 0].tolist() == [[5, 7], [13, 15]]
    assert np.asarray(layers[2](pixels)).tolist() == [[15]]


def test_a_residual_block_adds_its_input_and_projects_it_only_where_shapes_differ() -> None:
    from core.nn.layers.build import build_model

    def parameters(block: ResidualBlock) -> int:
        features = build_model(Network((block, GlobalAveragePooling2D(), SOFTMAX)), (8, 8, 16)).layers[-3].output
        assert features.shape == (None, 8 // block.strides, 8 // block.strides, block.filters)
        whole = build_model(Network((block, GlobalAveragePooling2D(), SOFTMAX)), (8, 8, 16)).count_params()
        return int(whole) - 10 * (block.filters + 1)

    two_convolutions = 9 * 16 * 16 + 9 * 16 * 16 + 2 * 4 * 16
    assert parameters(ResidualBlock(16)) == two_convolutions
    assert parameters(ResidualBlock(16, strides=2)) == two_convolutions + 16 * 16 + 4 * 16
    block = build_model(Network((ResidualBlock(16, activation="linear"), Flatten(), SOFTMAX)), (8, 8, 16))
    for convolution in (layer for layer in block.layers if "conv2d" in layer.name):
        convolution.set_weights([np.zeros_like(weights) for weights in convolution.get_weights()])
    pixels = np.random.default_rng(0).normal(size=(2, 8, 8, 16)).astype(np.float32)
    assert np.allclose(functional(block, -3)(pixels), pixels), "what does nothing is the identity"


def functional(model: Any, position: int) -> Any:
    """Return the model up to the layer at a position."""
    import keras

    return keras.Model(model.input, model.layers[position].output)


def test_probabilities_keep_32_bits_where_the_rest_computes_with_16() -> None:
    import keras

    from core.nn.layers.build import build_model

    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build_model(Network((Conv2D(4), BatchNormalization(), Flatten(), SOFTMAX)), DIGITS)
    finally:
        keras.config.set_dtype_policy("float32")
    assert [layer.compute_dtype for layer in model.layers[1:]] == ["bfloat16"] * 3 + ["float32"]


def test_fused_normalisation_gives_keras_numbers_and_is_saved_as_keras_layer(tmp_path: Path) -> None:
    import keras
    import tensorflow as tf

    from core.nn.layers import batch_norm

    rng = np.random.default_rng(0)
    features = tf.constant(rng.normal(3, 2, (8, 6, 5, 4)), tf.bfloat16)
    found = []
    for kind in (keras.layers.BatchNormalization, batch_norm.BatchNormalization):
        layer = kind(momentum=0.5, dtype="mixed_bfloat16")
        layer.build(features.shape)
        layer.gamma.assign([1, 2, 3, 4])
        with tf.GradientTape() as tape:
            tape.watch(features)
            normalised = layer(features, training=True)
            loss = tf.reduce_sum(tf.cast(normalised, tf.float32) ** 3)
        gradients = tape.gradient(loss, [features, *layer.trainable_weights])
        after = layer(features, training=False)
        found.append([normalised, after, layer.moving_mean, layer.moving_variance, *gradients])
    for expected, fused in zip(*found, strict=True):
        wanted = tf.cast(expected, tf.float32).numpy()
        assert np.abs(tf.cast(fused, tf.float32).numpy() - wanted).max() < 0.02 * np.abs(wanted).max()
    (_, _, mean, variance, *_), (_, _, fused_mean, fused_variance, *_) = found
    assert np.allclose(mean, fused_mean, rtol=1e-4)
    assert np.allclose(variance, fused_variance, rtol=1e-4), "the batch's own, not the population's"
    model = keras.Sequential([keras.Input((6, 5, 4)), batch_norm.BatchNormalization(momentum=0.5)])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").layers[0]
    assert type(loaded) is keras.layers.BatchNormalization
    assert loaded.momentum == 0.5


@pytest.mark.parametrize(("rows", "columns", "kernel"), [(8, 8, 3), (4, 7, 3), (1, 5, 5)])
def test_convolution_on_few_places_gives_keras_gradients_and_is_saved_as_keras_layer(
    tmp_path: Path, rows: int, columns: int, kernel: int
) -> None:
    import keras
    import tensorflow as tf

    from core.nn.layers import conv2d

    rng = np.random.default_rng(0)
    inputs = tf.constant(rng.normal(0, 1, (6, rows, columns, 5)), tf.bfloat16)
    weights = rng.normal(0, 1, (kernel, kernel, 5, 7))
    found = []
    for kind, precision in (
        (keras.layers.Conv2D, "float32"),
        (keras.layers.Conv2D, "mixed_bfloat16"),
        (conv2d.Conv2D, "mixed_bfloat16"),
    ):
        layer = kind(7, kernel, padding="same", activation="relu", dtype=precision)
        layer.build(inputs.shape)
        layer.kernel.assign(weights)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            made = layer(inputs)
            loss = tf.reduce_sum(tf.cast(made, tf.float32) ** 2)
        assert layer.kernel.dtype == "float32"
        found.append([made, *tape.gradient(loss, [inputs, *layer.trainable_weights])])
    assert conv2d.Conv2D(7, kernel, padding="same")._is_small(inputs)
    for exact, theirs, ours in zip(*found, strict=True):
        assert ours.dtype == theirs.dtype
        wanted, keras_made, we_made = (tf.cast(array, tf.float32).numpy() for array in (exact, theirs, ours))
        # Where a processor has no instructions for 16 bits, sums of Keras's own are off by up to 2%.
        allowed = max(0.01 * np.abs(wanted).max(), np.abs(keras_made - wanted).max())
        assert np.abs(we_made - wanted).max() <= allowed
    keras.Sequential([keras.Input((rows, columns, 5)), layer]).save(tmp_path / "model.keras")
    assert type(keras.models.load_model(tmp_path / "model.keras").layers[0]) is keras.layers.Conv2D


@pytest.mark.parametrize("trainable", [False, True])
@pytest.mark.usefixtures("untrained")
def test_a_pretrained_network_takes_gray_images_and_keeps_its_statistics(trainable: bool) -> None:
    from core.nn.layers.build import build_model

    network = Network((Pretrained("MobileNetV2", trainable), GlobalAveragePooling2D(), SOFTMAX))
    model = build_model(network, (32, 32, 1))
    (application,) = [layer for layer in model.layers if layer.name.startswith("mobilenetv2")]
    assert application.output_shape == (None, 1, 1, 1280)
    assert bool(application.trainable_weights) == trainable
    before = [weights.numpy() for weights in application.non_trainable_weights]
    model(np.full((2, 32, 32, 1), 200, np.float32), training=True)
    after = [weights.numpy() for weights in application.non_trainable_weights]
    assert all(map(np.array_equal, before, after))


def test_without_network_a_pretrained_one_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from keras.src.utils import file_utils

    from core.nn.layers.build import build_model

    def unreachable(*_: object, **__: object) -> None:
        raise Exception("URL fetch failure: no route to host")

    monkeypatch.setattr(file_utils, "get_file", unreachable)
    network = Network((Pretrained("EfficientNetV2B0"), GlobalAveragePooling2D(), SOFTMAX))
    with pytest.raises(RecipeError, match=r"weights of EfficientNetV2B0 are not on this machine.*no route to host"):
        build_model(network, (32, 32, 3))


@pytest.mark.parametrize("normalisation", [preset.normalisation for preset in PRESETS.values()])
def test_a_normalised_network_sees_the_numbers_that_the_page_shows(normalisation: Normalisation) -> None:
    from core.nn.layers.build import build_model

    network = Network((Rescaling(), Flatten(), Dense(10, "softmax"))).normalised(normalisation)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3), np.uint8)
    first = build_model(network, (4, 4, 3)).layers[1]
    seen = pixels if normalisation.how == NONE else np.asarray(first(pixels.astype(np.float32)))
    assert np.allclose(seen, normalisation.apply(pixels), atol=1e-4)
    assert len(network.layers) == (2 if normalisation.how == NONE else 3)


def test_a_layer_that_does_not_fit_is_named() -> None:
    from core.nn.layers.build import build_model

    network = Network((MaxPool2D(4), Conv2D(8, kernel_size=3), Flatten(), Dense(10, "softmax")))
    with pytest.raises(RecipeError, match=r"Layer 2 \(Conv2D\) cannot work on what comes before it, 2 × 2 × 1\."):
        build_model(network, DIGITS)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ((Pretrained(),), r"Layer 1 \(Pretrained\) cannot work on .*, 8 × 8 × 1\. It takes images.* 32 × 32"),
        ((Flatten(), GlobalAveragePooling2D()), r"Layer 2 \(GlobalAveragePooling2D\) .*, 64\. .*Flatten comes after"),
        ((Flatten(), ResidualBlock()), r"Layer 2 \(ResidualBlock\)"),
        ((AveragePool2D(8), AveragePool2D(8)), r"Layer 2 \(AveragePool2D\) cannot work on .*, 1 × 1 × 1\."),
    ],
)
def test_what_to_do_about_a_layer_that_does_not_fit_is_said(layers: Any, said: str) -> None:
    from core.nn.layers.build import build_model

    with pytest.raises(RecipeError, match=said):
        build_model(Network((*layers, SOFTMAX)), DIGITS)


def convolved(filters: int, classes: int) -> Network:
    return Network(
        (Rescaling(), Conv2D(filters), BatchNormalization(), GlobalAveragePooling2D(), Dense(classes, "softmax"))
    )


def test_a_network_takes_the_weights_of_an_earlier_one(tmp_path: Path) -> None:
    from core.nn.layers.build import build_model, take_weights

    path = tmp_path / "initial.keras"
    earlier = build_model(convolved(4, 2), (8, 8, 3))
    earlier.save(path)
    larger = build_model(convolved(4, 2), (12, 12, 3))
    take_weights(larger, path)
    assert all(map(np.array_equal, larger.get_weights(), earlier.get_weights()))
    more_classes = build_model(convolved(4, 3), (8, 8, 3))
    own = more_classes.layers[-1].get_weights()
    take_weights(more_classes, path)
    assert all(map(np.array_equal, more_classes.get_weights(), [*earlier.get_weights()[:-2], *own]))
    with pytest.raises(RecipeError, match="those of another network"):
        take_weights(build_model(convolved(5, 2), (8, 8, 3)), path)
    path.write_bytes(b"no network")
    with pytest.raises(RecipeError, match=r"cannot be read from initial\.keras"):
        take_weights(larger, path)
