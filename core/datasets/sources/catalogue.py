"""The datasets that can be opened by name, and how those that Pixelwise knows get onto this machine."""

import contextlib
import math
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core.datasets import store
from core.datasets.sources import archives, download, importing, uploads
from core.datasets.sources.entries import CATALOGUE as CATALOGUE
from core.datasets.sources.entries import Entry as Entry
from core.datasets.sources.entries import downloads
from core.datasets.sources.origin import Origin
from core.datasets.store import INDEX, About, Dataset, DatasetError
from core.errors import COMMAND, StorageError, as_storage_error
from core.settings import unknown_name
from core.spaces import limits
from core.storage import data_home
from core.storage.progress import Progress, quiet

_WAIT_S = 0.2


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
    shutil.rmtree(downloads(name), ignore_errors=True)


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
        shutil.rmtree(downloads(name), ignore_errors=True)


def free_name(title: str) -> str:
    """Return a name for images of a user's own that no dataset has, here or in the catalogue."""
    return importing.name_for(title, {*CATALOGUE, *store.names()})


@contextmanager
def _alone(name: str, progress: Progress) -> Iterator[None]:
    """Wait until no other process downloads a dataset."""
    folder = downloads(name)
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
    folder, before = downloads(entry.name), 0
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
        if path.parent not in (uploads.folder(), downloads(entry.name), downloads(entry.name).parent, Path()):
            with as_storage_error(f"the dataset {entry.name}"):
                Origin(path=str(path.absolute())).keep(dataset.folder)
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
        # A run or a sweep may know one that is gone.
        raise DatasetError(f"{unknown_name('dataset', name, known)} If it was removed, import it again.")
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
