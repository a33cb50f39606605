"""Datasets whose files are no longer what was written: said by name, and repaired from where they came from."""

import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from core.cli import main
from core.datasets import decisions, store
from core.datasets.integrity import repair, verification
from core.datasets.integrity.whole import known_damage
from core.datasets.sources import catalogue
from core.datasets.sources.importing import import_images, plan
from core.datasets.store import Dataset, DatasetError
from core.preprocessing import Pipeline, Resize
from core.training import data
from core.training.data import look_at, prepared_images

SMALLER = Pipeline((Resize(4, 4),))


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 4
    path.write_bytes(data)


def opened(name: str) -> Dataset:
    """A dataset as after a new start."""
    store._read.cache_clear()
    data._looked_at.clear()
    return store.read(store.folder_of(name))


@pytest.fixture
def digits(data_home: Path) -> Dataset:
    return catalogue.open_dataset("digits")


@pytest.fixture
def photos(data_home: Path, tmp_path: Path) -> Dataset:
    rng = np.random.default_rng(0)
    for label in ("cat", "dog"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for number in range(5):
            image = Image.fromarray(rng.integers(0, 256, (80 + number, 90, 3), np.uint8))
            image.save(tmp_path / "pets" / label / f"{number}.jpg")
    return import_images(plan(tmp_path / "pets"), name="pets", title="Pets")


def test_a_changed_byte_is_said_with_the_images_concerned_and_the_way_out(digits: Dataset) -> None:
    verification.verify(digits)
    flip(digits.folder / "pictures.npy", 70_000)
    changed = opened("digits")
    with pytest.raises(
        DatasetError, match=r"digits is damaged: pictures\.npy .* in images 0 to 1,796\. .*repair digits"
    ):
        changed.image(5)
    with pytest.raises(DatasetError, match=r"pictures\.npy"):
        changed.taken([3, 4])
    with pytest.raises(DatasetError, match=r"pictures\.npy"):
        prepared_images(changed, Pipeline())


def test_other_images_of_a_damaged_file_can_be_looked_at(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.storage.checksums.BLOCK", 4096)
    digits = catalogue.open_dataset("digits")
    before = digits.image(1500).tobytes()
    flip(digits.folder / "pictures.npy", 128 + 64 * 200)
    changed = opened("digits")
    assert changed.image(1500).tobytes() == before
    with pytest.raises(DatasetError, match="in images 190 to 253"):
        changed.image(200)


@pytest.mark.parametrize("name", ["labels.npy", "splits.npy", "index.npy"])
def test_labels_and_splits_are_compared_before_they_are_used(digits: Dataset, name: str) -> None:
    flip(digits.folder / name, 1000)
    with pytest.raises(DatasetError, match=f"digits is damaged: {name} is no longer what was written"):
        getattr(opened("digits"), name.removesuffix(".npy"))


def test_a_data_set_of_an_earlier_version_gets_its_checksums_when_it_is_verified(digits: Dataset) -> None:
    (digits.folder / "checksums.txt").unlink()
    old = opened("digits")
    assert old.image(3) == digits.image(3)
    verification.verify(old)
    assert (digits.folder / "checksums.txt").exists()
    (digits.folder / "checksums.txt").unlink()
    flip(digits.folder / "labels.npy", 200)
    with pytest.raises(DatasetError, match="digits is damaged: its images, labels or splits"):
        verification.verify(opened("digits"))
    assert not (digits.folder / "checksums.txt").exists(), "what is damaged is not taken for right"


def test_imported_images_of_an_earlier_version_are_compared_with_their_content_hash(photos: Dataset) -> None:
    (photos.folder / "checksums.txt").unlink()
    verification.verify(opened("pets"))
    (photos.folder / "checksums.txt").unlink()
    flip(photos.folder / "splits.npy", 130)
    with pytest.raises(DatasetError, match="pets is damaged"):
        verification.verify(opened("pets"))


def test_what_comes_with_a_package_is_repaired_and_decisions_stay(digits: Dataset) -> None:
    decisions.decide(digits, [3], decisions.EXCLUDE)
    before = digits.image(7).tobytes()
    for name, place in (("pictures.npy", 128 + 7 * 64), ("labels.npy", 500)):
        flip(digits.folder / name, place)
    opened("digits")
    repaired = repair.repair("digits")
    assert repaired.image(7).tobytes() == before
    assert set(decisions.current(repaired)) == {3}
    assert store.read(digits.folder).image(7).tobytes() == before, "who opens it anew has the repaired files"
    assert [path.name for path in digits.folder.parent.iterdir()] == ["digits"]


def test_photos_are_repaired_from_the_folder_that_they_came_from(photos: Dataset, tmp_path: Path) -> None:
    before = photos.image(2).tobytes()
    flip(photos.file(2), 500)
    photos.file(5).unlink()
    flip(photos.folder / "index.npy", 300)
    with pytest.raises(DatasetError, match=r"index\.npy"):
        verification.verify(opened("pets"))
    repaired = repair.repair("pets")
    assert repaired.image(2).tobytes() == before
    assert repaired.image(5).size == photos.image(5).size
    flip(photos.file(2), 500)
    (tmp_path / "pets").rename(tmp_path / "moved")
    with pytest.raises(DatasetError, match=r"damaged: 1 of its photos .*cat/2"):
        verification.verify(opened("pets"))
    with pytest.raises(DatasetError, match=r"cannot be repaired: .*pets\)\. .*repair pets --from PATH"):
        repair.repair("pets")
    told = CliRunner().invoke(main, ["datasets", "repair", "pets", "--from", str(tmp_path / "moved")])
    assert (told.exit_code, told.output) == (0, "Every file of pets is what came in.\n")
    assert opened("pets").image(2).tobytes() == before


def test_a_source_that_has_changed_repairs_nothing(photos: Dataset, tmp_path: Path) -> None:
    flip(photos.folder / "labels.npy", 130)
    with pytest.raises(DatasetError):
        verification.verify(opened("pets"))
    kept = {path: path.read_bytes() for path in photos.folder.rglob("*") if path.is_file()}
    (tmp_path / "pets" / "cat" / "0.jpg").unlink()
    with pytest.raises(DatasetError, match="there are other images now"):
        repair.repair("pets")
    assert {path: path.read_bytes() for path in photos.folder.rglob("*") if path.is_file()} == kept


def test_a_source_that_is_read_with_other_classes_now_repairs_nothing(photos: Dataset, tmp_path: Path) -> None:
    flip(photos.folder / "labels.npy", -1)
    for folder in tmp_path.glob("*/cat"):
        folder.rename(folder.with_name("lion"))
    with pytest.raises(DatasetError, match="is read with the classes"):
        repair.repair(photos.about.name)


def test_damaged_thumbnails_are_made_again(photos: Dataset) -> None:
    before = [photos.thumbnail(index) for index in range(10)]
    flip(photos.folder / "thumbnails.bin", 2000)
    changed = opened("pets")
    assert [changed.thumbnail(index) for index in range(10)] == before
    verification.verify(changed)
    assert [opened("pets").thumbnail(index) for index in range(10)] == before
    opened("pets").whole.require("thumbnails.bin")


def test_damaged_prepared_images_are_made_again(digits: Dataset, data_home: Path) -> None:
    before = np.array(prepared_images(digits, SMALLER))
    (path,) = (data_home / "prepared").glob("*.npy")
    flip(path, 5000)
    data._looked_at.clear()
    assert (prepared_images(digits, SMALLER) == before).all()
    flip(path, 5000)
    data._looked_at.clear()
    assert not look_at(digits, SMALLER), "as before a training"
    assert not path.exists()
    assert (prepared_images(digits, SMALLER) == before).all()
    assert look_at(digits, SMALLER)


def test_what_was_found_damaged_is_noted_until_it_is_repaired(digits: Dataset) -> None:
    flip(digits.folder / "labels.npy", 500)
    os.utime(digits.folder / "checksums.txt", (1, 1))
    opened("digits")
    verification.verify_all()
    assert "labels.npy is no longer what was written" in known_damage(digits.folder)
    repair.repair("digits")
    assert known_damage(digits.folder) == ""


def test_the_command_line_verifies_and_repairs(digits: Dataset) -> None:
    flip(digits.folder / "pictures.npy", 900)
    opened("digits")
    told = CliRunner().invoke(main, ["datasets", "verify", "digits"])
    assert told.exit_code == 1
    assert "pictures.npy is no longer what was written" in told.output
    for command in ("repair", "verify"):
        told = CliRunner().invoke(main, ["datasets", command, "digits"])
        assert (told.exit_code, told.output) == (0, "Every file of digits is what came in.\n")
