"""The batches of a training with augmentation: every image once an epoch, the same pixels for the same seed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.augmentation import Augmentation
from core.datasets import decisions
from core.datasets.sources import catalogue
from core.preprocessing import Pipeline, Resize
from core.recipes.fit import Fit
from core.recipes.recipe import Recipe, find_recipe
from core.training.batches import Batches, first_batch
from core.training.data import prepared_images
from core.training.parts import parts

TURNED = Augmentation(rotation_range=30, horizontal_flip=True, erasing=0.5)


def recipe(**settings: object) -> Recipe:
    changes = {"fit.batch_size": 32, **settings}
    return replace(find_recipe("digits-cnn"), augmentation=TURNED).with_settings(changes)


def some(n: int = 103, size: int = 8) -> np.ndarray:
    pixels = np.random.default_rng(0).integers(0, 256, (n, size, size, 1), np.uint8)
    pixels[:, 0, 0, 0] = np.arange(n)
    return pixels


def made(batches: Batches, epoch: int, prepared: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    portions = list(batches.made(epoch, prepared))
    return np.concatenate([portion[0] for portion in portions]), np.concatenate([portion[1] for portion in portions])


def test_each_epoch_has_every_image_once_in_an_order_and_with_draws_of_its_own() -> None:
    ids = np.arange(1, 103, 2)
    batches, prepared = Batches(ids, Fit(batch_size=8, seed=3), TURNED), some()
    assert len(batches) == 7
    (first, first_ids), (second, second_ids) = (made(batches, epoch, prepared) for epoch in (0, 1))
    assert sorted(first_ids) == sorted(second_ids) == ids.tolist()
    assert first_ids.tolist() != second_ids.tolist()
    again, again_ids = made(Batches(ids, Fit(batch_size=8, seed=3), TURNED), 1, prepared)
    assert np.array_equal(again, second), "whatever epochs were made before"
    assert np.array_equal(again_ids, second_ids)
    other, _ = made(Batches(ids, Fit(batch_size=8, seed=4), TURNED), 0, prepared)
    assert not np.array_equal(other, first)
    where = np.argsort(first_ids), np.argsort(second_ids)
    assert not np.array_equal(first[where[0]], second[where[1]]), "drawn anew"
    untouched, order = made(replace(batches, augmentation=Augmentation()), 0, prepared)
    assert np.array_equal(untouched, prepared[order])


def test_portions_are_whole_batches_and_bounded() -> None:
    prepared = some(200, 100)
    portions = [len(ids) for _, ids in Batches(np.arange(200), Fit(batch_size=30), TURNED).made(0, prepared)]
    assert portions == [90, 90, 20]
    large = np.zeros((200, 200, 200, 3), np.uint8)
    portions = [len(ids) for _, ids in Batches(np.arange(200), Fit(batch_size=30), TURNED).made(0, large)]
    assert portions == [30] * 6 + [20]


@pytest.mark.parametrize("n", [6, 32, 500])
def test_the_first_batch_is_what_training_begins_with(data_home: Path, n: int) -> None:
    digits = catalogue.open_dataset("digits")
    batch = first_batch(recipe(), digits, n)
    assert len(batch.ids) == len(batch.labels) == len(batch.draws) == min(n, 32)
    ready = recipe().for_dataset(digits.about)
    divided = parts(digits, ready.split)
    trained = Batches(divided.train, ready.fit, TURNED)
    images, ids = made(trained, 0, prepared_images(digits, ready.steps))
    assert np.array_equal(batch.ids, ids[: len(batch.ids)])
    assert np.array_equal(batch.images, images[: len(batch.ids)])
    assert np.array_equal(batch.before, digits.images[batch.ids])
    assert not np.array_equal(batch.before, batch.images)


def test_the_first_batch_heeds_decisions_and_steps(data_home: Path) -> None:
    digits = catalogue.open_dataset("digits")
    ids = first_batch(recipe(), digits, 32).ids
    decisions.decide(digits, [int(ids[0])], "exclude")
    decisions.decide(digits, [int(ids[1])], "relabel", (int(digits.labels[ids[1]]) + 1) % 10)
    assert ids[0] not in first_batch(recipe(**{"fit.batch_size": 2000}), digits, 2000).ids
    everything = first_batch(recipe(**{"fit.batch_size": 2000}), digits, 2000)
    assert everything.labels[everything.ids == ids[1]] == (digits.labels[ids[1]] + 1) % 10
    ignoring = first_batch(recipe(**{"split.decisions": "ignore"}), digits, 32)
    assert np.array_equal(ignoring.ids, ids)
    assert np.array_equal(ignoring.labels, digits.labels[ids])

    larger = replace(recipe(), steps=Pipeline((Resize(width=20, height=12),)))
    batch = first_batch(larger, digits, 4)
    assert batch.images.shape == (4, 12, 20, 1)
    plain = first_batch(replace(recipe(), augmentation=None), digits, 4)
    assert np.array_equal(plain.before, plain.images)
