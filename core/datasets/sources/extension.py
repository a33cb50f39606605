"""A dataset and some photos more: a new dataset beside the old one, which stays as it is.

Files of the old one are not copied: both datasets have them, by hard links. New photos go to the train split.
"""

import hashlib
import io
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from core.datasets import decisions, store
from core.datasets.integrity.whole import THUMBNAILS, keep_checksums
from core.datasets.sources import catalogue
from core.datasets.sources.decoding import Chunk, Form, decoded
from core.datasets.sources.readers import Refused
from core.datasets.store import EXTENDED, SPLITS, Dataset, DatasetError
from core.errors import as_storage_error
from core.images import handwriting
from core.images.image_io import ImageError, read_image
from core.spaces import limits
from core.storage import checked, data_home
from core.storage.progress import Progress, counted, quiet

_TRAIN = SPLITS.index("train")
_COPIED_AT_ONCE = 4096


@dataclass(frozen=True)
class Labelled:
    """A photo to add.

    Attributes:
        name: its file's name, as it is shown.
        data: its file's bytes.
        label: its class, an index into the dataset's.
    """

    name: str
    data: bytes
    label: int


@dataclass(frozen=True)
class Extended:
    """What became of photos that were to be added.

    Attributes:
        dataset: the new dataset.
        added: how many are in it that the old one had not.
        known: how many the old one had already, or were there twice.
        refused: those that cannot be read.
    """

    dataset: Dataset
    added: int
    known: int
    refused: tuple[Refused, ...]


def extend(dataset: Dataset, photos: Sequence[Labelled], *, title: str, progress: Progress = quiet) -> Extended:
    """Make a dataset of another one and some photos; decisions on its images are taken along.

    Where images are kept as one array, a photo is brought to their size: its middle, or, for characters, its ink.

    Args:
        dataset: what is extended; it is not changed.
        photos: what is added.
        title: what to call the new one, for people.
        progress: told how many images are taken over.

    Raises:
        DatasetError: no photo is left to add, or a label is none of the dataset's.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`; nothing is left.
    """
    title = title.strip()
    if not title:
        raise DatasetError("The new dataset needs a title.")
    limits.require_images(store.own_images(), len(dataset) + len(photos))
    limits.require_room(sum(len(photo.data) for photo in photos))
    dataset.whole.require_all(progress)
    with as_storage_error(f"the dataset {title}"), data_home.filling(dataset.folder.parent) as beside:
        chunk, known = _decoded(dataset, photos, beside)
        if not chunk.taken:
            raise DatasetError(_nothing(dataset, known, chunk.refused))
        labels = np.array([photos[position].label for position in chunk.taken], dataset.labels.dtype)
        if dataset.about.as_files:
            _link_files(dataset, beside, progress)
            _append_thumbnails(dataset, chunk, beside)
        else:
            _append_images(dataset, chunk, beside, progress)
        np.save(beside / "index.npy", np.concatenate([dataset.index, chunk.rows]))
        np.save(beside / "labels.npy", np.concatenate([dataset.labels, labels]))
        np.save(beside / "splits.npy", np.append(dataset.splits, np.full(len(labels), _TRAIN, dataset.splits.dtype)))
        if dataset.groups is not None:
            np.save(beside / "groups.npy", np.append(dataset.groups, np.full(len(labels), -1, dataset.groups.dtype)))
            if dataset.group_names:
                shutil.copyfile(dataset.folder / "group_names.txt", beside / "group_names.txt")
        if dataset.names:
            # Some characters would begin a new line, and with it a new name.
            added = (" ".join(photos[position].name.splitlines()) for position in chunk.taken)
            (beside / "names.txt").write_text("\n".join([*dataset.names, *added]) + "\n", encoding="utf-8")
        decisions.take_along(dataset, beside)
        about = replace(
            dataset.about,
            name="",
            title=title,
            source=f"{dataset.about.title}, and {counted(len(labels), 'photo')}{EXTENDED}",
            size=_common_size(dataset, chunk),
            content_hash=_content_hash(dataset, chunk, labels),
        )
        keep_checksums(beside)
        with store.adding():
            # Chosen at the end: another process may have taken it meanwhile.
            folder = store.folder_of(catalogue.free_name(title))
            made = asdict(replace(about, name=folder.name))
            checked.write(beside / "dataset.json", made, indent=1, lasting=False)
            data_home.put(beside, folder)
    return Extended(store.read(folder), len(labels), known, tuple(chunk.refused))


def _decoded(dataset: Dataset, photos: Sequence[Labelled], folder: Path) -> tuple[Chunk, int]:
    """Decode the photos that the dataset has not; return what became of them, and how many it has."""
    classes = len(dataset.about.class_names)
    known = {sha256.decode() for sha256 in dataset.index["sha256"].tolist()}
    found: list[tuple[int, str, bytes]] = []
    refused: list[Refused] = []
    for position, photo in enumerate(photos):
        if not 0 <= photo.label < classes:
            raise DatasetError(f"{dataset.about.title} has classes 0 to {classes - 1}, not {photo.label}.")
        try:
            data = photo.data if dataset.about.as_files else _as_the_array_has(dataset, photo.data)
        except ImageError as error:
            refused.append(Refused(photo.name, error.reason, str(error)))
            continue
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 not in known:
            known.add(sha256)
            found.append((position, photo.name, data))
    repeated = len(photos) - len(found) - len(refused)
    files = folder / "files"
    if dataset.about.as_files:
        files.mkdir()
    return decoded(found, refused, Form(dataset.about.as_files, dataset.about.size), files), repeated


def _as_the_array_has(dataset: Dataset, data: bytes) -> bytes:
    """Return a photo in the size and colours of a dataset's images, as PNG."""
    height, width, channels = dataset.about.size
    image, box = read_image(data), dataset.about.ink_box
    if image.size != (width, height):
        framed = image if box is None else handwriting.frame_ink(image, box)
        image = ImageOps.fit(framed, (width, height), Image.Resampling.BOX)
    file = io.BytesIO()
    (image.convert("L") if channels == 1 else image).save(file, "PNG")
    return file.getvalue()


def _nothing(dataset: Dataset, known: int, refused: Sequence[Refused]) -> str:
    if known:
        return f"{dataset.about.title} has these photos already: there is nothing to add."
    return refused[0].sentence if refused else "No photo was given: there is nothing to add."


def _link_files(dataset: Dataset, folder: Path, progress: Progress) -> None:
    """Let the new dataset have the old one's files; they are copied where the disk knows no links."""
    total = len(dataset)
    for index in range(total):
        file = dataset.file(index)
        to = folder / "files" / file.name
        if not to.exists():  # A dataset may have a file twice.
            try:
                os.link(file, to)
            except OSError:
                shutil.copyfile(file, to)
        progress("taking over the files", index + 1, total, "images")


def _append_thumbnails(dataset: Dataset, chunk: Chunk, folder: Path) -> None:
    path = folder / THUMBNAILS
    shutil.copyfile(dataset.folder / path.name, path)
    chunk.rows["thumbnail_end"] = path.stat().st_size + np.cumsum([len(each) for each in chunk.payloads])
    with path.open("ab") as file:
        file.writelines(chunk.payloads)


def _append_images(dataset: Dataset, chunk: Chunk, folder: Path, progress: Progress) -> None:
    """Write the array of old and new images, some at a time."""
    total = len(dataset)
    header = {"descr": "|u1", "fortran_order": False, "shape": (total + len(chunk.taken), *dataset.about.size)}
    with (folder / "pictures.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for start in range(0, total, _COPIED_AT_ONCE):
            file.write(np.ascontiguousarray(dataset.images[start : start + _COPIED_AT_ONCE]).data)
            progress("taking over the images", min(start + _COPIED_AT_ONCE, total), total, "images")
        file.writelines(chunk.payloads)


def _common_size(dataset: Dataset, chunk: Chunk) -> tuple[int, int, int]:
    """Return height, width and channels; height and width are 0 where they differ."""
    height, width, channels = dataset.about.size
    same = bool((chunk.rows["height"] == height).all() and (chunk.rows["width"] == width).all())
    return (height, width, channels) if same else (0, 0, channels)


def _content_hash(dataset: Dataset, chunk: Chunk, labels: np.ndarray) -> str:
    """Return the hash of the old content and of what was added, in order."""
    digest = hashlib.sha256(dataset.about.content_hash.encode())
    for sha256, label in zip(chunk.rows["sha256"], labels, strict=True):
        digest.update(f"{sha256.decode()} {SPLITS[_TRAIN]} {dataset.about.class_names[label]}\n".encode())
    return digest.hexdigest()
