"""Generators: bytes and times of a load, reading measured here, and a generator's code on a dataset's own files."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.lessons import generators
from core.lessons.generators import Load
from tests.unit.photos import photo_set


def test_everything_grows_with_the_images_and_a_batch_does_not() -> None:
    few, many = (Load(count, 50, 50, 1, "float32", 32) for count in (1000, 50_000))
    assert many.whole_bytes == 50 * few.whole_bytes == 50_000 * 50 * 50 * 4
    assert many.batch_bytes == few.batch_bytes == 2 * 32 * 50 * 50 * 4
    assert (few.batches, many.batches) == (32, 1563)
    assert many.first_batch_seconds(100) == (500, 0.32)
    assert many.fitting(many.whole_bytes) == 50_000
    assert Load(10, 4, 4, 3, "uint8", 32).batch_bytes == 10 * 48, "a batch has no more than there are"


def test_reading_is_measured_on_the_datasets_images_or_a_photo() -> None:
    for dataset in (catalogue.open_dataset("digits"), None):
        found = generators.measured(dataset, 0.02)
        assert found.images >= 1
        assert found.per_second == pytest.approx(found.images / found.seconds)


def test_the_batches_of_an_epoch_hold_each_image_once() -> None:
    dataset = catalogue.open_dataset("digits")
    seen = [image.tobytes() for at in range(3) for image in generators.batch_of(dataset, at, 700)]
    everything = [dataset.image(index).tobytes() for index in range(len(dataset))]
    assert sorted(seen) == sorted(everything)


@pytest.fixture(params=["array", "files"])
def dataset(request: pytest.FixtureRequest, data_home: Path) -> Dataset:
    if request.param == "array":
        return catalogue.open_dataset("digits")
    noise = np.random.default_rng(0).integers(0, 256, (50, 20, 30, 3), np.uint8)
    return photo_set("photos", [Image.fromarray(each) for each in noise], [0, 1] * 25, ["a", "b"])


# Keras is made up: what the code asks of it is a base class, and importing it takes seconds.
_KERAS = """
import sys, types
class PyDataset:
    def __init__(self, **options): assert options == {"workers": 2}, options
keras = types.ModuleType("keras")
keras.utils = types.SimpleNamespace(PyDataset=PyDataset)
sys.modules["keras"] = keras
"""
_TRY = """
made = Images("train", batch_size=40, workers=2)
rows, seen = [], []
for batch in range(len(made)):
    images, labels = made[batch]
    assert images.dtype == np.float32 and 0 <= images.min() and images.max() <= 1, images
    seen += [image.tobytes() for image in images]
    rows.append((images.shape, len(labels)))
before = made.ids.copy()
made.on_epoch_end()
assert (made.ids != before).any() and sorted(made.ids) == sorted(before)
print(rows[0], rows[-1], len(set(seen)))
"""


def test_the_code_runs_on_the_datasets_own_files(dataset: Dataset, tmp_path: Path) -> None:
    parts = generators.code(dataset, generators.usual_load(dataset, 16))
    assert list(parts) == ["head", *generators.PARTS, "use"]
    program = generators.program(parts).replace('train = Images("train")', 'train = Images("train", workers=2)')
    path = tmp_path / "generator.py"
    path.write_text(_KERAS + program + _TRY, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(path), str(dataset.folder)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    used, tried = done.stdout.splitlines()
    height, width, channels = dataset.about.size
    train = len(dataset.select("train"))
    assert used.startswith(f"{-(-train // 16)} batches, the first: (16, {height}, {width}, {channels}) float32")
    last = train % 40 or 40
    assert tried.startswith(
        f"((40, {height}, {width}, {channels}), 40) (({last}, {height}, {width}, {channels}), {last})"
    )
    assert int(tried.split()[-1]) > 0.9 * train, "all of the split"
