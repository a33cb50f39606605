"""The datasets that Pixelwise knows: what each is, what it is good for, and where it is published."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.datasets.about import About
from core.datasets.sources import published
from core.datasets.sources.download import Published
from core.errors import COMMAND
from core.storage import data_home
from core.storage.progress import Progress

_DIGIT_NAMES = tuple(str(digit) for digit in range(10))
_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def downloads(name: str) -> Path:
    """Return the folder where a dataset's files are until it is made."""
    return data_home.data_home() / "downloads" / name


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
        return sum(file.received(downloads(self.name)) for file in self.published)

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
            licence="Microsoft Research license, a document in the archive",
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
