"""Photo datasets for tests, in the store's format, without an import."""

import hashlib
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from core.datasets import store
from core.datasets.quality import measured
from core.datasets.store import INDEX, About, Dataset
from core.images.thumbnail import THUMBNAIL_SIDE


def photo_set(name: str, images: Sequence[Image.Image], labels: Sequence[int], classes: Sequence[str]) -> Dataset:
    """Write a dataset of photos kept as files, all in the train split; its thumbnails have no loss."""
    folder = store.folder_of(name)
    (folder / "files").mkdir(parents=True)
    index, thumbnails = np.zeros(len(images), INDEX), b""
    for number, image in enumerate(images):
        file, small = io.BytesIO(), io.BytesIO()
        image.save(file, "PNG")
        sha256 = hashlib.sha256(file.getvalue()).hexdigest()
        (folder / "files" / store.file_name(sha256, "PNG")).write_bytes(file.getvalue())
        reduced = image.copy()
        reduced.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        reduced.save(small, "PNG")
        thumbnails += small.getvalue()
        row = (*image.size, image.mode, len(file.getvalue()), *measured(image), sha256, "PNG", len(thumbnails))
        index[number] = row
    (folder / "thumbnails.bin").write_bytes(thumbnails)
    np.save(folder / "labels.npy", np.array(labels, np.int16))
    np.save(folder / "splits.npy", np.zeros(len(labels), np.uint8))
    np.save(folder / "index.npy", index)
    (folder / "names.txt").write_text("".join(f"photo {number}.png\n" for number in range(len(images))))
    sizes = {image.size for image in images}
    height, width = (0, 0) if len(sizes) > 1 else sizes.pop()[::-1]
    about = About(name, name, "test", "none", tuple(classes), (height, width, 3), None, True, f"hash of {name}")
    (folder / "dataset.json").write_text(about.to_json())
    return store.read(folder)


def array_set(name: str, images: np.ndarray, labels: Sequence[int], classes: Sequence[str]) -> Dataset:
    """Write a dataset of small images, uint8 `(n, height, width, 1 or 3)`, all in the train split."""
    splits = np.zeros(len(labels), np.uint8)
    arrays = {"pictures": images, "labels": np.array(labels, np.int16), "splits": splits}
    height, width, channels = images.shape[1:]
    return store.write(About(name, name, "test", "none", tuple(classes), (height, width, channels)), arrays)
