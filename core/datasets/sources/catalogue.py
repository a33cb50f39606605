"""The datasets that Pixelwise knows by name, and how to get each onto this machine."""

import contextlib
import math
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from core.datasets import store
from core.datasets.sources import archives, download, importing, published, uploads
from core.datasets.sources.download import Published
from core.datasets.sources.origin import Origin
from core.datasets.store import INDEX, About, Dataset, DatasetError
from core.errors import COMMAND, StorageError, as_storage_error
from core.settings import unknown_name
from core.spaces import limits
from core.storage import data_home
from core.storage.progress import Progress, quiet

_DIGIT_NAMES = tuple(str(digit) for digit in range(10))
_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_WAIT_S = 0.2


@dataclass(frozen=True)
class Entry:
    """A dataset that can be had.

    Attributes:
        about: what its `dataset.json` will say.
        images: how many there are.
        good_for: one sentence for a person who chooses.
        published: the files to download; none when it comes with a package.
        build: makes the store's arrays of the file, or of the folder when there are several (of `Path()` when there
            is none); `None` where what is published is a zip of image files by class.
        image_files: whether a zip or folder of image files by class will do as well.
    """

    about: About
    images: int
    good_for: str
    published: tuple[Published, ...] = ()
    build: Callable[[Path, Progress], dict[str, np.ndarray]] | None = None
    image_files: bool = False

    @property
    def name(self) -> str:
        """The name by which everything calls it."""
        return self.about.name

    @property
    def bytes(self) -> int:
        """How much there is to download."""
        return sum(file.bytes for file in self.published)

    @property
    def received(self) -> int:
        """How many of these bytes an earlier download, cut or cancelled, has left to go on from."""
        return sum(file.received(_downloads(self.name)) for file in self.published)

    @property
    def by_hand(self) -> str:
        """How to add it without a network from here, in a sentence; empty when it comes with a package."""
        return self._by_hand(f"add it on the Datasets page or with: {COMMAND} datasets add")

    @property
    def repair_by_hand(self) -> str:
        """How to repair it without a network from here, in a sentence; empty when it comes with a package."""
        return self._by_hand(f"repair it with: {COMMAND} datasets repair")

    def _by_hand(self, act: str) -> str:
        if not self.published:
            return ""
        first = self.published[0]
        if len(self.published) == 1:
            what, argument = first.address, first.file_name
        else:
            names = ", ".join(file.file_name for file in self.published)
            place, argument = first.address.removesuffix(first.file_name), "FOLDER"
            what = f"{names} from {place} into one folder"
        return f"Without a network here, get {what} on another one, then {act} {self.name} --from {argument}"


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
        1_797,
        "Handwritten digits, 8×8 px. Built in; a network trains on them in seconds.",
        build=lambda _path, _progress: published.digits(),
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
        70_000,
        "Handwritten digits, 28×28 px. The classic benchmark, used in the book's Exercises 50 and 51.",
        (
            Published(
                f"{_KERAS}mnist.npz", 11_490_434, "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
            ),
        ),
        published.mnist,
    ),
    Entry(
        About(
            name="fashion-mnist",
            title="Fashion-MNIST",
            source="H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST, Zalando Research, 2017",
            licence="MIT",
            class_names=(
                "T-shirt/top",
                "Trouser",
                "Pullover",
                "Dress",
                "Coat",
                "Sandal",
                "Shirt",
                "Sneaker",
                "Bag",
                "Ankle boot",
            ),
            size=(28, 28, 1),
        ),
        70_000,
        "Clothing items, 28×28 px. Same format as MNIST but harder: shirts look like coats.",
        (
            Published(
                f"{_KERAS}train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            Published(
                f"{_KERAS}train-labels-idx1-ubyte.gz",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            Published(
                f"{_KERAS}t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            Published(
                f"{_KERAS}t10k-labels-idx1-ubyte.gz",
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        ),
        published.fashion_mnist,
    ),
    Entry(
        About(
            name="cifar10",
            title="CIFAR-10",
            source="A. Krizhevsky: Learning multiple layers of features from tiny images, 2009",
            licence="none stated; its author asks to be cited",
            class_names=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
            size=(32, 32, 3),
        ),
        60_000,
        "Color photos of ten kinds of animals and vehicles, 32×32 px. Convolution makes a real difference here.",
        (
            Published(
                "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                170_052_171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            ),
        ),
        published.cifar10,
        image_files=True,
    ),
    Entry(
        About(
            name="cats-vs-dogs",
            title="Cats and dogs",
            source="Microsoft Research and Petfinder.com; J. Elson, J. Douceur, J. Howell, J. Saul: Asirra, 2007",
            licence="Microsoft Research licence, a document in the archive",
            class_names=("Cat", "Dog"),
            size=(0, 0, 3),
            as_files=True,
        ),
        25_000,
        "Pet photos in many sizes, a few of them corrupt: realistic data, good for transfer learning.",
        (
            # The publisher gives no checksum: size and sum are those that Hugging Face's cats_vs_dogs loader checks.
            Published(
                "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/"
                "kagglecatsanddogs_5340.zip",
                824_887_076,
                "b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9",
            ),
        ),
    ),
)

CATALOGUE = {entry.name: entry for entry in _ENTRIES}


def add(name: str, path: Path | None = None, progress: Progress = quiet) -> Dataset:
    """Bring a dataset of the catalogue onto this machine, unless it is there.

    Args:
        name: its name in the catalogue.
        path: the published file, or the folder of them, already on disk; for CIFAR-10 and the pets also a zip or
            folder of image files by class. `None` downloads.
        progress: told what is done.

    Raises:
        DatasetError: no such name, no network, or a file that is something else.
        StorageError: the disk is full or may not be written.
        Cancelled: the user cancelled; a download can go on from there.
    """
    entry = CATALOGUE.get(name)
    if entry is None:
        raise DatasetError(unknown_name("dataset", name, list(CATALOGUE)))
    if name in store.names():
        return store.read(store.folder_of(name))
    if path is not None or not entry.published:
        archives.require_readable(path or Path())
        if path is not None:
            limits.require_own(path)
            limits.require_images(store.own_images(), entry.images)
        return _build(entry, _published_in(path, entry) if path else Path(), progress)
    with _alone(name, progress):
        if name in store.names():
            return store.read(store.folder_of(name))
        _require_space(entry)
        dataset = _build(entry, fetch(entry, progress), progress)
        forget_download(name)
    return dataset


def forget_download(name: str) -> None:
    """Remove the files of which a dataset was made."""
    shutil.rmtree(_downloads(name), ignore_errors=True)


def add_job(name: str, path: str | None, progress: Progress) -> dict[str, Any]:
    """Do `add` as a job; return the dataset's name and its number of images. An upload is removed after."""
    place = Path(path) if path else None
    try:
        dataset = add(name, place, progress)
    finally:
        if place:
            uploads.remove_upload(place)
    return {"name": dataset.about.name, "pictures": len(dataset)}


def discard(name: str) -> None:
    """Delete what a download, cut or cancelled, has left to go on from; one that is going on is waited for."""
    with _alone(name, quiet):
        shutil.rmtree(_downloads(name), ignore_errors=True)


@dataclass(frozen=True)
class Imported:
    """What `import_job` returns: the dataset's name, and whether it was there already."""

    name: str
    known: bool


def import_job(
    path: str,
    source: str,
    title: str,
    labelling: str | None,
    test_share: float,
    seed: int,
    progress: Progress,
    split: str = "",
    group: str = "",
    unlabeled: bool = True,
    follow_links: bool = False,
) -> dict[str, Any]:
    """Import images of a user's own as a job; an upload is removed after.

    Args:
        path: the zip or folder.
        source: what to call it.
        title: the dataset's title, which gives its name.
        labelling: as `importing.plan` takes it, like `test_share` and `seed`.
        test_share: the share drawn for the test split.
        seed: of that draw.
        progress: told what is done.
        split: as `importing.plan` takes it, like `group`.
        group: which images belong together.
        unlabeled: whether images without a class are kept.
        follow_links: whether links are followed.

    Returns:
        The dataset's name, and whether it was there already.
    """
    place = Path(path)
    try:
        plan = importing.plan(
            place,
            title=source,
            labelling=labelling,
            test_share=test_share,
            seed=seed,
            split=split,
            group=group,
            unlabeled=unlabeled,
            follow_links=follow_links,
            progress=progress,
        )
        made, known = importing.import_or_find(
            plan, name=free_name(title), title=title, source=source, progress=progress
        )
    finally:
        uploads.remove_upload(place)
    return {"name": made.about.name, "known": known}


def free_name(title: str) -> str:
    """Return a name for images of a user's own that no dataset has, here or in the catalogue."""
    return importing.name_for(title, {*CATALOGUE, *store.names()})


def _downloads(name: str) -> Path:
    """Return the folder where a dataset's files are until it is made."""
    return data_home.data_home() / "downloads" / name


@contextmanager
def _alone(name: str, progress: Progress) -> Iterator[None]:
    """Wait until no other process downloads a dataset."""
    folder = _downloads(name)
    with as_storage_error(f"the download of {name}"):
        folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(f".{name}.lock"))
    while not lock.is_locked:
        try:
            lock.acquire(timeout=_WAIT_S)
        except Timeout:
            progress("waiting for the same download elsewhere", 0, 0, "")
    try:
        yield
    finally:
        lock.release()


def _require_space(entry: Entry) -> None:
    """Raise `StorageError` unless what is yet to come and what is made of it find room on the disk."""
    made = entry.bytes if entry.about.as_files else entry.images * (math.prod(entry.about.size) + INDEX.itemsize)
    needed = entry.bytes - entry.received + made
    limits.require_images(store.own_images(), entry.images)
    limits.require_room(needed)
    free = shutil.disk_usage(data_home.data_home()).free
    if free < needed:
        raise StorageError(
            f"{entry.about.title} needs {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free where Pixelwise "
            f"keeps its data, {data_home.data_home()}. Free some space, or point PIXELWISE_HOME to a larger disk."
        )


def fetch(entry: Entry, progress: Progress, *, repairing: bool = False) -> Path:
    """Download an entry's files, to add or repair its dataset.

    Returns:
        The file, or the folder of them when there are several.
    """
    folder, before = _downloads(entry.name), 0
    for file in entry.published:

        def of_all(doing: str, done: int, _total: int, unit: str, before: int = before) -> None:
            progress(doing, before + done, entry.bytes, unit)

        try:
            path = download.fetch(file, folder, of_all)
        except DatasetError as error:
            by_hand = entry.repair_by_hand if repairing else entry.by_hand
            raise DatasetError(f"{error} {by_hand}") from error
        before += file.bytes
    return path if len(entry.published) == 1 else folder


def _published_in(path: Path, entry: Entry) -> Path:
    """Return the published file where its folder is given.

    Raises:
        DatasetError: the folder does not hold it, and a folder of image files will not do.
    """
    if len(entry.published) != 1 or not path.is_dir():
        return path
    name = entry.published[0].file_name
    if (path / name).is_file():
        return path / name
    if entry.image_files:
        return path
    raise DatasetError(f"There is no {name} in the folder {path}. Give the file itself, or the folder that holds it.")


def _build(entry: Entry, path: Path, progress: Progress) -> Dataset:
    """Make the dataset of its published file, of the folder of them, or of image files by class."""
    by_class = entry.image_files and (path.is_dir() or zipfile.is_zipfile(path))
    if entry.build is not None and not by_class:
        dataset = store.write(entry.about, entry.build(path, progress))
        if path.parent not in (uploads.folder(), _downloads(entry.name), _downloads(entry.name).parent, Path()):
            with as_storage_error(f"the dataset {entry.name}"):
                Origin(str(path.absolute())).keep(dataset.folder)
        return dataset
    plan = importing.plan(path, progress=progress)
    found, expected = plan.labelling.class_names, entry.about.class_names
    if {each.casefold() for each in found} != {each.casefold() for each in expected}:
        raise DatasetError(
            f"{path.name} is not {entry.about.title}: its classes are {', '.join(found[:12])}, expected "
            f"{', '.join(expected)}. Other images of your own are imported on the Datasets page."
        )
    about = entry.about
    return importing.import_images(
        plan, name=about.name, title=about.title, source=about.source, licence=about.licence, progress=progress
    )


def open_dataset(name: str) -> Dataset:
    """Open a dataset by name; one that comes with a package is made at its first use.

    Raises:
        DatasetError: it is not on this machine, or damaged. The message says how to get it.
    """
    folder = store.folder_of(name)
    entry = CATALOGUE.get(name)
    if os.path.lexists(folder):
        if entry is not None and entry.build is not None and not entry.published and store.damage(name):
            # It is at hand: damaged files are written anew, and decisions stay.
            return store.restore(entry.about, entry.build(folder, quiet))
        return store.read(folder)
    if entry is None:
        known = list(dict.fromkeys([*CATALOGUE, *store.names()]))
        raise DatasetError(unknown_name("dataset", name, known))
    if entry.published:
        raise DatasetError(
            f"{entry.about.title} is not installed yet. Get it on the Datasets page, or with: "
            f"{COMMAND} datasets add {name}"
        )
    return add(name)


def same_as(about: About) -> Dataset | None:
    """Return the dataset with just the content that is asked for, whatever it is called now; or `None`."""
    for name in dict.fromkeys([*([about.name] if about.name in available() else []), *store.names()]):
        with contextlib.suppress(DatasetError):
            dataset = open_dataset(name)
            if dataset.about.content_hash == about.content_hash:
                return dataset
    return None


def available() -> list[str]:
    """Return the names of the datasets that can be opened now: those on disk and those that come with a package.

    Damaged ones are left out.
    """
    built_in = [entry.name for entry in CATALOGUE.values() if not entry.published]
    return list(dict.fromkeys([*built_in, *(name for name in store.names() if not store.damage(name))]))


def title(name: str) -> str:
    """Return a dataset's title for people; its name where it cannot be read."""
    if name in CATALOGUE:
        return CATALOGUE[name].about.title
    try:
        return store.read(store.folder_of(name)).about.title
    except DatasetError:
        return name
