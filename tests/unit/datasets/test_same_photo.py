"""Photos that are there again, mirrored or cropped: how they are told, found among others, named and excluded."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps
from sklearn.datasets import load_sample_images

from core.datasets import decisions
from core.datasets.audit import thinning
from core.datasets.features import label_check, same_photo
from core.datasets.features.label_check import AGAIN
from core.datasets.sources import importing
from core.datasets.store import Dataset
from tests.unit.photo_files import saved
from tests.unit.photos import array_set

CHINA, FLOWER = map(Image.fromarray, load_sample_images().images)
WIDTH, HEIGHT = CHINA.size


def tiles(photo: Image.Image) -> list[Image.Image]:
    """Return six parts of a photo, which have nothing in common."""
    return [photo.crop((x * 210, y * 210, x * 210 + 200, y * 210 + 200)) for x in range(3) for y in range(2)]


def cropped(photo: Image.Image, left: float, top: float, share: float) -> Image.Image:
    width, height = photo.size
    box = (left * width, top * height, (left + share) * width, (top + share) * height)
    return photo.crop(tuple(map(round, box)))  # type: ignore[arg-type]


def gray(photo: Image.Image) -> np.ndarray:
    return np.asarray(photo.convert("L").resize((128, 128)))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "mirrored": ImageOps.mirror,
    "cropped to 80%": lambda photo: cropped(photo, 0.13, 0.04, 0.8),
    "cropped to 70%": lambda photo: cropped(photo, 0.22, 0.3, 0.7),
    "mirrored and cropped": lambda photo: cropped(ImageOps.mirror(photo), 0.07, 0.2, 0.77),
    "brighter": lambda photo: ImageEnhance.Brightness(photo).enhance(1.3),
    "other colors": lambda photo: Image.merge("RGB", photo.split()[::-1]),
    "small": lambda photo: photo.resize((80, 80)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_told_from_another_photo(change: str) -> None:
    for photo in (CHINA, FLOWER):
        copy = gray(CHANGES[change](photo))
        assert same_photo.likeness(gray(photo), copy) > 0.84
        assert same_photo.likeness(copy, gray(photo)) > 0.84
        for other in [CHINA if photo is FLOWER else FLOWER, *tiles(CHINA)]:
            assert same_photo.likeness(copy, gray(other)) < 0.7


@pytest.fixture
def pets(data_home: Path, tmp_path: Path) -> Dataset:
    """Twelve photos of two classes, of which one is there mirrored and one three times."""
    images = {f"{'ab'[place % 2]}/{place}.png": tile for place, tile in enumerate(tiles(CHINA))}
    images["b/mirrored.png"] = ImageOps.mirror(images["b/1.png"])
    images["a/cropped.png"] = cropped(images["a/2.png"], 0.1, 0.2, 0.8)
    images["a/smaller.png"] = images["a/2.png"].resize((150, 150))
    for name, image in images.items():
        path = tmp_path / "pets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(saved(image, "PNG"))
    return importing.import_images(importing.plan(tmp_path / "pets"), name="pets", title="Pets")


def vectors_of(dataset: Dataset) -> np.ndarray:
    """Return what a pretrained network might make of the images: those of a class are alike."""
    made = 0.6 * np.eye(2)[np.asarray(dataset.labels)] + np.random.default_rng(0).random((len(dataset), 2)) / 5
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def test_among_photos_that_are_alike_to_a_network_the_copies_are_found_and_all_but_one_excluded(
    pets: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(same_photo, "_NEIGHBOURS", 9)
    label_check.check(pets, vectors_of(pets).astype(np.float16))
    found = label_check.finding(pets, AGAIN)
    assert found is not None
    names = [sorted(pets.names[index] for index in group) for group in found.groups]
    assert sorted(names) == [["a/2.png", "a/cropped.png", "a/smaller.png"], ["b/1.png", "b/mirrored.png"]]
    assert found.sentence.startswith("5 images in 2 groups are the same photo as another")

    splits = np.asarray(pets.splits)
    out = thinning.to_exclude(pets, found.groups)
    decisions.decide(pets, out, decisions.EXCLUDE)
    assert thinning.to_exclude(pets, found.groups) == ()
    for group in found.groups:
        left = [index for index in group if index not in out]
        tested = [index for index in group if splits[index] == 1]
        assert left == (tested or left[:1])


def test_images_of_an_array_are_left_alone(data_home: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (8, 64, 64, 3)).astype(np.uint8)
    dataset = array_set("arrays", images, [0, 1] * 4, ("a", "b"))
    assert same_photo.find(dataset, np.ones((8, 1), np.float32)).shape == (0, 2)
