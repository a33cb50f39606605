"""What a dataset is like: numbers against NumPy's, what is kept on disk, one image, many classes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.charts import dataset_figures
from core.datasets.sources.catalogue import open_dataset
from core.datasets.views import overview
from core.storage.progress import Cancelled
from tests.unit.photos import array_set, photo_set

RNG = np.random.default_rng(7)


def test_mean_and_deviation_are_numpys(data_home: Path) -> None:
    digits = open_dataset("digits")
    found = overview.class_means(digits)
    assert found.means.shape == found.deviations.shape == (10, 8, 8, 1)
    for label in range(10):
        images = digits.images[digits.labels == label].astype(np.float64)
        assert found.means[label] == pytest.approx(images.mean(axis=0), abs=1e-3)
        assert found.deviations[label] == pytest.approx(images.std(axis=0), abs=1e-2)


def test_means_are_kept_and_a_torn_file_is_made_again(data_home: Path) -> None:
    digits = open_dataset("digits")
    assert overview.known_class_means(digits) is None
    first = overview.class_means(digits)
    file = digits.folder / "class-means.npz"
    written = file.stat().st_mtime_ns
    overview.class_means(digits)
    assert file.stat().st_mtime_ns == written
    file.write_bytes(file.read_bytes()[:300])
    assert overview.known_class_means(digits) is None
    assert np.array_equal(overview.class_means(digits).means, first.means)


def test_a_cancelled_job_keeps_nothing(data_home: Path) -> None:
    def cancel(doing: str, done: int, total: int, unit: str) -> None:
        if done:
            raise Cancelled

    digits = open_dataset("digits")
    with pytest.raises(Cancelled):
        overview.run("digits", cancel)
    assert overview.known_class_means(digits) is None


def test_photos_of_mixed_sizes_have_one_mean(data_home: Path) -> None:
    sizes = [(300, 200), (90, 260), (40, 40), (300, 200)]
    photos = [Image.new("RGB", size, (10 * number, 100, 200)) for number, size in enumerate(sizes)]
    dataset = photo_set("photos", photos, [0, 0, 0, 2], ("a", "empty", "c"))
    found = overview.class_means(dataset)
    assert found.means.shape == (3, 64, 64, 3)
    assert found.means[0, 30, 30] == pytest.approx((10, 100, 200))
    assert found.deviations[0, 5, 60] == pytest.approx((np.std([0, 10, 20]), 0, 0), abs=1e-2)
    assert not found.means[1].any(), "a class without images"
    everything = np.arange(4)
    different, counts = overview.sizes(dataset, everything)
    pairs = {tuple(size): count for size, count in zip(different.tolist(), counts.tolist(), strict=True)}
    assert pairs == {(40, 40): 1, (90, 260): 1, (300, 200): 2}
    histograms, sampled = overview.histograms(dataset, everything)
    assert sampled == 4
    assert histograms[1].nonzero()[0].tolist() == [100]
    assert histograms[0, [0, 10, 20, 30]].tolist() == [64 * 64] * 4


def test_many_sizes_are_put_together(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "_MOST_SIZES", 3)
    photos = [Image.new("RGB", (100 + number, 200)) for number in range(80)]
    dataset = photo_set("many", photos, [0] * 80, ("a",))
    different, counts = overview.sizes(dataset, np.arange(80))
    assert len(different) == 40
    assert counts.tolist() == [2] * 40
    assert (np.abs(different[:, 0] - np.repeat(np.arange(100, 180), 2)[1::4]) <= 1).all()


def test_counts_and_brightness_are_those_of_the_images_asked_for(data_home: Path) -> None:
    digits = open_dataset("digits")
    assert np.array_equal(overview.counts(digits, np.arange(1797)), digits.counts)
    ids = digits.select("test", 7)
    counts = overview.counts(digits, ids)
    assert counts.sum() == counts[7, 1] == len(ids)
    percentiles = overview.brightness(digits, ids)
    means = digits.images[ids].mean(axis=(1, 2, 3))
    assert percentiles[7] == pytest.approx(np.percentile(means, [5, 25, 50, 75, 95]), abs=1e-3)
    assert np.isnan(np.delete(percentiles, 7, axis=0)).all()


def test_histograms_count_each_channel_of_a_fixed_sample(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = RNG.integers(0, 256, (9, 5, 4, 3), np.uint8)
    dataset = array_set("colours", pixels, [0] * 9, "a")
    ids = np.array([4, 2, 8])
    counts, sampled = overview.histograms(dataset, ids)
    assert sampled == 3
    for channel in range(3):
        assert np.array_equal(counts[channel], np.bincount(pixels[ids, ..., channel].ravel(), minlength=256))
    monkeypatch.setattr(overview, "MOST_FOR_HISTOGRAMS", 2)
    few, sampled = overview.histograms(dataset, ids)
    assert (sampled, few.sum()) == (2, 2 * 5 * 4 * 3)
    assert np.array_equal(few, overview.histograms(dataset, ids[::-1])[0])


def test_one_image_is_enough_for_everything(data_home: Path) -> None:
    dataset = array_set("one", np.full((1, 3, 5, 1), 9, np.uint8), [0], "a")
    ids = np.array([0])
    assert overview.class_means(dataset).means.tolist() == np.full((1, 3, 5, 1), 9).tolist()
    assert not overview.class_means(dataset).deviations.any()
    assert [part.tolist() for part in overview.sizes(dataset, ids)] == [[[5, 3]], [1]]
    dataset_figures.brightness(overview.brightness(dataset, ids), ("a",))
    dataset_figures.channel_histograms(overview.histograms(dataset, ids)[0])
    dataset_figures.class_counts(overview.counts(dataset, ids), ("a",))
    dataset_figures.image_sizes(*overview.sizes(dataset, ids))


def test_bars_hold_the_counts_and_names_are_no_markup() -> None:
    counts = np.array([[5, 2, 0], [1, 0, 0]])
    figure = dataset_figures.class_counts(counts, ("<b>cat</b>", "a very long name of a class"))
    train, test = (trace for trace in figure.data if trace.text is not None)
    assert (list(train.x), list(test.x)) == ([5, 1], [2, 0])
    assert list(figure.layout.yaxis.ticktext) == ["&lt;b&gt;cat&lt;/b&gt;", "a very long nam…"]
    assert "<b>" not in str(train.text)


def test_a_hundred_classes_get_room_each() -> None:
    names = tuple(str(number) for number in range(100))
    figure = dataset_figures.class_counts(np.ones((100, 3), int), names)
    assert figure.layout.height / 100 > 15
    assert len(figure.layout.yaxis.ticktext) == 100


def test_a_peak_makes_the_axis_of_shares_logarithmic() -> None:
    flat = np.ones((1, 256), int)
    peak = flat.copy()
    peak[0, 0] = 10_000
    assert dataset_figures.channel_histograms(flat).layout.yaxis.type is None
    steep = dataset_figures.channel_histograms(peak)
    assert steep.layout.yaxis.type == "log"
    assert steep.data[0].y.sum() == pytest.approx(1)
