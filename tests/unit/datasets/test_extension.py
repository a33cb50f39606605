"""A dataset with photos added is a new one; the old one stays as it is, and shares its files with it."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets import decisions, store
from core.datasets.sources import catalogue
from core.datasets.sources.extension import Labelled, extend
from core.datasets.store import Dataset, DatasetError
from core.recipes.split import Split
from core.training.parts import parts
from tests.unit.photos import array_set, photo_set

CLASSES = ("cat", "dog")


def photo(colour: str, size: tuple[int, int] = (30, 20), kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return file.getvalue()


@pytest.fixture
def photos(data_home: Path) -> Dataset:
    colours = ("white", "gray", "silver", "black")
    return photo_set("pets", [Image.new("RGB", (30, 20), colour) for colour in colours], [0, 1, 0, 1], CLASSES)


def contents(dataset: Dataset) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in dataset.folder.rglob("*") if path.is_file()}


def test_photos_are_added_and_the_old_data_set_stays(photos: Dataset) -> None:
    before = contents(photos)
    decisions.decide(photos, [1], decisions.EXCLUDE)
    added = extend(
        photos, [Labelled("red.png", photo("red"), 1), Labelled("a\nb\u2028c.jpg", photo("blue", kind="JPEG"), 0)],
        title="Pets and two",
    )  # fmt: skip
    new = added.dataset
    assert (added.added, added.known, added.refused) == (2, 0, ())
    assert (new.about.name, new.about.title, len(new)) == ("pets-and-two", "Pets and two", 6)
    assert new.labels.tolist() == [0, 1, 0, 1, 1, 0]
    assert new.names[4:] == ["red.png", "a b c.jpg"]
    assert [new.image(index).getpixel((5, 5)) for index in (0, 4)] == [(255, 255, 255), (255, 0, 0)]
    red, green, blue = Image.open(io.BytesIO(new.thumbnail(5))).convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert (red < 60, green < 60, blue > 200) == (True, True, True)
    assert new.thumbnail(3) == photos.thumbnail(3)
    assert new.about.content_hash != photos.about.content_hash
    assert new.about.size == (20, 30, 3)
    assert set(decisions.current(new)) == {1}
    assert new.file(0).stat().st_ino == photos.file(0).stat().st_ino, "files are shared, not copied"
    assert {name: data for name, data in contents(photos).items() if name != "decisions.jsonl"} == before
    store.remove(photos.about.name)
    assert new.image(0).size == (30, 20), "and outlive the old dataset"


def test_a_photo_of_another_size_makes_sizes_several(photos: Dataset) -> None:
    new = extend(photos, [Labelled("x.png", photo("red", (50, 50)), 0)], title="x").dataset
    assert new.about.size == (0, 0, 3)


def test_what_is_there_already_or_no_image_is_left_out(photos: Dataset) -> None:
    old = photos.file(2).read_bytes()
    wanted = [
        Labelled("old.png", old, 0),
        Labelled("bad.png", b"no image", 0),
        Labelled("new.png", photo("red"), 1),
        Labelled("again.png", photo("red"), 1),
    ]
    made = extend(photos, wanted, title="x")
    assert (made.added, made.known) == (1, 2)
    assert [(each.file, each.reason) for each in made.refused] == [("bad.png", "not-a-picture")]
    with pytest.raises(DatasetError, match="has these photos already"):
        extend(photos, wanted[:1], title="x")
    with pytest.raises(DatasetError, match="Not a supported image"):
        extend(photos, wanted[1:2], title="x")
    with pytest.raises(DatasetError, match="needs a title"):
        extend(photos, wanted, title=" ")
    with pytest.raises(DatasetError, match="has classes 0 to 1, not 2"):
        extend(photos, [Labelled("x.png", photo("red"), 2)], title="x")
    assert store.names() == ["pets", "x"]
    assert not list((photos.folder.parent).glob(".new-*")), "nothing is left of what failed"


def test_the_same_photos_give_the_same_content_and_others_another(photos: Dataset) -> None:
    red, blue = Labelled("r.png", photo("red"), 0), Labelled("b.png", photo("blue"), 0)
    hashes = [extend(photos, [each], title="x").dataset.about.content_hash for each in (red, red, blue)]
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_photo_comes_into_an_array_in_its_size(data_home: Path) -> None:
    pixels = np.zeros((3, 8, 8, 3), np.uint8)
    old = array_set("small", pixels, [0, 1, 1], CLASSES)
    halves = Image.new("RGB", (200, 100), "red")
    halves.paste("blue", (0, 0, 50, 100))
    file = io.BytesIO()
    halves.save(file, "PNG")
    new = extend(old, [Labelled("h.png", file.getvalue(), 1)], title="Small and one").dataset
    assert new.images.shape == (4, 8, 8, 3)
    assert np.array_equal(new.images[:3], pixels)
    assert (new.images[3] == (255, 0, 0)).all(), "the middle of the photo"
    assert new.index[3]["width"] == 8
    assert old.images.shape == (3, 8, 8, 3)


def test_a_drawn_digit_is_framed_as_the_digits_are_and_can_be_trained_on(data_home: Path) -> None:
    digits = catalogue.open_dataset("digits")
    drawn = Image.new("RGB", (280, 280), "white")
    drawn.paste("black", (130, 60, 150, 220))
    file = io.BytesIO()
    drawn.save(file, "PNG")
    new = extend(digits, [Labelled("one.png", file.getvalue(), 1)], title="Digits and one").dataset
    assert new.images.shape == (1798, 8, 8, 1)
    shown = new.images[-1, ..., 0]
    assert shown[1:7, 3:5].min() > 100, "light ink"
    assert shown[:, :2].max() == shown[:, 6:].max() == 0, "on black"
    assert 1797 in set(parts(new, Split()).train) | set(parts(new, Split()).validation)
    assert len(parts(new, Split()).test) == len(parts(digits, Split()).test)
