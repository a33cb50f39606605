"""The data sets that Pixelwise knows by name, and how to get each onto this machine."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import home
from core.datasets import download, published, store
from core.datasets.download import Published
from core.datasets.store import About, Dataset, DatasetError
from core.settings import unknown_name

_DIGIT_NAMES = tuple(str(digit) for digit in range(10))


@dataclass(frozen=True)
class Entry:
    """A data set that can be had.

    Attributes:
        about: what its `dataset.json` will say.
        good_for: one sentence for a person who chooses.
        published: the file to download; `None` when it comes with a package.
        build: makes the store's arrays of the file (of `Path()` when there is none).
    """

    about: About
    good_for: str
    published: Published | None
    build: Callable[[Path], dict[str, np.ndarray]]

    @property
    def name(self) -> str:
        """The name by which everything calls it."""
        return self.about.name


_ENTRIES = (
    Entry(
        About(
            name="digits",
            title="Digits",
            source="scikit-learn's load_digits; E. Alpaydin, C. Kaynak, UCI Machine Learning Repository, 1998",
            licence="CC BY 4.0",
            class_names=_DIGIT_NAMES,
            size=(8, 8, 1),
            ink_box=1.0,
        ),
        "1,797 handwritten digits of 8×8 pixels, built in: a network trains on them in seconds.",
        None,
        lambda _path: published.digits(),
    ),
    Entry(
        About(
            name="mnist",
            title="MNIST",
            source="Y. LeCun, C. Cortes, C. J. C. Burges: the MNIST database of handwritten digits, 1998",
            licence="CC BY-SA 3.0",
            class_names=_DIGIT_NAMES,
            size=(28, 28, 1),
            # "size normalized to fit in a 20x20 pixel box", then centred by mass in 28×28: the publishers' page.
            ink_box=20 / 28,
        ),
        "70,000 handwritten digits of 28×28 pixels: the classic that the book's exercises 50 and 51 train on.",
        Published(
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
            11_490_434,
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
        published.mnist,
    ),
)

CATALOGUE = {entry.name: entry for entry in _ENTRIES}


def add(
    name: str,
    path: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Dataset:
    """Bring a data set of the catalogue onto this machine, unless it is there.

    Args:
        name: its name in the catalogue.
        path: the published file, already on disk; `None` downloads it.
        progress: called with bytes so far and bytes in all while it downloads.

    Raises:
        DatasetError: no such name, no network, or a file that is something else.
        StorageError: the disk is full or may not be written.
    """
    entry = CATALOGUE.get(name)
    if entry is None:
        raise DatasetError(unknown_name("data set", name, list(CATALOGUE)))
    if name in store.names():
        return store.read(store.folder_of(name))
    if path is None and entry.published is not None:
        path = home.data_home() / "downloads" / entry.published.file_name
        try:
            download.fetch(entry.published, path, progress)
        except DatasetError as error:
            command = f"python -m core datasets add {name} --from {entry.published.file_name}"
            raise DatasetError(f"{error} From the command line: {command}") from error
        try:
            return store.write(entry.about, entry.build(path))
        finally:
            path.unlink(missing_ok=True)
    return store.write(entry.about, entry.build(path or Path()))


def open_dataset(name: str) -> Dataset:
    """Open a data set by name; one that comes with a package is made at its first use.

    Raises:
        DatasetError: it is not on this machine, or damaged. The message says how to get it.
    """
    folder = store.folder_of(name)
    if folder.is_dir():
        return store.read(folder)
    entry = CATALOGUE.get(name)
    if entry is None:
        known = list(dict.fromkeys([*CATALOGUE, *store.names()]))
        raise DatasetError(unknown_name("data set", name, known))
    if entry.published is not None:
        raise DatasetError(
            f"{entry.about.title} is not on this machine yet. Get it on the Browse page, or with: "
            f"python -m core datasets add {name}"
        )
    return add(name)


def available() -> list[str]:
    """Return the names of the data sets that can be opened now: those on disk and those that come with a package."""
    built_in = [entry.name for entry in CATALOGUE.values() if entry.published is None]
    return list(dict.fromkeys([*built_in, *store.names()]))


def title(name: str) -> str:
    """Return a data set's title for people; its name where it cannot be read."""
    if name in CATALOGUE:
        return CATALOGUE[name].about.title
    try:
        return store.read(store.folder_of(name)).about.title
    except DatasetError:
        return name
