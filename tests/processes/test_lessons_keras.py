"""What the lessons compute is what Keras computes, to 1e-5."""

from itertools import product

import keras
import numpy as np
import pytest

from core.lessons import cross_entropy, optimiser_steps, scaling
from core.lessons.convolution import PADDINGS, convolved
from core.lessons.pooling import AVERAGE, MAX, pooled

WINDOWS = [
    (shape, size, stride, padding)
    for shape, size, stride, padding in product([(7, 7), (8, 6)], [1, 2, 3, 5], [1, 2, 3], PADDINGS)
]


@pytest.mark.parametrize("channels", [1, 3])
def test_convolution(channels: int) -> None:
    rng = np.random.default_rng(channels)
    for shape, size, stride, padding in WINDOWS:
        image = rng.normal(size=(1, *shape, channels)).astype(np.float32)
        kernel = rng.normal(size=(size, size, channels, 1)).astype(np.float32)
        layer = keras.layers.Conv2D(1, size, stride, padding, bias_initializer=keras.initializers.Constant(0.5))
        layer.build(image.shape)
        layer.kernel.assign(kernel)
        given = np.asarray(layer(image))[0, :, :, 0]
        made = convolved(image[0], kernel[..., 0], stride, padding, bias=0.5)
        assert made == pytest.approx(given, abs=1e-5), (shape, size, stride, padding)


def test_a_first_layers_weights_are_drawn_as_keras_draws_them() -> None:
    for channels in (1, 3):
        layer = keras.layers.Conv2D(scaling.FILTERS, 3)
        layer.build((None, 9, 9, channels))
        drawn, ours = np.asarray(layer.kernel), scaling.glorot_kernel(channels, 0)
        assert ours.shape == drawn.shape
        # Uniform: within 2% of the limit, the largest of hundreds.
        assert np.abs(ours).max() == pytest.approx(np.abs(drawn).max(), rel=0.02)
        assert ours.std() == pytest.approx(drawn.std(), rel=0.12)


@pytest.mark.parametrize("how", [MAX, AVERAGE])
def test_pooling(how: str) -> None:
    kind = {MAX: keras.layers.MaxPooling2D, AVERAGE: keras.layers.AveragePooling2D}[how]
    for shape, size, stride, padding in WINDOWS:
        image = np.random.default_rng(size).normal(size=(1, *shape, 1)).astype(np.float32)
        given = np.asarray(kind(size, stride, padding)(image))[0, :, :, 0]
        made = pooled(image[0, :, :, 0], size, stride, padding, how)
        assert made == pytest.approx(given, abs=1e-5), (shape, size, stride, padding)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_softmax_and_cross_entropy(smoothing: float) -> None:
    logits = np.random.default_rng(0).normal(scale=4, size=(20, 7)).astype(np.float32)
    given = np.asarray(keras.ops.softmax(logits))
    made = cross_entropy.softmax(logits)
    assert made == pytest.approx(given, abs=1e-5)
    for label, probabilities in enumerate(made[:7]):
        loss = keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)(
            np.eye(7)[label : label + 1], probabilities[None]
        )
        wanted = cross_entropy.targets(label, 7, smoothing)
        assert cross_entropy.cross_entropy(probabilities, wanted) == pytest.approx(float(loss), abs=1e-5)


@pytest.mark.parametrize("surface", ["ravine", "rosenbrock"])
def test_optimiser_steps(surface: str) -> None:
    rate, first, second, epsilon = 0.02, 0.8, 0.95, 1e-4
    adam = {"beta_1": first, "beta_2": second, "epsilon": epsilon}
    optimizers = {
        optimiser_steps.SGD: keras.optimizers.SGD(rate),
        optimiser_steps.MOMENTUM: keras.optimizers.SGD(rate, momentum=first),
        optimiser_steps.NESTEROV: keras.optimizers.SGD(rate, momentum=first, nesterov=True),
        optimiser_steps.ADAM: keras.optimizers.Adam(rate, **adam),
        optimiser_steps.ADAMW: keras.optimizers.AdamW(rate, weight_decay=optimiser_steps.WEIGHT_DECAY, **adam),
        optimiser_steps.RMSPROP: keras.optimizers.RMSprop(rate, rho=second, epsilon=epsilon),
    }
    found = optimiser_steps.SURFACES[surface]
    start = (0.4, 0.5)
    rates = optimiser_steps.Rates(rate, first, second, epsilon)
    for kind, optimizer in optimizers.items():
        weights = keras.Variable(np.array(start, np.float32))
        optimizer.build([weights])
        made = optimiser_steps.race(kind, rates, found, start, 25).points
        for point in made:
            assert np.asarray(weights) == pytest.approx(point, abs=1e-5), kind
            optimizer.apply([np.array(found.gradient(*np.asarray(weights).tolist()), np.float32)])
