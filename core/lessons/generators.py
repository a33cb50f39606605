"""Generators: what a dataset takes all at once, and batch by batch; and the code of one, for a dataset's own files."""

import time
from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.datasets.store import SPLITS, Dataset
from core.images import samples
from core.images.image_io import read_image

DTYPES = {"uint8": 1, "float32": 4, "float64": 8}
# A batch is trained on while the next one is made.
_BATCHES_AT_ONCE = 2
_MOST_READ = 2000
_LONGEST_SIDE = 4096


@dataclass(frozen=True)
class Load:
    """Images to be trained on.

    Attributes:
        images: how many.
        height: of each in pixels, and `width`; `channels` 1 or 3.
        dtype: as what their numbers are kept, of `DTYPES`.
        batch_size: images a batch.
    """

    images: int
    height: int
    width: int
    channels: int
    dtype: str
    batch_size: int

    @property
    def image_bytes(self) -> int:
        """Bytes of one image's numbers."""
        return self.height * self.width * self.channels * DTYPES[self.dtype]

    @property
    def whole_bytes(self) -> int:
        """Bytes of all images at once."""
        return self.images * self.image_bytes

    @property
    def batch_bytes(self) -> int:
        """Bytes of the batches that a generator has in memory: one that is trained on, one that is made."""
        return min(self.images, _BATCHES_AT_ONCE * self.batch_size) * self.image_bytes

    @property
    def batches(self) -> int:
        """How many batches an epoch has, the last one perhaps smaller."""
        return -(-self.images // self.batch_size)

    def first_batch_seconds(self, speed: float) -> tuple[float, float]:
        """Return how long the first batch is waited for, everything read first, and batch by batch.

        Args:
            speed: images read a second.
        """
        return self.images / speed, min(self.images, self.batch_size) / speed

    def fitting(self, memory: int) -> int:
        """Return how many images fit into so many bytes at once."""
        return memory // self.image_bytes


@dataclass(frozen=True)
class Speed:
    """What reading images took on this machine.

    Attributes:
        images: how many were read.
        seconds: how long that took, above 0.
    """

    images: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Images a second, by one thread."""
        return self.images / self.seconds


def measured(dataset: Dataset | None, seconds: float = 1.0) -> Speed:
    """Read images one after the other, as many as there is time for, in an order drawn at random.

    Args:
        dataset: whose images are read, files decoded; without one, a built-in photo is decoded again and again.
        seconds: for how long, about.

    Raises:
        DatasetError: the dataset is damaged.
    """
    order = np.random.default_rng(0).permutation(_MOST_READ if dataset is None else len(dataset))[:_MOST_READ]
    photo = b"" if dataset is not None else samples.photo(next(iter(samples.PHOTOS)))
    begun, read = time.perf_counter(), 0
    for index in order.tolist():
        np.asarray(read_image(photo) if dataset is None else dataset.image(index))
        read += 1
        if time.perf_counter() - begun > seconds:
            break
    return Speed(read, max(time.perf_counter() - begun, 1e-9))


def usual_load(dataset: Dataset, batch_size: int = 32) -> Load:
    """Return a dataset as it is, its numbers as float32; images of several sizes count with their mean size."""
    height, width, channels = dataset.about.size
    if not height:
        height, width = (round(float(dataset.index[side].mean())) for side in ("height", "width"))
    return Load(len(dataset), min(height, _LONGEST_SIDE), min(width, _LONGEST_SIDE), channels, "float32", batch_size)


def batch_of(dataset: Dataset, batch: int, batch_size: int, seed: int = 0) -> list[Image.Image]:
    """Return the images that a generator reads for a batch of its first epoch, shuffled by a seed."""
    order = np.random.default_rng(seed).permutation(len(dataset))
    return [dataset.image(int(index)) for index in order[batch * batch_size : (batch + 1) * batch_size]]


_HEAD = '''\
"""Train on {title}, batch by batch: python generator.py FOLDER"""

import math
import sys
from pathlib import Path

import keras
import numpy as np
{imports}
FOLDER = Path(sys.argv[1])  # {where}
SPLITS = {splits}


class Images(keras.utils.PyDataset):
    """The images of one split, read as they are needed. `keras.utils.Sequence` is the older name of its base."""
'''
_INIT_ARRAY = """\
    def __init__(self, split, batch_size={batch_size}, seed=0, **options):
        super().__init__(**options)  # workers=2 would read in two threads
        self.images = np.load(FOLDER / "pictures.npy", mmap_mode="r")  # stays on the disk
        self.labels = np.load(FOLDER / "labels.npy")
        self.ids = np.flatnonzero(np.load(FOLDER / "splits.npy") == SPLITS.index(split))
        self.batch_size = batch_size
        self.random = np.random.default_rng(seed)
        self.on_epoch_end()
"""
_INIT_FILES = """\
    def __init__(self, split, batch_size={batch_size}, seed=0, **options):
        super().__init__(**options)  # workers=2 would read in two threads
        self.files = np.load(FOLDER / "index.npy")[["sha256", "format"]]
        self.labels = np.load(FOLDER / "labels.npy")
        self.ids = np.flatnonzero(np.load(FOLDER / "splits.npy") == SPLITS.index(split))
        self.batch_size = batch_size
        self.random = np.random.default_rng(seed)
        self.on_epoch_end()

    def read(self, number):
        sha256, kind = (each.decode() for each in self.files[number])
        path = FOLDER / "files" / f"{{sha256}}.{{kind.lower().replace('jpeg', 'jpg')}}"
        image = ImageOps.exif_transpose(Image.open(path)).convert("{mode}").resize(({width}, {height}))
        return np.asarray(image).reshape({height}, {width}, {channels})
"""
_LENGTH = """\
    def __len__(self):
        return math.ceil(len(self.ids) / self.batch_size)
"""
_BATCH = """\
    def __getitem__(self, batch):
        ids = self.ids[batch * self.batch_size : (batch + 1) * self.batch_size]
        images = {read}
        return images.astype("float32") / 255, self.labels[ids]
"""
_EPOCH_END = """\
    def on_epoch_end(self):
        self.random.shuffle(self.ids)
"""
_USE = """\


train = Images("train")
images, labels = train[0]
print(f"{len(train)} batches, the first: {images.shape} {images.dtype}, labels {labels[:5]}")
# model.fit(train, epochs=10) with the loss "sparse_categorical_crossentropy"
"""
PARTS = {
    "__init__": "Keeps where the images are, and which belong to the split. No image is read.",
    "__len__": "How many batches make an epoch: Keras asks for each of them once.",
    "__getitem__": "Reads one batch: the only images in memory.",
    "on_epoch_end": "Shuffles, so that the next epoch has other batches.",
}


def code(dataset: Dataset, load: Load) -> dict[str, str]:
    """Return the program of a generator for a dataset's own files, by part: a head, `PARTS` in order, and its use.

    Joined they run as they are, with the dataset's folder as their argument.

    Args:
        dataset: whose files are read.
        load: to what size files are brought, and images a batch.
    """
    about = dataset.about
    title = "".join(letter for letter in about.title if letter.isprintable() and letter not in '"\\')
    height, width, channels = load.height, load.width, about.size[2]
    values = {
        "title": title,
        "where": "the dataset's folder in Pixelwise's data home",
        "splits": SPLITS,
        "imports": "from PIL import Image, ImageOps\n" if about.as_files else "",
        "batch_size": load.batch_size,
        "height": height,
        "width": width,
        "channels": channels,
        "mode": "L" if channels == 1 else "RGB",
    }
    init = (_INIT_FILES if about.as_files else _INIT_ARRAY).format(**values)
    read = "np.stack([self.read(number) for number in ids])" if about.as_files else "self.images[ids]"
    bodies = (init, _LENGTH, _BATCH.format(read=read), _EPOCH_END)
    return {"head": _HEAD.format(**values), **dict(zip(PARTS, bodies, strict=True)), "use": _USE}


def program(parts: dict[str, str]) -> str:
    """Return the parts of `code` as one program."""
    head, *bodies, use = parts.values()
    return head + "\n" + "\n".join(bodies) + use
