"""What Keras's `fit` is handed: the very pixels that `core.training.batches` makes, in batches, epoch after epoch."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.augmentation import Augmentation
from core.datasets.sources import catalogue
from core.recipes.recipe import Recipe, find_recipe
from core.training.batches import Batches, first_batch
from core.training.parts import parts

SEEN: list[tuple[np.ndarray, np.ndarray]] = []


def turned(batch_size: int = 100) -> Recipe:
    recipe = find_recipe("digits-cnn").with_settings({"fit.batch_size": batch_size})
    return replace(recipe, augmentation=Augmentation(rotation_range=30))


def watched_model(steps_per_execution: int) -> Any:
    """A model that learns nothing and writes down what it is given."""
    import keras

    class Watched(keras.Sequential):  # type: ignore[misc]
        def train_step(self, data: Any) -> dict[str, float]:
            SEEN.append((data[0].numpy(), data[1].numpy()))
            return {"loss": 0.0}

    model = Watched([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
    model.compile(loss="mse", run_eagerly=True, steps_per_execution=steps_per_execution)
    return model


@pytest.mark.parametrize("steps_per_execution", [1, 4])
@pytest.mark.parametrize(("begin", "augmented"), [(0, True), (1, True), (0, False)])
def test_fit_sees_the_batches_of_each_epoch(
    data_home: Path, steps_per_execution: int, begin: int, augmented: bool
) -> None:
    from core.nn.training.input_pipeline import Feed

    digits = catalogue.open_dataset("digits")
    recipe = turned() if augmented else replace(turned(), augmentation=None)
    divided = parts(digits, recipe.split)
    batches = Batches(divided.train, recipe.fit, recipe.augmentation or Augmentation())
    feed = Feed(batches, digits.images, divided.labels)
    SEEN.clear()
    watched_model(steps_per_execution).fit(
        feed.dataset(), initial_epoch=begin, epochs=3, callbacks=[feed], verbose=0, shuffle=False
    )
    assert len(SEEN) == len(batches) * (3 - begin)
    assert {len(labels) for _, labels in SEEN} == {100, len(divided.train) % 100}
    expected = [portion for epoch in range(begin, 3) for portion in batches.made(epoch, digits.images)]
    seen = [np.concatenate(each) for each in zip(*SEEN, strict=True)]
    assert np.array_equal(seen[0], np.concatenate([images for images, _ in expected]))
    assert np.array_equal(seen[1], divided.labels[np.concatenate([ids for _, ids in expected])])
    if begin == 0:
        shown = first_batch(recipe, digits, 12)
        assert np.array_equal(SEEN[0][0][:12], shown.images), "what a page shows"
        assert np.array_equal(SEEN[0][1][:12], shown.labels)
