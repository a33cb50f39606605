"""Names of files are searched and sorted as texts of Python would be, but many at once."""

import re
import unicodedata

import numpy as np
import pytest

from core.datasets import file_names
from core.datasets.store import About, Dataset, write

LETTERS = [*"aZé猫İß-_./ []0123456789", "e\u0301", "00", "12345678901234567890"]


@pytest.fixture
def named(data_home: object) -> Dataset:
    """Images with odd names: numbers with zeros before them, of many digits, in and after letters of any script."""
    rng = np.random.default_rng(0)
    names = ["".join(rng.choice(LETTERS, rng.integers(1, 9))) for _ in range(3_000)]
    names += ["", "0", "00", "000", "7", "007", "7a", "07a", "10", "2.jpg", "10.jpg", "a" * 300, "1" * 150, "1" * 151]
    count = len(names)
    made = write(About("named", "Named", "", "", ("cat",), (1, 1, 1)), {
        "pictures": np.zeros((count, 1, 1, 1), np.uint8), "labels": np.zeros(count, np.int16),
        "splits": np.zeros(count, np.uint8)})  # fmt: skip
    made.__dict__["names"] = names
    return made


def folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def natural(name: str) -> bytes:
    """How many digits each number has, and these without zeros at the begin."""
    digits = re.compile("[0-9]+")
    text = digits.sub(lambda found: f"{min(len(found[0].lstrip('0')), 99):02}{found[0].lstrip('0')}", folded(name))
    return f"{text}\n".encode()


def test_names_are_in_the_order_of_their_numbers(named: Dataset) -> None:
    expected = np.unique(np.array([natural(each) for each in named.names], object), return_inverse=True)[1]
    assert np.array_equal(np.argsort(file_names.ranks(named), kind="stable"), np.argsort(expected, kind="stable"))
    assert np.array_equal(file_names.ranks(named) - file_names.ranks(named).min(), expected)


@pytest.mark.parametrize(
    "part", ["a", "É", "e\u0301", "猫", "ss", "i̇", "0", "[", "\\d", ".*", "\n", "\ud800", "not there"]
)
def test_a_part_is_found_whatever_its_case(named: Dataset, part: str) -> None:
    expected = [folded(part) in folded(name) for name in named.names]
    assert file_names.containing(named, part).tolist() == expected


def test_images_without_names_have_none(data_home: object) -> None:
    made = write(About("bare", "Bare", "", "", ("cat",), (1, 1, 1)), {
        "pictures": np.zeros((2, 1, 1, 1), np.uint8), "labels": np.zeros(2, np.int16),
        "splits": np.zeros(2, np.uint8)})  # fmt: skip
    assert file_names.containing(made, "a").tolist() == [False, False]
