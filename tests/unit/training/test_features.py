"""Features of a dataset are made once for each image, whatever happens on the way."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from core.augmentation import Augmentation
from core.datasets.store import Dataset
from core.images.image_io import from_array
from core.networks.layers import Dense, Flatten, GlobalMaxPooling2D, Pretrained
from core.networks.network import Network
from core.preprocessing import Pipeline, Resize
from core.recipes.fit import Fit
from core.recipes.recipe import Recipe, find_recipe
from core.storage.progress import Cancelled, quiet
from core.training import features
from core.training.features import beginning, kept, make
from tests.unit.photos import array_set, photo_set

KIND = replace(features.usual(), steps=Pipeline((Resize(width=32, height=32),)))


class Network1280:
    """Stands in for a network: what it makes of an image tells the image; it counts how many it was asked about."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> Callable[[np.ndarray], np.ndarray]:
        return self.ask

    def ask(self, images: np.ndarray) -> np.ndarray:
        self.asked += len(images)
        return np.repeat(images.reshape(len(images), -1).mean(axis=1, keepdims=True), 1280, axis=1).astype(np.float32)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "AT_ONCE", 4)
    monkeypatch.setattr(features, "_PART", 8)


def photos(name: str, values: list[int]) -> Dataset:
    images = [from_array(np.full((40, 40, 3), value, np.uint8)) for value in values]
    found = photo_set(name, images, [place % 2 for place in range(len(values))], ["cat", "dog"])
    return Dataset(found.folder, replace(found.about, content_hash=name))


def test_they_are_kept_as_half_floats_and_made_once(data_home: object) -> None:
    network, dataset = Network1280(), photos("gray", list(range(0, 230, 10)))
    assert kept(dataset, KIND) is None
    made = make(dataset, KIND, network)
    assert (made.shape, str(made.dtype), network.asked) == ((23, 1280), "float16", 23)
    assert isinstance(made, np.memmap)
    assert made[:, 0] == pytest.approx(np.arange(0, 230, 10), abs=1)
    assert np.array_equal(make(dataset, KIND, network), made)
    assert network.asked == 23


def test_what_was_made_before_it_was_cancelled_is_not_made_again(data_home: object) -> None:
    def cancel(_doing: str, done: int, _total: int, _unit: str) -> None:
        if done >= 16:
            raise Cancelled("Cancelled.")

    network, dataset = Network1280(), photos("gray", list(range(0, 230, 10)))
    with pytest.raises(Cancelled):
        make(dataset, KIND, network, cancel)
    asked, told = network.asked, []
    made = make(dataset, KIND, network, lambda _doing, done, total, _unit: told.append((done, total)))
    assert network.asked - asked == 23 - 16
    assert made[:, 7] == pytest.approx(np.arange(0, 230, 10), abs=1)
    assert (told[0], told[-1]) == ((16, 23), (23, 23))


def test_new_images_of_a_dataset_are_all_it_is_asked_about(data_home: object) -> None:
    network, values = Network1280(), list(range(0, 200, 10))
    make(photos("gray", values), KIND, network)
    larger = photos("larger", [5, *values, 205])
    made = make(larger, KIND, network)
    assert network.asked == len(values) + 2
    assert made[:, 0] == pytest.approx([5, *values, 205], abs=1)


def test_other_steps_or_another_precision_are_other_features(data_home: object) -> None:
    network, dataset = Network1280(), photos("gray", [0, 10, 20, 30])
    make(dataset, KIND, network)
    for other in (replace(KIND, precision="float32"), replace(KIND, steps=Pipeline((Resize(width=33, height=32),)))):
        assert kept(dataset, other) is None
        make(dataset, other, network)
    assert network.asked == 12


def test_features_that_are_damaged_are_made_again(data_home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.training import data

    network, dataset = Network1280(), photos("gray", [0, 10, 20, 30])
    make(dataset, KIND, network)
    path = features._path(dataset, KIND)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"x")
    monkeypatch.setattr(data, "_looked_at", set())  # as in another process
    assert make(dataset, KIND, network)[:, 0] == pytest.approx([0, 10, 20, 30], abs=1)
    assert path.read_bytes() == content
    path.with_suffix(".images.npy").write_bytes(b"nothing")
    larger = photos("larger", [0, 10, 20, 30, 40])
    assert make(larger, KIND, network)[:, 0] == pytest.approx([0, 10, 20, 30, 40], abs=1)


def test_images_that_are_kept_as_an_array_have_them_too(data_home: object) -> None:
    pixels = np.arange(6, dtype=np.uint8)[:, np.newaxis, np.newaxis, np.newaxis] * np.full((1, 8, 8, 1), 20, np.uint8)
    dataset = array_set("small", pixels, [0, 1] * 3, ["cat", "dog"])
    assert make(dataset, KIND, Network1280(), quiet)[:, 0] == pytest.approx(np.arange(6) * 20, abs=1)


def test_a_network_learns_from_features_where_nothing_else_can_come_out() -> None:
    frozen = find_recipe("transfer-frozen")
    kind = beginning(frozen)
    assert kind is not None
    assert (kind.steps, kind.layers) == (frozen.steps, frozen.network.layers[:2])
    assert kind.precision == "float32", "as precise as the network that is trained"

    def with_layers(*layers: object) -> Recipe:
        return replace(frozen, network=Network((*layers, Dense(2, "softmax"))))  # type: ignore[arg-type]

    assert beginning(with_layers(Pretrained(), GlobalMaxPooling2D(), Dense(9))) is not None
    assert beginning(with_layers(Pretrained(), Flatten())) is None, "too many numbers"
    assert beginning(with_layers(Pretrained(trainable=True), GlobalMaxPooling2D())) is None
    assert beginning(with_layers(Flatten(), Pretrained(), GlobalMaxPooling2D())) is None
    assert beginning(replace(frozen, augmentation=Augmentation(horizontal_flip=True))) is None
    assert beginning(replace(frozen, augmentation=Augmentation())) is not None, "it changes nothing"
    assert beginning(replace(frozen, fit=Fit(mirrored=True))) is None
