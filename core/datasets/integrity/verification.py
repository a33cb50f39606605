"""Whether all of a dataset is what came in: its files against their checksums, its photos against their names."""

import hashlib
import time
from contextlib import suppress
from pathlib import Path

import numpy as np

from core.datasets import store
from core.datasets.integrity.whole import CHECKSUMS, THUMBNAILS, damage_error, forget_damage, keep_checksums
from core.datasets.store import EXTENDED, SPLITS, Dataset, DatasetError
from core.datasets.threads import mapped
from core.errors import PixelwiseError, as_storage_error
from core.images.thumbnail import thumbnail
from core.storage import data_home
from core.storage.progress import Progress, quiet

_VERIFIED_EACH_S = 24 * 3600
# After each megabyte or photo.
_REST_S = 0.002


def require_whole(dataset: Dataset, progress: Progress = quiet) -> None:
    """Make sure that labels, splits, index, names and pixels are what was written, at about 1 GB a second.

    What this process has looked at is not read again. A dataset of an earlier version gets its checksums here, once
    its content has been compared with its content hash, where that tells.

    Raises:
        DatasetError: they are not.
        Cancelled: by `progress`.
    """
    if not dataset.whole.known:
        progress("making the checksums", 0, 0, "")
        if not _fits_content_hash(dataset):
            raise damage_error(dataset.folder, "its images, labels or splits are no longer what was written")
        with suppress(OSError):  # A data home that may not be written is read as it is.
            keep_checksums(dataset.folder)
        dataset.__dict__.pop("whole", None)
    dataset.whole.require_all(progress)


def verify(dataset: Dataset, progress: Progress = quiet) -> None:
    """Do `require_whole`, and read every photo. Thumbnails that are damaged are made again.

    Raises:
        DatasetError: something is damaged; the message says what.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    require_whole(dataset, progress)
    if dataset.about.as_files:
        _verify_photos(dataset, progress)
    forget_damage(dataset.folder)
    with suppress(OSError):
        (dataset.folder / CHECKSUMS).touch()


def _verify_photos(dataset: Dataset, progress: Progress) -> None:
    damaged = damaged_photos(dataset, progress)
    if damaged:
        names = ", ".join(dataset.names[index] for index in damaged[:3]) + (", …" if len(damaged) > 3 else "")
        what = f"{len(damaged):,} of its photos are no longer what came in ({names})"
        raise damage_error(dataset.folder, what)
    try:
        dataset.whole.require(THUMBNAILS, progress)
    except DatasetError:
        make_thumbnails(dataset, progress)


def damaged_photos(dataset: Dataset, progress: Progress = quiet) -> list[int]:
    """Return the images whose file is gone or has other bytes; the same bytes were decoded in full at the import."""

    def whole(index: int) -> bool:
        try:
            dataset.file_bytes(index)
        except DatasetError:
            return False
        return True

    damaged = []
    for index, fine in enumerate(mapped(whole, range(len(dataset)))):
        if not fine:
            damaged.append(index)
        progress("checking the files", index + 1, len(dataset), "images")
    return damaged


def make_thumbnails(dataset: Dataset, progress: Progress = quiet) -> None:
    """Make all thumbnails of photos again.

    Raises:
        DatasetError: a photo is damaged.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    index, end = np.array(dataset.index), 0
    with (
        as_storage_error(f"the thumbnails of {dataset.folder.name}"),
        data_home.replacing(dataset.folder / THUMBNAILS) as beside,
    ):
        with beside.open("wb") as file:
            for position, made in enumerate(mapped(lambda each: thumbnail(dataset.image(each)), range(len(dataset)))):
                end += file.write(made)
                index[position]["thumbnail_end"] = end
                progress("making the thumbnails", position + 1, len(dataset), "images")
        with data_home.replacing(dataset.folder / "index.npy") as rows:
            np.save(rows, index, allow_pickle=False)
    with as_storage_error(f"the thumbnails of {dataset.folder.name}"):
        keep_checksums(dataset.folder)
    forget(dataset)


def forget(dataset: Dataset) -> None:
    """Have the dataset opened anew by all: its files have been replaced."""
    (dataset.folder / "dataset.json").touch()


def _fits_content_hash(dataset: Dataset) -> bool:
    """Tell whether the content is that of the hash; true, too, where the hash was made of more than is kept."""
    expected = dataset.about.content_hash
    if (dataset.folder / "report.json").exists():
        try:
            return _imported_hash(dataset) == expected
        except (IndexError, ValueError):  # A label or a split that there is not, or not one for each image.
            return False
    extended = dataset.about.source.endswith(EXTENDED)
    if dataset.about.as_files or extended:
        return True
    arrays = {"pictures": dataset.images, "labels": dataset.labels, "splits": dataset.splits}
    return store.content_hash(arrays) == expected


def _imported_hash(dataset: Dataset) -> str:
    """Return the content hash as an import makes it."""
    names, digest = dataset.about.class_names, hashlib.sha256()
    rows = zip(dataset.index["sha256"].tolist(), dataset.splits.tolist(), dataset.labels.tolist(), strict=True)
    for sha256, split, label in rows:
        digest.update(f"{sha256.decode()} {SPLITS[split]} {names[label] if label >= 0 else ''}\n".encode())
    if dataset.groups is not None:
        digest.update(dataset.groups.astype("<i4").tobytes())
    return digest.hexdigest()


def verify_all() -> None:
    """Verify each dataset of this machine that was not for a day, slowly: other threads go first."""
    for name in store.names():
        folder = store.folder_of(name)
        if time.time() - _last_verified(folder) > _VERIFIED_EACH_S:
            # The error is noted with the dataset, and shown on the Datasets page.
            with suppress(PixelwiseError):
                known = store.read(folder)
                verify(Dataset(known.folder, known.about), lambda *_now: time.sleep(_REST_S))


def _last_verified(folder: Path) -> float:
    """Return when a dataset was made or last verified, in seconds since 1970; 0: never."""
    try:
        return (folder / CHECKSUMS).stat().st_mtime
    except OSError:
        return 0.0
