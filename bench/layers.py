"""Our own layers against Keras's: python -m bench.layers [RECIPE …] [--rounds 5]

Trains the networks of recipes that compute with 16 bits on made-up images, by turns as they are and with Keras's own
convolution or batch normalisation in place of ours, and prints how many times as fast the first is: the median of the
rounds.
"""

import argparse
import contextlib
import os
import time
from collections.abc import Callable, Iterator
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from core.nn.layers import batch_norm, conv2d
from core.nn.layers.build import build_model
from core.recipes.recipe import Recipe, find_recipe

OWN = {"convolution": (conv2d, "Conv2D"), "batch normalisation": (batch_norm, "BatchNormalization")}
SIDES = {"cifar10-resnet": 32, "cifar10-resnet-long": 32, "pets-64": 64, "pets-112": 112, "pets-128": 128}
_ROUND_S = 3.0


@contextlib.contextmanager
def built_with_keras(name: str) -> Iterator[None]:
    """Let networks be built with Keras's own layer in place of ours; an empty name replaces none."""
    module, kind = OWN.get(name, (None, ""))
    ours = getattr(module, kind, None)
    if module is not None:
        setattr(module, kind, getattr(keras.layers, kind))
    try:
        yield
    finally:
        if module is not None:
            setattr(module, kind, ours)


def steps(recipe: Recipe, side: int) -> Callable[[], float]:
    """Return what trains for a moment and returns images a second."""
    keras.config.set_dtype_policy(recipe.fit.precision)
    model = build_model(recipe.network, (side, side, 3))
    optimiser = keras.optimizers.AdamW()
    optimiser.build(model.trainable_variables)
    rng, size = np.random.default_rng(0), recipe.fit.batch_size
    images = tf.constant(rng.integers(0, 256, (size, side, side, 3)), tf.float32)
    labels = tf.constant(rng.integers(0, model.output_shape[-1], size))

    def step() -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, model(images, training=True)))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimiser.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    graph = tf.function(step)
    graph()

    def measured() -> float:
        begun, done = time.perf_counter(), 0
        while (now := time.perf_counter()) - begun < _ROUND_S:
            graph()
            done += size
        return done / (now - begun)

    return measured


def main() -> None:
    """Print a line a recipe and layer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help=", ".join(SIDES))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for name in options.recipes or SIDES:
        variants = {}
        for replaced in ("", *OWN):
            with built_with_keras(replaced):
                variants[replaced] = steps(find_recipe(name), SIDES[name])
        speeds: dict[str, list[float]] = {each: [] for each in variants}
        for _ in range(options.rounds):
            for each, measured in variants.items():
                speeds[each].append(measured())
        for each in OWN:
            ratio = median(ours / theirs for ours, theirs in zip(speeds[""], speeds[each], strict=True))
            print(f"{name}: {ratio:.2f} times as fast as with Keras's {each} ({median(speeds['']):,.0f} images/s)")


if __name__ == "__main__":
    main()
