"""A dataset as files that any program reads, in its own order: an npz of small images, or a folder of photos."""

from pathlib import Path

import numpy as np

from core.datasets.integrity import verification
from core.datasets.store import SPLITS, UNLABELED, Dataset, DatasetError
from core.errors import as_storage_error
from core.storage import data_home
from core.storage.names import slug
from core.storage.progress import Progress, quiet


def export(dataset: Dataset, path: Path, progress: Progress = quiet) -> None:
    """Write a dataset's images, with their classes and splits; decisions made on them are left aside.

    Images that are kept as an array go into an npz file: `pictures` uint8 `(n, height, width, channels)`, `labels`
    int16 `(n,)`, `parts` uint8 `(n,)`, an index into `SPLITS`, and `class_names`. Photos go into a folder,
    `train/0-cat/000001.jpg`: numbered in the dataset's order, JPEG files as they came, others as PNG. Where it is known
    which images belong together, there are `groups` int32 `(n,)`, too, or a file `groups.npy`.

    Args:
        dataset: what to write.
        path: a file that ends in `.npz`, or a folder that is not there yet.
        progress: told how many photos are written.

    Raises:
        DatasetError: the path is taken, or does not end as it must.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    about = dataset.about
    if about.as_files == (path.suffix == ".npz"):
        what = "a folder: its images are photos" if about.as_files else "a file that ends in .npz"
        raise DatasetError(f"{about.title} is exported to {what}; received {path}.")
    if path.exists():
        raise DatasetError(f"There is {path} already. Choose another name, or move it away.")
    verification.require_whole(dataset, progress)
    with as_storage_error(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        if about.as_files:
            with data_home.new_folder(path) as beside:
                _write_files(dataset, beside, progress)
                if dataset.groups is not None:
                    np.save(beside / "groups.npy", dataset.groups)
            return
        arrays = {
            "pictures": dataset.images,
            "labels": dataset.labels,
            "parts": dataset.splits,
            "class_names": np.array(about.class_names),
        }
        if dataset.groups is not None:
            arrays["groups"] = dataset.groups
        with data_home.replacing(path) as beside:
            np.savez(beside, **arrays)  # type: ignore[arg-type]


def _write_files(dataset: Dataset, folder: Path, progress: Progress) -> None:
    names = dataset.about.class_names
    digits = len(str(len(names) - 1))
    # The number keeps apart what the rest makes alike, and the classes in order; an import takes it away again.
    readable = (slug(name, otherwise="class", longest=40, any_script=True) for name in names)
    classes = [f"{number:0{digits}}-{name}" for number, name in enumerate(readable)]
    for index in range(len(dataset)):
        label = dataset.labels[index]
        place = folder / SPLITS[dataset.splits[index]] / (classes[label] if label >= 0 else UNLABELED)
        place.mkdir(parents=True, exist_ok=True)
        if dataset.index[index]["format"] == b"JPEG":
            (place / f"{index:06}.jpg").write_bytes(dataset.file_bytes(index))
        else:
            dataset.image(index).save(place / f"{index:06}.png")
        progress("writing the images", index + 1, len(dataset), "images")
