"""Datasets: what is built in, what comes from a file, what is refused, and that nothing is left half-written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.datasets import store
from core.datasets.decisions import Decided
from core.datasets.sources import catalogue, published
from core.datasets.sources.catalogue import add, available, open_dataset
from core.datasets.store import About, DatasetError
from core.preprocessing import Grayscale, Pipeline, Resize
from core.recipes.recipe import RecipeError
from core.recipes.split import Split
from core.training.data import prepared_images
from core.training.parts import parts
from tests.paths import SHARED

MNIST_FILE = SHARED / "datasets" / "mnist.npz"
needs_mnist = pytest.mark.skipif(not MNIST_FILE.exists(), reason=f"no MNIST at {MNIST_FILE}")


def fake_mnist(path: Path, **changes: np.ndarray) -> Path:
    arrays = {name: np.zeros(shape, np.uint8) for name, shape in published._MNIST_SHAPES.items()}
    np.savez_compressed(path, **{**arrays, **changes})  # type: ignore[arg-type]
    return path


def test_the_digits_are_built_in(data_home: Path) -> None:
    digits = open_dataset("digits")
    assert (len(digits), digits.images.shape) == (1797, (1797, 8, 8, 1))
    assert digits.images.dtype == np.uint8
    assert digits.counts.sum(axis=0).tolist() == [1437, 360, 0]
    assert digits.counts.sum(axis=1).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (digits.images.min(), digits.images.max()) == (0, 255)
    assert isinstance(digits.images, np.memmap)
    assert open_dataset("digits").about.content_hash == digits.about.content_hash
    assert [path.name for path in (data_home / "datasets").iterdir()] == ["digits"]


def test_select_filters_by_split_and_class(data_home: Path) -> None:
    digits = open_dataset("digits")
    chosen = digits.select("test", 7)
    assert len(chosen) == digits.counts[7, 1] == 36
    assert set(digits.labels[chosen]) == {7}
    assert set(digits.splits[chosen]) == {1}
    assert len(digits.select()) == 1797


@needs_mnist
def test_mnist_comes_from_a_file(data_home: Path) -> None:
    mnist = add("mnist", MNIST_FILE)
    assert mnist.counts.sum(axis=0).tolist() == [60_000, 10_000, 0]
    assert mnist.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.images[0].mean() == pytest.approx(35.108, abs=0.001)
    assert available() == ["digits", "mnist"]


def test_files_that_are_not_mnist_are_refused_and_leave_nothing(data_home: Path, tmp_path: Path) -> None:
    whole = fake_mnist(tmp_path / "whole.npz").read_bytes()
    bad = {
        "text.npz": b"hello",
        "empty.npz": b"",
        "torn.npz": whole[: len(whole) // 2],
        "torn-late.npz": whole[:-200],
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
    fake_mnist(tmp_path / "shape.npz", x_test=np.zeros((10, 28, 28), np.uint8))
    fake_mnist(tmp_path / "labels.npz", y_train=np.full(60_000, 77, np.uint8))
    np.savez(tmp_path / "other.npz", images=np.zeros(3))
    np.savez_compressed(tmp_path / "bomb.npz", x_train=np.zeros(100_000_000, np.uint8))
    np.savez(tmp_path / "pickle.npz", **{name: np.array([{}], object) for name in published._MNIST_SHAPES})  # type: ignore[arg-type]
    for name in [*bad, "shape.npz", "labels.npz", "other.npz", "bomb.npz", "pickle.npz", "nowhere.npz", "."]:
        with pytest.raises(DatasetError, match=name.replace(".", r"\.")):
            add("mnist", tmp_path / name)
    assert available() == ["digits"]
    assert not list(data_home.rglob("*"))


def test_names_that_are_not_there_say_what_to_do(data_home: Path) -> None:
    with pytest.raises(DatasetError, match="python -m core datasets add mnist"):
        open_dataset("mnist")
    with pytest.raises(DatasetError, match="did you mean 'mnist'"):
        open_dataset("mnits")
    for name in ("../digits", "", "A", ".hidden", "a/b", "x" * 65):
        with pytest.raises(DatasetError):
            open_dataset(name)
    with pytest.raises(DatasetError, match="no dataset mnist"):
        store.remove("mnist")


@pytest.mark.parametrize("file", ["pictures.npy", "labels.npy", "dataset.json"])
def test_a_damaged_data_set_says_so_and_can_be_removed(data_home: Path, file: str) -> None:
    folder = open_dataset("digits").folder
    (folder / file).write_bytes(b"x" * 40)
    with pytest.raises(DatasetError, match="damaged"):
        broken = store.read(folder)
        broken.images.sum()
        broken.labels.sum()
    store.remove("digits")
    assert len(open_dataset("digits")) == 1797


def test_parts_are_drawn_by_class_and_never_overlap(data_home: Path) -> None:
    digits = open_dataset("digits")
    drawn = parts(digits, Split(fraction=0.2, seed=3))
    again, other = parts(digits, Split(fraction=0.2, seed=3)), parts(digits, Split(fraction=0.2, seed=4))
    together = np.concatenate([drawn.train, drawn.validation, drawn.test])
    assert sorted(together) == list(range(1797))
    assert np.array_equal(drawn.validation, again.validation)
    assert not np.array_equal(drawn.validation, other.validation)
    counts = np.bincount(digits.labels[drawn.validation])
    assert counts.max() - counts.min() <= 2
    book = parts(digits, Split(validation="test"))
    assert book.validation is book.test


def test_a_split_may_draw_fewer_images_and_test_images_of_its_own(data_home: Path) -> None:
    digits = open_dataset("digits")
    fewer = parts(digits, Split(pictures=600))
    everything = parts(digits, Split())
    assert len(fewer.train) + len(fewer.validation) + len(fewer.test) == 600
    assert set(fewer.test) < set(everything.test), "the dataset's own test images stay what they are"
    assert len(fewer.test) / 600 == pytest.approx(len(everything.test) / len(digits), rel=0.2), "no part is preferred"
    book = parts(digits, Split("test", pictures=1000, test_pictures=300))
    assert (len(book.train), len(book.test), book.validation is book.test) == (700, 300, True)
    assert not set(book.train) & set(book.test)
    counts = np.bincount(digits.labels[book.test])
    assert counts.max() - counts.min() <= 2, "by class"
    own = parts(digits, Split(pictures=1000, test_pictures=300))
    assert np.array_equal(own.test, book.test), "whatever validates"
    assert sorted([*own.train, *own.validation]) == book.train.tolist()


@pytest.mark.parametrize(
    ("split", "said"),
    [
        (Split(pictures=5000), "No chosen images can be drawn from .*: 5,000 are wanted"),
        (Split(test_pictures=1797), "No test images can be drawn from .*: 1,797 are wanted, and some more"),
        (Split(pictures=100, test_pictures=100), "No test images"),
        (Split(pictures=5), "No chosen images can be drawn from .*10"),
    ],
)
def test_more_images_than_there_are_cannot_be_drawn(data_home: Path, split: Split, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        parts(open_dataset("digits"), split)


def test_decisions_change_what_trains_and_validates_and_never_the_test(data_home: Path) -> None:
    digits = open_dataset("digits")
    before = parts(digits, Split())
    excluded = (before.train[0], before.validation[0], before.test[0])
    relabelled = {
        int(part[1]): 9 - int(digits.labels[part[1]]) for part in (before.train, before.validation, before.test)
    }
    after = parts(digits, Split(), Decided(excluded=excluded, labels=relabelled))
    assert np.array_equal(after.train, before.train[1:])
    assert np.array_equal(after.validation, before.validation[1:])
    assert np.array_equal(after.test, before.test)
    changed = np.flatnonzero(after.labels != digits.labels)
    assert changed.tolist() == sorted([before.train[1], before.validation[1]])
    with pytest.raises(RecipeError, match="All training and validation images in"):
        parts(digits, Split(), Decided(excluded=tuple(before.train)))


def test_a_data_set_with_validation_images_of_its_own_validates_on_them(data_home: Path) -> None:
    arrays: dict[str, np.ndarray] = {
        "pictures": np.zeros((6, 4, 4, 1), np.uint8),
        "labels": np.array([0, 1] * 3, np.int16),
        "splits": np.array([0, 0, 2, 2, 1, 1], np.uint8),
    }
    divided = parts(store.write(About("own", "Own", "", "", ("a", "b"), (4, 4, 1)), arrays), Split())
    assert [part.tolist() for part in (divided.train, divided.validation, divided.test)] == [[0, 1], [2, 3], [4, 5]]


def test_images_are_prepared_once_and_only_where_steps_change_them(data_home: Path) -> None:
    digits = open_dataset("digits")
    same = Pipeline((Grayscale(), Resize(width=8, height=8)))
    assert prepared_images(digits, same) is digits.images
    larger = Pipeline((Resize(width=12, height=10),))
    made = prepared_images(digits, larger)
    assert made.shape == (1797, 10, 12, 1)
    assert np.array_equal(made[5, ..., 0], np.asarray(larger.apply(digits.image(5))))
    (kept,) = (data_home / "prepared").glob("*.npy")
    file = kept.stat().st_ino
    prepared_images(digits, larger)
    assert kept.stat().st_ino == file, "the file is not made anew"


def test_too_few_images_to_validate_on(data_home: Path) -> None:
    about = About("tiny", "Tiny", "", "", ("a", "b"), (4, 4, 1))
    arrays: dict[str, np.ndarray] = {
        "pictures": np.zeros((4, 4, 4, 1), np.uint8),
        "labels": np.array([0, 0, 1, 1], np.int16),
        "splits": np.array([0, 0, 0, 1], np.uint8),
    }
    tiny = store.write(about, arrays)
    assert [catalogue.title(name) for name in ("tiny", "mnist", "nowhere")] == ["Tiny", "MNIST", "nowhere"]
    with pytest.raises(RecipeError, match="No validation images can be drawn from Tiny: its class b has 1"):
        parts(tiny, Split())
    nothing = store.write(replace(about, name="none"), {**arrays, "splits": np.zeros(4, np.uint8)})
    with pytest.raises(RecipeError, match="Tiny has no test images"):
        parts(nothing, Split())
