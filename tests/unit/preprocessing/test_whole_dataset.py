"""A pipeline on a whole dataset: the very pixels of the steps, shapes known ahead, zips, room on the disk."""

import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets.sources import catalogue, importing
from core.datasets.store import Dataset
from core.errors import StorageError
from core.images.image_io import from_array, to_array
from core.preprocessing import Crop, Flip, Grayscale, Pipeline, Resize, StepError
from core.preprocessing.whole_dataset import apply_job, class_folders, standardisation, write_zip, zip_job
from core.recipes.recipe import RecipeError
from core.storage.progress import Cancelled, quiet
from core.training import data
from core.training.data import apply_steps, prepared_images, shapes
from tests.unit.photos import array_set, photo_set

SIZES = [(40, 30), (30, 40), (40, 30), (25, 25), (300, 200)] * 9
GRAY_20 = Pipeline((Grayscale(), Flip(on=False), Resize(width=20, height=20, how="pad")))


@pytest.fixture
def photos(data_home: Path) -> Dataset:
    rng = np.random.default_rng(0)
    images = [from_array(rng.integers(0, 256, (height, width, 3), np.uint8)) for width, height in SIZES]
    return photo_set("photos", images, [number % 2 for number in range(len(SIZES))], ["../cat", "dog"])


def test_all_images_come_out_in_order_as_the_steps_give_them(photos: Dataset) -> None:
    told: list[tuple[int, int]] = []
    made = prepared_images(photos, GRAY_20, lambda _doing, done, total, _unit: told.append((done, total)))
    assert made.shape == (len(SIZES), 20, 20, 1)
    for index in range(len(SIZES)):
        assert np.array_equal(made[index], to_array(GRAY_20.apply(photos.image(index))))
    assert told[-1] == (len(SIZES), len(SIZES))
    told.clear()
    prepared_images(photos, GRAY_20.applied, lambda *_: told.append((0, 0)))
    assert not told, "what is switched off makes no other images"


def test_shapes_are_known_without_decoding(photos: Dataset) -> None:
    assert shapes(photos, GRAY_20) == {(20, 20, 1): 45}
    assert shapes(photos, Pipeline()) == {(30, 40, 3): 18, (25, 25, 3): 9, (40, 30, 3): 9, (200, 300, 3): 9}
    fit = Pipeline((Resize(width=20, height=20, how="fit"),))
    made = [pixels.shape for portion in apply_steps(photos, fit) for pixels in portion]
    assert shapes(photos, fit) == {shape: made.count(shape) for shape in made}
    with pytest.raises(RecipeError, match="4 different image shapes"):
        prepared_images(photos, fit)


def test_a_step_that_some_images_do_not_take_names_the_first(photos: Dataset) -> None:
    steps = Pipeline((Grayscale(), Crop(left=0, top=0, width=26, height=26)))
    with pytest.raises(
        StepError, match=r"Image 3 \(photo 3\.png\) and 8 more of its size: Crop a box: the box"
    ) as caught:
        shapes(photos, steps)
    assert caught.value.position == 1
    with pytest.raises(StepError):
        prepared_images(photos, steps)


def test_cancelling_and_a_full_disk_leave_nothing(
    photos: Dataset, data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel(*_: object) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        prepared_images(photos, GRAY_20, cancel)
    with pytest.raises(Cancelled):
        write_zip(photos, GRAY_20, data_home / "exports" / "x.zip", cancel)
    monkeypatch.setattr("core.training.data.shutil.disk_usage", lambda _path: type("Usage", (), {"free": 10})())
    with pytest.raises(StorageError, match="disk is full"):
        prepared_images(photos, GRAY_20)
    assert not list((data_home / "prepared").iterdir())
    assert not list((data_home / "exports").iterdir())


def test_what_was_not_used_for_longest_makes_room(
    photos: Dataset, data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "MOST_KEPT_BYTES", 2 * 45 * 100 + 500)

    def of_ten(*, how: str) -> Pipeline:
        return Pipeline((Grayscale(), Resize(width=10, height=10, how=how)))

    for seconds, how in enumerate(["stretch", "pad"]):
        prepared_images(photos, of_ten(how=how))
        for path in (data_home / "prepared").iterdir():
            if path.stat().st_mtime > 100:
                os.utime(path, (seconds, seconds))
    prepared_images(photos, of_ten(how="stretch"))
    kept = set((data_home / "prepared").glob("*.npy"))
    prepared_images(photos, of_ten(how="fill"))
    left = set((data_home / "prepared").glob("*.npy")) & kept
    assert len(left) == 1
    assert left == {data_home / "prepared" / f"{data._key(photos, of_ten(how='stretch'))}.npy"}


def test_the_zip_has_the_pixels_by_split_and_class_and_can_be_imported(photos: Dataset, data_home: Path) -> None:
    path = data_home / "exports" / "photos.zip"
    write_zip(photos, GRAY_20, path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert json.loads(archive.read("pipeline.json")) == GRAY_20.to_json()
        for index in (0, 3, 44):
            folder = "_cat" if index % 2 == 0 else "dog"
            found = [name for name in names if name.endswith(f"{index:06}.png")]
            assert found == [f"train/{folder}/{index:06}.png"]
            image = Image.open(io.BytesIO(archive.read(found[0])))
            assert np.array_equal(np.asarray(image), np.asarray(GRAY_20.apply(photos.image(index))))
    plan = importing.plan(path)
    assert plan.counts.sum() == len(SIZES)


def test_class_folders_are_safe_and_different() -> None:
    names = ("../../etc", "Cat", "cat", "a/b", "...", "", "犬", "x" * 300)
    folders = class_folders(names)
    assert folders[1:4] == ["Cat", "cat 2", "a_b"]
    assert len({each.casefold() for each in folders}) == len(names)
    assert all(each and not each.startswith(".") and "/" not in each and len(each) < 70 for each in folders)


def test_jobs_say_how_many_how_long_and_what_came_out(data_home: Path) -> None:
    digits = catalogue.open_dataset("digits")
    steps = Pipeline((Resize(width=12, height=10),)).to_json()
    done = apply_job("digits", steps, quiet)
    assert (done["pictures"], done["shape"]) == (len(digits), [10, 12, 1])
    done = zip_job("digits", steps, quiet)
    assert zipfile.is_zipfile(done["path"])
    assert done["bytes"] == Path(done["path"]).stat().st_size


def test_standardisation_is_by_channel_over_the_images_after_the_steps(data_home: Path) -> None:
    rng = np.random.default_rng(0)
    pixels = np.concatenate(
        [rng.integers(0, 100, (40, 8, 8, 1)), np.full((40, 8, 8, 1), 7), rng.integers(90, 256, (40, 8, 8, 1))], -1
    )
    found = standardisation(array_set("made", pixels.astype(np.uint8), [0] * 40, ["a"]), Pipeline())
    assert found.means == pytest.approx(pixels.mean(axis=(0, 1, 2)), abs=0.01)
    assert found.deviations == pytest.approx([pixels[..., 0].std(), 1.0, pixels[..., 2].std()], abs=0.01)


def test_standardisation_measures_every_training_image_exactly(data_home: Path) -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (1500, 6, 5, 3)).astype(np.uint8)
    pixels[::3] //= 4
    made = array_set("many", pixels, [0, 1] * 750, ["a", "b"])
    seen: list[tuple[int, int]] = []
    found = standardisation(made, Pipeline(), lambda _, done, total, __: seen.append((done, total)))
    train = pixels[made.select("train")].reshape(-1, 3).astype(np.float64)
    assert found.means == pytest.approx(train.mean(axis=0), rel=1e-12)
    assert found.deviations == pytest.approx(train.std(axis=0), rel=1e-12)
    assert seen[-1] == (len(made.select("train")),) * 2


@pytest.mark.parametrize("steps", [Pipeline(), Pipeline((Grayscale(), Resize(width=9, height=7)))])
def test_standardisation_of_photos_of_unequal_sizes_counts_every_pixel_once(
    data_home: Path, tmp_path: Path, steps: Pipeline
) -> None:
    rng = np.random.default_rng(2)
    for at in range(24):
        path = tmp_path / "photos" / "ab"[at % 2] / f"{at}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256 - 9 * at, (10 + at, 30 - at, 3), np.uint8)).save(path)
    made = importing.import_images(importing.plan(tmp_path / "photos"), name="photos", title="Photos")
    found = standardisation(made, steps)
    after = [np.asarray(steps.apply(made.image(index)), np.float64) for index in made.select("train").tolist()]
    values = np.concatenate([each.reshape(-1, len(found.means)) for each in after])
    assert found.means == pytest.approx(values.mean(axis=0), rel=1e-12)
    assert found.deviations == pytest.approx(values.std(axis=0), rel=1e-12)
