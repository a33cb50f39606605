"""Which images pass the filters, in which order."""

from pathlib import Path

import numpy as np
import pytest

from core.datasets import decisions, selection, store
from core.datasets.decisions import EXCLUDE, KEEP, RELABEL, UNSURE
from core.datasets.integrity.whole import keep_checksums
from core.datasets.selection import DECIDED, Filters, Order, select
from core.datasets.store import INDEX, About, Dataset, DatasetError


@pytest.fixture
def six(data_home: Path) -> Dataset:
    """Six images of two classes and splits, with names, sizes, brightness and sharpness set by hand."""
    about = About("six", "Six", "", "", ("cat", "dog"), (2, 2, 1))
    images = np.zeros((6, 2, 2, 1), np.uint8)
    labels, splits = np.array([1, 0, 1, 0, 1, 0], np.int16), np.array([0, 0, 0, 1, 1, 1], np.uint8)
    folder = store.write(about, {"pictures": images, "labels": labels, "splits": splits}).folder
    index = np.zeros(6, INDEX)
    index["width"], index["height"] = [4, 2, 4, 8, 1, 2], [2, 2, 2, 8, 1, 2]
    index["brightness"], index["sharpness"] = [30, 10, 20, 10, 50, 40], [1, 2, 3, 4, 5, 6]
    np.save(folder / "index.npy", index)
    (folder / "names.txt").write_text("10.jpg\n9.jpg\nCafe\u0301.png\nb/Dog.jpg\n[x]*.jpg\n2.jpg", encoding="utf-8")
    keep_checksums(folder)
    return store.read(folder)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), [0, 1, 2, 3, 4, 5]),
        (Filters(split="test"), [3, 4, 5]),
        (Filters(split="validation"), []),
        (Filters(classes=(1,)), [0, 2, 4]),
        (Filters(classes=(0, 1), split="train"), [0, 1, 2]),
        (Filters(name="DOG"), [3]),
        (Filters(name="CAFÉ"), [2]),
        (Filters(name="[x]*"), [4]),
        (Filters(name="nothing"), []),
        (Filters(ids=(5, 3, 99, -1, 5)), [5, 3]),
        (Filters(ids=()), []),
        (Filters(ids=(3, 2, 1, 0), classes=(0,), name=".jpg"), [3, 1]),
    ],
)
def test_only_images_that_pass_every_filter_are_selected(six: Dataset, filters: Filters, expected: list[int]) -> None:
    found = select(six, filters)
    assert found.dtype == np.int64
    assert found.tolist() == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order(selection.CLASS), [1, 3, 5, 0, 2, 4]),
        (Order(selection.CLASS, descending=True), [0, 2, 4, 1, 3, 5]),
        (Order(selection.SIZE), [4, 1, 5, 0, 2, 3]),
        (Order(selection.SIZE, descending=True), [3, 0, 2, 1, 5, 4]),
        (Order(selection.BRIGHTNESS), [1, 3, 2, 0, 5, 4]),
        (Order(selection.BRIGHTNESS, descending=True), [4, 5, 0, 2, 1, 3]),
        (Order(selection.SHARPNESS, descending=True), [5, 4, 3, 2, 1, 0]),
        (Order(selection.NAME), [5, 1, 0, 4, 3, 2]),
        (Order(selection.NAME, descending=True), [2, 3, 4, 0, 1, 5]),
    ],
)
def test_each_order_sorts_both_ways_and_leaves_equal_ones_as_stored(
    six: Dataset, order: Order, expected: list[int]
) -> None:
    assert select(six, order=order).tolist() == expected


def test_images_chosen_by_their_ids_are_sorted_when_that_is_asked_for(six: Dataset) -> None:
    assert select(six, Filters(ids=(5, 3, 0)), Order(selection.BRIGHTNESS)).tolist() == [3, 0, 5]


def test_a_random_order_is_the_seeds_own_whatever_the_filters(six: Dataset) -> None:
    shuffled = select(six, order=Order(selection.RANDOM, seed=3)).tolist()
    assert sorted(shuffled) == list(range(6))
    assert shuffled != select(six, order=Order(selection.RANDOM, seed=4)).tolist()
    some = select(six, Filters(classes=(1,)), Order(selection.RANDOM, seed=3)).tolist()
    assert some == [index for index in shuffled if index in (0, 2, 4)]


@pytest.mark.parametrize(
    ("decision", "expected"),
    [(DECIDED, [1, 2, 3]), (EXCLUDE, [1]), (RELABEL, [2]), (UNSURE, [3]), (KEEP, [0, 4, 5])],
)
def test_decisions_filter_as_they_are_made(six: Dataset, decision: str, expected: list[int]) -> None:
    assert select(six, Filters(decision=DECIDED)).tolist() == []
    decisions.decide(six, [1], EXCLUDE)
    decisions.decide(six, [2], RELABEL, 0)
    decisions.decide(six, [3], UNSURE)
    assert select(six, Filters(decision=decision)).tolist() == expected


def test_what_does_not_exist_is_refused_with_what_does(six: Dataset) -> None:
    for filters, order in ((Filters(split="x"), None), (Filters(decision="x"), None), (None, Order("x"))):
        with pytest.raises(DatasetError, match=r"'x' is no .*: choose one of"):
            select(six, filters, order)
