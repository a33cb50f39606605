"""Datasets that a teacher shares with a class, less some images that are held back to compare its runs by.

`shared/datasets/<name>` below the served root is an ordinary dataset of what the class sees, and
`held-back/datasets/<name>` one of what it never does. A user's space has a folder of its own for each shared one, where
decisions and findings are theirs; the images themselves are links to the shared files, which nothing writes through.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets import store
from core.datasets.grouped import grouped
from core.datasets.integrity import verification
from core.datasets.integrity.whole import THUMBNAILS, keep_checksums
from core.datasets.sources import catalogue
from core.datasets.store import LINKED, SHARED, SPLITS, UNLABELED, Dataset, DatasetError
from core.datasets.stratified import stratified
from core.errors import as_storage_error
from core.storage import checked, data_home
from core.storage.checked import DamagedError
from core.storage.progress import Progress, quiet

_FILES = "files"
COPIED = ("dataset.json", "labels.npy", "splits.npy", "groups.npy", "index.npy", "names.txt", "checksums.txt")


@dataclass(frozen=True)
class Shared:
    """A dataset that is shared.

    Attributes:
        dataset: what the class sees.
        held: what is held back; `None`: nothing that can be used.
        damage: what is wrong with what is held back, in a sentence; empty: nothing.
    """

    dataset: Dataset
    held: Dataset | None
    damage: str = ""


def share(dataset: Dataset, held_share: float, seed: int = 0, progress: Progress = quiet) -> Shared:
    """Share a dataset with the class; the one that was shared under its name goes.

    Args:
        dataset: of the teacher's own.
        held_share: the share of the labelled images that the class never sees, below 1; 0: none. They are drawn by
            class, never dividing a group, and none of them has the same pixels or bytes as one that is seen.
        seed: of that draw.
        progress: told what is written.

    Raises:
        DatasetError: it is damaged, itself a shared one, public, or too small to hold back that share.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`; nothing is left.
    """
    if store.is_shared(dataset.folder):
        raise DatasetError(f"{dataset.about.title} is shared already.")
    if held_share and dataset.about.name in catalogue.CATALOGUE:
        raise DatasetError(f"{dataset.about.title} is public: the class has what would be held back. Hold back 0%.")
    verification.require_whole(dataset, progress)
    held = _held(dataset, held_share, seed) if held_share else np.zeros(0, np.int64)
    seen = np.setdiff1d(np.arange(len(dataset)), held)
    name = dataset.about.name
    with as_storage_error(f"the shared dataset {name}"):
        unshare(name)
        if len(held):
            with data_home.new_folder(_held_root() / name) as beside:
                _write(dataset, held, beside, progress)
        with data_home.new_folder(_shared_root() / name) as beside:
            _write(dataset, seen, beside, progress)
    return _shared(name)


def share_job(name: str, held_share: float, seed: int, progress: Progress) -> dict[str, Any]:
    """Do `share` as a job; return the dataset's name."""
    return {"name": share(catalogue.open_dataset(name), held_share, seed, progress).dataset.about.name}


def unshare(name: str) -> None:
    """Share a dataset no longer; runs trained on it stay, and can no longer show its images.

    Raises:
        StorageError: it may not be deleted.
    """
    with as_storage_error(f"the removal of {name}"):
        # First what lists look at.
        for root in (_shared_root(), _held_root()):
            if os.path.lexists(root / name):
                data_home.remove(root / name)


def all_shared() -> list[Shared]:
    """Return the datasets that are shared, by name; those of which nothing can be used are left out: see `damaged`.

    Raises:
        StorageError: their folder cannot be read.
    """
    lost = damaged()
    return [_shared(name) for name in data_home.folders_in(_shared_root()) if name not in lost]


def damaged() -> dict[str, str]:
    """Return what is wrong with the shared datasets that cannot be used, in a sentence each, by their folders' names.

    Raises:
        StorageError: their folder cannot be read.
    """
    return {name: said for name in data_home.folders_in(_shared_root()) if (said := _damage(_shared_root() / name))}


def _damage(folder: Path) -> str:
    with data_home.at(folder.parents[1]):
        try:
            is_damaged = bool(store.damage(folder.name))
        except DatasetError:  # No dataset's name.
            is_damaged = True
    place = folder.relative_to(data_home.common())
    return f"{place} is damaged: unshare it, and share the dataset that it was made of again." if is_damaged else ""


def show_in(home: Path) -> None:
    """Have a user's space show just the datasets that are shared now; one of the user's own keeps its name.

    What of it is damaged in the space is made anew. What a user decided on a shared one that is damaged now is kept.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    root = home / "datasets"
    given = {each.dataset.about.content_hash: each.dataset for each in all_shared()}
    kept = {shown for name in damaged() for shown in _shown_as(name)}
    with as_storage_error("the shared datasets"):
        for name in data_home.folders_in(root):
            if not store.is_shared(root / name):
                continue
            dataset = given.pop(_content_of(root / name, given), None)
            if dataset is None and name not in kept:
                data_home.remove(root / name)
            elif dataset is not None and _is_damaged(root / name):
                with data_home.filling(root) as beside:
                    _link(dataset, beside, name)
                    store.put_into(root / name, beside)
        for dataset in given.values():
            own, beside_own = _shown_as(dataset.about.name)
            name = beside_own if os.path.lexists(root / own) else own
            # Another session of the same user may be faster.
            with suppress(FileExistsError), data_home.new_folder(root / name) as beside:
                _link(dataset, beside, name)


def _shown_as(name: str) -> tuple[str, str]:
    """Return what a shared dataset is called in a space, and what where the user has one of that name."""
    return name, f"{name[:57]}-shared"


def _content_of(folder: Path, given: Mapping[str, Dataset]) -> str:
    """Return the content hash of what a space's folder shows: of what is given by its name, where that is damaged."""
    said = _said_in(folder)
    known = next((content for content in said if content in given), "")
    if known or len(said) == 1:
        return known
    return next((content for content, each in given.items() if folder.name in _shown_as(each.about.name)), "")


def _said_in(folder: Path) -> set[str]:
    """Return the content hash in a space's folder, as its two files say it; empty texts where they are damaged."""
    said = {""}
    with suppress(DamagedError, UnicodeDecodeError):
        said = {checked.read_bytes(folder / SHARED, 1000).decode().strip()}
    try:
        return said | {store.read(folder).about.content_hash}
    except DatasetError:
        return said | {""}


def _is_damaged(folder: Path) -> bool:
    with data_home.at(folder.parents[1]):
        return len(_said_in(folder)) > 1 or bool(store.damage(folder.name))


def _link(dataset: Dataset, beside: Path, name: str) -> None:
    for each in COPIED:
        if (dataset.folder / each).exists():
            shutil.copyfile(dataset.folder / each, beside / each)
    for each in LINKED:
        if (dataset.folder / each).exists():
            (beside / each).symlink_to(os.path.relpath(dataset.folder / each, beside))
    if name != dataset.about.name:
        checked.write(beside / "dataset.json", asdict(replace(dataset.about, name=name)), indent=1, lasting=False)
    (beside / SHARED).write_text(dataset.about.content_hash, encoding="utf-8")


def _held(dataset: Dataset, share: float, seed: int) -> np.ndarray:
    """Return the images to hold back, int64 `(n,)`."""
    labelled = np.flatnonzero(dataset.splits != SPLITS.index(UNLABELED))
    labels = dataset.labels[labelled]
    try:
        if dataset.groups is not None:
            places = grouped(labels, dataset.groups[labelled], share, seed)
        else:
            places = stratified(labels, share, seed)
    except ValueError as error:
        raise DatasetError(f"Of {dataset.about.title} no {share:.0%} can be held back: {error}") from error
    held = labelled[places]
    contents = _contents(dataset)
    seen = {contents[index] for index in np.setdiff1d(labelled, held).tolist()}
    found = np.array([index for index in held.tolist() if contents[index] not in seen], np.int64)
    if not len(found):
        raise DatasetError(f"Of {dataset.about.title} no {share:.0%} can be held back: all images are copies.")
    return found


def _contents(dataset: Dataset) -> list[bytes]:
    if dataset.about.as_files:
        return [bytes(each) for each in dataset.index["sha256"].tolist()]
    return [hashlib.sha256(np.ascontiguousarray(each).data).digest() for each in dataset.images]


def _write(dataset: Dataset, ids: np.ndarray, folder: Path, progress: Progress) -> None:
    """Write some images of a dataset into a folder, as a dataset of its name."""
    arrays = {"labels": dataset.labels[ids], "splits": dataset.splits[ids], "index": np.array(dataset.index[ids])}
    if dataset.groups is not None:
        arrays["groups"] = dataset.groups[ids]
    about = replace(dataset.about, title=f"{dataset.about.title[:900]} (shared)")
    if about.as_files:
        _write_files(dataset, ids.tolist(), arrays["index"], folder, progress)
        digest = hashlib.sha256(about.content_hash.encode() + ids.astype("<i8").tobytes())
        about = replace(about, content_hash=digest.hexdigest())
    else:
        arrays["pictures"] = dataset.taken(ids)
        about = replace(about, content_hash=store.content_hash(arrays))
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    if dataset.names:
        (folder / "names.txt").write_text("\n".join(dataset.names[each] for each in ids) + "\n", encoding="utf-8")
    checked.write(folder / "dataset.json", asdict(about), indent=1, lasting=False)
    keep_checksums(folder)


def _write_files(dataset: Dataset, ids: Sequence[int], index: np.ndarray, folder: Path, progress: Progress) -> None:
    (folder / _FILES).mkdir()
    end = 0
    with (folder / THUMBNAILS).open("wb") as thumbnails:
        for place, each in enumerate(ids):
            (folder / _FILES / dataset.file(each).name).write_bytes(dataset.file_bytes(each))
            end += thumbnails.write(dataset.thumbnail(each))
            index[place]["thumbnail_end"] = end
            progress("writing the shared images", place + 1, len(ids), "images")


def _shared(name: str) -> Shared:
    dataset, held = store.read(_shared_root() / name), _held_root() / name
    damage = _damage(held) if os.path.lexists(held) else ""
    return Shared(dataset, store.read(held) if os.path.lexists(held) and not damage else None, damage)


def _shared_root() -> Path:
    return data_home.common() / "shared" / "datasets"


def _held_root() -> Path:
    return data_home.common() / "held-back" / "datasets"
