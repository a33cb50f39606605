"""A pipeline applied to a whole dataset, as a job: to an array that training uses, or to a zip of PNG files."""

import json
import math
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets.sources import catalogue
from core.datasets.store import SPLITS, UNLABELED, Dataset
from core.errors import as_storage_error
from core.images import image_io
from core.preprocessing import Pipeline
from core.preprocessing.normalisation import STANDARD, Normalisation
from core.storage import data_home, processes
from core.storage.checked import Count, Seconds
from core.storage.names import slug
from core.storage.progress import Progress, quiet
from core.training.data import apply_steps, prepared_images

# So many images are measured at a time.
_PORTION = 256
_SMALLEST_DEVIATION = 1.0


@dataclass(frozen=True)
class Done:
    """What `apply_job` (with `shape`) and `zip_job` (with `path` and `bytes`) return."""

    pictures: Count
    seconds: Seconds
    shape: tuple[Count, Count, Count] | None = None
    path: str = ""
    bytes: Count = 0


def apply_job(dataset: str, steps: list[Any], progress: Progress) -> dict[str, Any]:
    """Prepare a dataset's images with steps, as a training with these steps does.

    Args:
        dataset: its name.
        steps: the pipeline's JSON.
        progress: told how many are done.

    Returns:
        `images`: how many; `seconds`: how long it took; `shape`: height, width and channels of each.
    """
    begun = time.monotonic()
    made = prepared_images(catalogue.open_dataset(dataset), Pipeline.from_json(steps), progress)
    return {"pictures": len(made), "seconds": time.monotonic() - begun, "shape": list(made.shape[1:])}


def zip_job(dataset: str, steps: list[Any], progress: Progress) -> dict[str, Any]:
    """Write a dataset's images after steps to a zip in the data home.

    Args:
        dataset: its name.
        steps: the pipeline's JSON.
        progress: told how many are done.

    Returns:
        `images`: how many; `seconds`: how long it took; `path`: of the zip; `bytes`: its size.
    """
    begun = time.monotonic()
    opened = catalogue.open_dataset(dataset)
    path = data_home.data_home() / "exports" / f"{opened.about.name}.zip"
    write_zip(opened, Pipeline.from_json(steps), path, progress)
    seconds = time.monotonic() - begun
    return {"pictures": len(opened), "seconds": seconds, "path": str(path), "bytes": path.stat().st_size}


def write_zip(dataset: Dataset, steps: Pipeline, path: Path, progress: Progress = quiet) -> None:
    """Write the images after the steps as `split/class/number.png`, and the steps as `pipeline.json` and `.py`.

    Raises:
        StepError: a step cannot be applied to one of the images.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    folders = class_folders(dataset.about.class_names)
    with as_storage_error("the zip"):
        path.parent.mkdir(parents=True, exist_ok=True)
        # PNG is compressed already.
        with data_home.replacing(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("pipeline.json", json.dumps(steps.to_json(), indent=1))
            archive.writestr("pipeline.py", steps.code("photo.jpg"))
            index = 0
            for portion in apply_steps(dataset, steps, progress, "writing the zip"):
                for pixels in portion:
                    split, label = SPLITS[dataset.splits[index]], dataset.labels[index]
                    folder = folders[label] if label >= 0 else UNLABELED
                    archive.writestr(f"{split}/{folder}/{index:06}.png", image_io.png(image_io.from_array(pixels)))
                    index += 1


def class_folders(names: tuple[str, ...]) -> list[str]:
    """Return a folder's name for each class: class names come from outside, and may be none that a disk takes."""
    folders: list[str] = []
    taken: set[str] = set()
    for label, name in enumerate(names):
        folder = slug(name, otherwise=f"class {label}", any_script=True)
        if folder.casefold() in taken:
            folder = slug(name, otherwise="class", mark=str(label), any_script=True)
        folders.append(folder)
        taken.add(folder.casefold())
    return folders


def measured_by(dataset: Dataset) -> np.ndarray:
    """Return the images that `standardisation` measures: those of train, all where there are none, int64 `(m,)`."""
    train = dataset.select("train")
    return train if len(train) else np.arange(len(dataset))


def standardisation(dataset: Dataset, steps: Pipeline, progress: Progress = quiet) -> Normalisation:
    """Return the normalisation by mean and standard deviation of all training images after the steps, by channel.

    Each pixel counts once, and sums are of whole numbers, so that both are exact. A channel of one value only gets a
    deviation of 1.

    Raises:
        StepError: a step cannot be applied to one of them.
        DatasetError: an image's file is damaged.
        Cancelled: by `progress`.
    """
    chosen, steps = measured_by(dataset), steps.applied
    untouched = not dataset.about.as_files and not steps.steps
    work = _measured_as_stored if untouched else _measured_after
    portions = ((dataset, steps, chosen[start : start + _PORTION]) for start in range(0, len(chosen), _PORTION))
    sums = np.zeros((3, 1), object)
    done = 0
    for measured in processes.mapped(work, portions, many=False):
        sums = sums + measured
        done += _PORTION
        progress("measuring the training images", min(done, len(chosen)), len(chosen), "images")
    dataset.let_go()
    means, deviations = [], []
    for count, total, squares in sums.T.tolist():
        means.append(total / count)
        # Whole numbers until here: as floating-point numbers, both sides are large and differ little.
        deviations.append(math.sqrt((count * squares - total**2) / count**2))
    return Normalisation(
        STANDARD, tuple(means), tuple(each if each >= 1e-3 else _SMALLEST_DEVIATION for each in deviations)
    )


def _measured_as_stored(dataset: Dataset, _steps: Pipeline, indices: np.ndarray) -> np.ndarray:
    """Return number, sum and sum of squares of the pixels of some images of an array, whole, `(3, channels)`."""
    return _sums(dataset.images[indices])


def _measured_after(dataset: Dataset, steps: Pipeline, indices: np.ndarray) -> np.ndarray:
    """Return the same of some images after the steps."""
    made = (image_io.to_array(steps.apply(dataset.image(index))) for index in indices.tolist())
    return np.sum([_sums(pixels) for pixels in made], axis=0)


def _sums(pixels: np.ndarray) -> np.ndarray:
    """Return number, sum and sum of squares of uint8 `(…, channels)`, Python's whole numbers, `(3, channels)`."""
    values = pixels.reshape(-1, pixels.shape[-1])
    squares = np.square(values, dtype=np.uint16)
    sums = [np.full(values.shape[1], len(values)), values.sum(axis=0), squares.sum(axis=0, dtype=np.uint64)]
    return np.array([each.tolist() for each in sums], object)
