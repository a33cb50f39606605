"""A dataset whose images are known to belong together: a new dataset with splits drawn by group; the old one stays."""

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from core.datasets import decisions, store
from core.datasets.audit import checks, duplicates
from core.datasets.audit.report import Audit, load
from core.datasets.grouped import grouped
from core.datasets.integrity.whole import keep_checksums
from core.datasets.sources import catalogue
from core.datasets.store import EXTENDED, SPLITS, Dataset, DatasetError
from core.errors import COMMAND, as_storage_error
from core.storage import checked, data_home
from core.storage.progress import Progress, quiet

BY_COPIES = "near copies"
_SHARED = ("labels.npy", "index.npy", "pictures.npy", "thumbnails.bin", "names.txt")


def groups_of_copies(dataset: Dataset, audit: Audit) -> np.ndarray:
    """Return the group of each image, int32 `(n,)`, -1 for none: copies that an audit found, and groups known before.

    Args:
        dataset: what was audited.
        audit: of it.
    """
    known = dataset.groups if dataset.groups is not None else np.full(len(dataset), -1, np.int32)
    copies = [finding for finding in audit.findings if finding.key in checks.COPIES]
    together: list[Sequence[int]] = [each for finding in copies for each in finding.groups]
    together += [np.flatnonzero(known == group).tolist() for group in np.unique(known[known >= 0])]
    pairs = np.array([(each[0], other) for each in together for other in each[1:]], np.int64).reshape(-1, 2)
    groups = np.full(len(dataset), -1, np.int32)
    for number, images in enumerate(duplicates.groups(pairs, len(dataset))):
        groups[images] = number
    return groups


def keep_copies_together(name: str, progress: Progress = quiet) -> dict[str, str]:
    """Make a dataset of one that was audited, in which no image has a near copy in another split: a job.

    Returns:
        The new dataset's name.

    Raises:
        DatasetError: it was not audited, or has no near copies.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`; nothing is left.
    """
    dataset = catalogue.open_dataset(name)
    audit = load(dataset)
    if audit is None:
        raise DatasetError(f"{dataset.about.title} was not audited yet: {COMMAND} datasets audit {name}")
    groups = groups_of_copies(dataset, audit)
    if (groups < 0).all():
        raise DatasetError(f"The audit of {dataset.about.title} found no copies: there is nothing to keep together.")
    how = f"{dataset.about.groups} and {BY_COPIES}" if dataset.about.groups else BY_COPIES
    made = regroup(dataset, groups, how[:200], title=f"{dataset.about.title}, copies together", progress=progress)
    return {"name": made.about.name}


def regroup(
    dataset: Dataset, groups: np.ndarray, how: str, *, title: str, seed: int = 0, progress: Progress = quiet
) -> Dataset:
    """Make a dataset of the same images with groups, and splits as large as before drawn so that none is divided.

    Files are not copied: both datasets have them, by hard links. Decisions are taken along.

    Args:
        dataset: what it is made of; it is not changed.
        groups: the group of each image, int `(n,)`, -1 for none.
        how: how these were found, in a few words.
        title: what to call the new one.
        seed: the same seed draws the same.
        progress: told how far it is.

    Raises:
        DatasetError: the dataset is damaged, or all images are one group.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`; nothing is left.
    """
    dataset.whole.require_all(progress)
    splits = _drawn(dataset, groups, seed)
    with as_storage_error(f"the dataset {title}"), data_home.filling(dataset.folder.parent) as beside:
        for name in _SHARED:
            if (dataset.folder / name).exists():
                _link(dataset.folder / name, beside / name)
        if dataset.about.as_files:
            (beside / "files").mkdir()
            for index in range(len(dataset)):
                file = dataset.file(index)
                if not (beside / "files" / file.name).exists():
                    _link(file, beside / "files" / file.name)
                progress("taking over the files", index + 1, len(dataset), "images")
        digest = hashlib.sha256(dataset.about.content_hash.encode())
        digest.update(splits.tobytes() + groups.astype("<i4").tobytes())
        np.save(beside / "splits.npy", splits)
        np.save(beside / "groups.npy", groups.astype(np.int32))
        decisions.take_along(dataset, beside)
        keep_checksums(beside)
        with store.adding():
            folder = store.folder_of(catalogue.free_name(title))
            about = replace(
                dataset.about,
                name=folder.name,
                title=title,
                source=f"{dataset.about.title}, with groups ({how}){EXTENDED}",
                content_hash=digest.hexdigest(),
                groups=how,
            )
            checked.write(beside / "dataset.json", asdict(about), indent=1, lasting=False)
            data_home.put(beside, folder)
    return store.read(folder)


def _drawn(dataset: Dataset, groups: np.ndarray, seed: int) -> np.ndarray:
    """Return new splits, uint8 `(n,)`, each about as large as it was."""
    splits, labels = np.zeros(len(dataset), np.uint8), np.asarray(dataset.labels)
    rest = np.arange(len(dataset))
    for name in ("test", "validation"):
        share = len(dataset.select(name)) / len(rest)
        if 0 < share < 1:
            try:
                drawn = rest[grouped(labels[rest], groups[rest], share, seed)]
            except ValueError as error:
                raise DatasetError(f"{dataset.about.title} cannot be split by group. {error}") from error
            splits[drawn] = SPLITS.index(name)
            rest = np.setdiff1d(rest, drawn)
    return splits


def _link(file: Path, to: Path) -> None:
    """Let both folders have a file; it is copied where the disk knows no links."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copyfile(file, to)
