"""A damaged dataset repaired from where it came from; what people decided on its images stays."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.datasets import store
from core.datasets.integrity import verification
from core.datasets.integrity.whole import CHECKSUMS, NEEDED, THUMBNAILS, keep_checksums
from core.datasets.sources import catalogue, importing
from core.datasets.sources.catalogue import CATALOGUE
from core.datasets.sources.choices import Choices
from core.datasets.sources.entries import Entry
from core.datasets.sources.origin import Origin, origin
from core.datasets.store import About, Dataset, DatasetError
from core.errors import COMMAND, as_storage_error
from core.storage import data_home
from core.storage.progress import Progress, quiet


def repair(name: str, progress: Progress = quiet, path: Path | None = None) -> Dataset:
    """Make sure that a dataset is what came in; where it is not, write its files anew, from its source.

    Sources are: a package, for what comes with one; the zip, folder or file that it was made of, where it is still
    there; the network, for what is published.

    Args:
        name: the dataset's name.
        progress: told what is done.
        path: a zip, folder or published file to take in place of these.

    Raises:
        DatasetError: its source is not known or not there, or gives other images by now.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`; the dataset is as it was.
    """
    dataset = _fresh(name)
    if store.is_shared(dataset.folder):
        raise DatasetError(f"The dataset {name} is shared with the class: only your teacher can mend it.")
    try:
        verification.verify(dataset, progress)
    except DatasetError:
        with as_storage_error(f"the dataset {name}"), data_home.filling(dataset.folder.parent) as beside:
            _write_again(dataset.about, dataset.folder, beside, progress, path)
            made = About.from_json((beside / "dataset.json").read_text(encoding="utf-8"))
            if made.content_hash != dataset.about.content_hash:
                raise DatasetError(
                    f"The dataset {name} cannot be repaired: where it came from there are other images now. Remove "
                    f"it ({COMMAND} datasets remove {name}) and add it again."
                ) from None
            _take(beside, dataset.folder)
        verification.forget(dataset)
        dataset = _fresh(name)
        verification.verify(dataset, progress)
    return dataset


def repair_job(name: str, progress: Progress) -> dict[str, Any]:
    """Do `repair` as a job; return the dataset's name."""
    return {"name": repair(name, progress).about.name}


def _fresh(name: str) -> Dataset:
    """Return a dataset that nothing has been read of."""
    known = store.read(store.folder_of(name))
    return Dataset(known.folder, known.about)


def _write_again(about: About, folder: Path, beside: Path, progress: Progress, given: Path | None) -> None:
    """Write the files of a dataset into a folder, from its source."""
    entry, came_from = CATALOGUE.get(about.name), origin(folder)
    if given is not None:
        came_from = replace(came_from or Origin(), path=str(given))
    if came_from is not None and Path(came_from.path).exists():
        path = Path(came_from.path)
        if came_from.labelling:
            plan = importing.plan(path, came_from.choices, progress=progress)
            found = set(plan.labelling.class_names)
            if not found >= set(about.class_names):
                raise DatasetError(
                    f"The dataset {about.name} cannot be repaired: its classes are {', '.join(about.class_names[:5])}, "
                    f"and {path.name} is read with the classes {', '.join(sorted(found)[:5])} now. Remove it "
                    f"({COMMAND} datasets remove {about.name}) and add it again."
                )
            importing.write_again(plan, about, beside, progress)
            return
        _build(entry, about, path, beside, progress)
        return
    if entry is None:
        where = f" ({came_from.path})" if came_from is not None else ""
        raise DatasetError(
            f"The dataset {about.name} cannot be repaired: what it was made of is no longer on this machine{where}. "
            f"Where you have it elsewhere: {COMMAND} datasets repair {about.name} --from PATH. Else remove it "
            f"({COMMAND} datasets remove {about.name}) and add it again."
        )
    path = catalogue.fetch(entry, progress, repairing=True) if entry.published else Path()
    _build(entry, about, path, beside, progress)
    if entry.published:
        catalogue.forget_download(about.name)


def _build(entry: Entry | None, about: About, path: Path, beside: Path, progress: Progress) -> None:
    if entry is None or entry.build is None or about.as_files:
        importing.write_again(
            importing.plan(path, Choices(unlabeled=False), progress=progress), about, beside, progress
        )
    else:
        store.fill(beside, about, entry.build(path, progress))


def _take(beside: Path, folder: Path) -> None:
    """Put the files that were written anew in the place of the old ones."""
    for path in sorted((beside / "files").glob("*")):
        old = folder / "files" / path.name
        old.parent.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            if old.read_bytes() == path.read_bytes():
                continue
        path.replace(old)
    for name in (*NEEDED, THUMBNAILS):
        if (beside / name).exists():
            (beside / name).replace(folder / name)
    (folder / CHECKSUMS).unlink(missing_ok=True)
    keep_checksums(folder)
