"""The map: its sample, its coordinates, its tiles, what is kept on disk, and sets too small or too plain for it."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn import decomposition

from core.datasets.sources.catalogue import open_dataset
from core.datasets.views import embedding_map as maps
from core.datasets.views.embedding_map import PCA, TSNE, MapError
from core.datasets.views.thumbnails import small_images, small_size
from core.storage.progress import Cancelled, quiet
from pages.components.scatter import points_of
from tests.unit.photos import array_set, photo_set

RNG = np.random.default_rng(5)


def flat(width: int, height: int, colour: tuple[int, int, int]) -> Image.Image:
    return Image.new("RGB", (width, height), colour)


def test_pca_gives_what_the_definition_gives(data_home: Path) -> None:
    digits = open_dataset("digits")
    found = maps.embed(digits, PCA)
    vectors = digits.images.reshape(1797, 64) / 255
    _, values, axes = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    expected = (vectors - vectors.mean(axis=0)) @ axes[:2].T
    assert found.ids.tolist() == list(range(1797))
    assert np.abs(found.coordinates) == pytest.approx(np.abs(expected), abs=1e-3)
    assert found.explained == pytest.approx((values**2 / (values**2).sum())[:2], abs=1e-4)


def test_a_sample_keeps_the_classes_shares_and_is_the_same_each_time(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maps, "MOST_IMAGES", 100)
    labels = [0] * 700 + [1] * 290 + [2] * 10
    dataset = array_set("uneven", np.zeros((1000, 2, 2, 1), np.uint8), labels, "abc")
    ids = maps.sample(dataset)
    assert np.bincount(dataset.labels[ids]).tolist() == [70, 29, 1]
    assert ids.tolist() == sorted(set(ids.tolist())) == maps.sample(dataset).tolist()


def test_a_map_is_kept_and_a_torn_or_foreign_file_is_made_again(data_home: Path) -> None:
    digits = open_dataset("digits")
    assert maps.find(digits, PCA) is None
    first = maps.embed(digits, PCA)
    file = digits.folder / "map-pca.npz"
    written = file.stat().st_mtime_ns
    assert np.array_equal(maps.embed(digits, PCA).coordinates, first.coordinates)
    assert file.stat().st_mtime_ns == written
    file.write_bytes(file.read_bytes()[:5000])
    assert maps.find(digits, PCA) is None
    assert np.array_equal(maps.embed(digits, PCA).coordinates, first.coordinates)
    with np.load(file) as archive:
        others = {**archive, "content_hash": np.array("another set's")}
    np.savez(file, **others)
    assert maps.find(digits, PCA) is None
    assert [path.name for path in digits.folder.glob(".*")] == []


def test_the_sprite_sheet_holds_each_image_at_its_place(data_home: Path) -> None:
    digits = open_dataset("digits")
    sheet = maps.sprite_sheet(digits)
    pixels = np.asarray(Image.open(io.BytesIO(sheet.image)))
    for number in (0, 44, 1796):
        row, column = divmod(number, sheet.columns)
        top, left = row * sheet.pitch, column * sheet.pitch
        tile = pixels[top : top + sheet.height, left : left + sheet.width]
        assert np.array_equal(tile, digits.images[number, ..., 0])
    (digits.folder / "map-pictures.npz").write_bytes(b"torn")
    assert maps.sprite_sheet(digits).image == sheet.image


def test_photos_of_mixed_sizes_are_mapped_by_colour(data_home: Path) -> None:
    sizes = [(300, 200), (90, 260), (40, 40), (500, 120)]
    photos = [flat(*size, (200, 30, 30)) for size in sizes] + [flat(*size, (30, 30, 200)) for size in sizes]
    dataset = photo_set("photos", photos, [0] * 4 + [1] * 4, ("red", "blue"))
    found = maps.embed(dataset, PCA)
    first = found.coordinates[:, 0]
    assert first[:4] == pytest.approx(-first[4:])
    assert abs(first[0]) > 1
    assert found.explained == pytest.approx((1, 0), abs=1e-3)
    points = json.loads(points_of(dataset, found))
    assert dict(zip(points["ids"], points["aspects"], strict=True))[1] == pytest.approx(90 / 260, abs=1e-3)
    assert dict(zip(points["ids"], points["names"], strict=True))[3] == "photo 3.png"
    assert [points["tiles"][points["ids"].index(each)] for each in range(8)] == list(range(8))


def test_small_images_are_means_of_what_they_cover(data_home: Path) -> None:
    pixels = RNG.integers(0, 256, (3, 64, 32, 3), np.uint8)
    dataset = array_set("large", pixels, [0, 0, 0], "a")
    assert small_size(dataset, 16) == (16, 8)
    (small,) = small_images(dataset, np.array([2, 0]), 16)
    means = pixels[[2, 0]].reshape(2, 16, 4, 8, 4, 3).mean(axis=(2, 4))
    assert np.abs(small - means).max() <= 0.5 + 1e-6
    assert small_size(dataset, 100) == (64, 32), "images are never enlarged"


def test_photos_keep_their_colours_channel_by_channel(data_home: Path) -> None:
    dataset = photo_set("one", [flat(256, 100, (10, 120, 240)), flat(20, 90, (1, 2, 3))], [0, 0], ("a",))
    (small,) = small_images(dataset, np.array([0, 1]), 48)
    assert small.shape == (2, 48, 48, 3)
    assert np.unique(small[0].reshape(-1, 3), axis=0).tolist() == [[10, 120, 240]]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_images_too_few_or_all_alike_have_a_map_too(data_home: Path, count: int) -> None:
    found = maps.embed(array_set(f"plain-{count}", np.full((count, 4, 4, 1), 7, np.uint8), [0] * count, "a"), PCA)
    assert found.coordinates.tolist() == [[0, 0]] * count
    assert list(found.explained) == [0, 0]
    one = array_set(f"pixel-{count}", np.arange(count, dtype=np.uint8).reshape(-1, 1, 1, 1), [0] * count, "a")
    assert np.isfinite(maps.embed(one, PCA).coordinates).all()
    json.loads(points_of(one, maps.embed(one, PCA)))


def test_tsne_parts_what_is_apart_and_tells_its_progress(data_home: Path) -> None:
    groups = RNG.integers(0, 30, (60, 6, 6, 1), np.uint8)
    groups[30:] += 200
    dataset = array_set("groups", groups, [0] * 30 + [1] * 30, "ab")
    told: list[tuple[str, int, int, str]] = []
    result = maps.run("groups", TSNE, lambda *progress: told.append(progress))
    found = maps.find(dataset, TSNE)
    assert found is not None
    assert result == {"pictures": 60}
    distances = np.linalg.norm(found.coordinates[:, None] - found.coordinates[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (dataset.labels[distances.argmin(axis=1)] == dataset.labels).all(), "each nearest neighbour is of its class"
    steps = [done for doing, done, total, _ in told if total == 1000]
    assert steps
    assert steps == sorted(steps)


def test_tsne_ends_when_it_is_cancelled_and_keeps_nothing(data_home: Path) -> None:
    def cancel(doing: str, done: int, total: int, unit: str) -> None:
        if "arranging" in doing:
            raise Cancelled

    digits = open_dataset("digits")
    with pytest.raises(Cancelled):
        maps.embed(digits, TSNE, cancel)
    assert maps.find(digits, TSNE) is None


def test_tsne_of_a_handful_is_refused_in_words(data_home: Path) -> None:
    few = array_set("few", np.zeros((4, 2, 2, 1), np.uint8), [0] * 4, "a")
    with pytest.raises(MapError, match="at least 5 images; few has 4"):
        maps.embed(few, TSNE, quiet)
    alike = array_set("alike", np.zeros((5, 2, 2, 1), np.uint8), [0] * 5, "a")
    assert np.isfinite(maps.embed(alike, TSNE).coordinates).all()


def test_components_agree_with_scikit_learn() -> None:
    vectors = RNG.random((200, 30), np.float32)
    places, shares = maps.principal_components(vectors, 5)
    reference = decomposition.PCA(5).fit(vectors)
    assert places.shape == (200, 5)
    assert np.abs(places) == pytest.approx(np.abs(reference.transform(vectors)), abs=1e-4)
    assert shares == pytest.approx(reference.explained_variance_ratio_, abs=1e-5)
