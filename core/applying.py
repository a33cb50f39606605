"""A pipeline applied to a whole data set, as a job: to an array that training uses, or to a zip of PNG files."""

import json
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from core import home, pictures
from core.datasets import catalogue
from core.datasets.store import SPLITS, Dataset
from core.errors import storing
from core.prepare import applied, prepared_pictures
from core.preprocessing import Pipeline
from core.preprocessing.normalisation import STANDARD, Normalisation
from core.progress import Progress, quiet

_MOST_MEASURED = 512
_SMALLEST_DEVIATION = 1.0


def apply_job(dataset: str, steps: list[Any], progress: Progress) -> dict[str, Any]:
    """Prepare a data set's pictures with steps, as a training with these steps does.

    Args:
        dataset: its name.
        steps: the pipeline's JSON.
        progress: told how many are done.

    Returns:
        `pictures`: how many; `seconds`: how long it took; `shape`: height, width and channels of each.
    """
    begun = time.monotonic()
    made = prepared_pictures(catalogue.open_dataset(dataset), Pipeline.from_json(steps), progress)
    return {"pictures": len(made), "seconds": time.monotonic() - begun, "shape": list(made.shape[1:])}


def zip_job(dataset: str, steps: list[Any], progress: Progress) -> dict[str, Any]:
    """Write a data set's pictures after steps to a zip in the data home.

    Args:
        dataset: its name.
        steps: the pipeline's JSON.
        progress: told how many are done.

    Returns:
        `pictures`: how many; `seconds`: how long it took; `path`: of the zip; `bytes`: its size.
    """
    begun = time.monotonic()
    opened = catalogue.open_dataset(dataset)
    path = home.data_home() / "exports" / f"{opened.about.name}.zip"
    write_zip(opened, Pipeline.from_json(steps), path, progress)
    seconds = time.monotonic() - begun
    return {"pictures": len(opened), "seconds": seconds, "path": str(path), "bytes": path.stat().st_size}


def write_zip(dataset: Dataset, steps: Pipeline, path: Path, progress: Progress = quiet) -> None:
    """Write the pictures after the steps as `split/class/number.png`, and the steps as `pipeline.json` and `.py`.

    Raises:
        StepError: a step cannot be applied to one of the pictures.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    folders = class_folders(dataset.about.class_names)
    with storing("the zip"):
        path.parent.mkdir(parents=True, exist_ok=True)
        # PNG is compressed already.
        with home.replacing(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("pipeline.json", json.dumps(steps.to_json(), indent=1))
            archive.writestr("pipeline.py", steps.code("photo.jpg"))
            index = 0
            for portion in applied(dataset, steps, progress, "writing the zip"):
                for pixels in portion:
                    split, folder = SPLITS[dataset.splits[index]], folders[dataset.labels[index]]
                    archive.writestr(f"{split}/{folder}/{index:06}.png", pictures.png(pictures.from_array(pixels)))
                    index += 1


def class_folders(names: tuple[str, ...]) -> list[str]:
    """Return a folder's name for each class: class names come from outside, and may be none that a disk takes."""
    folders: list[str] = []
    for label, name in enumerate(names):
        folder = re.sub(r"[^\w .-]", "_", name)[:60].strip(" .") or f"class {label}"
        taken = {each.casefold() for each in folders}
        folders.append(f"{folder} {label}" if folder.casefold() in taken else folder)
    return folders


def standardisation(dataset: Dataset, steps: Pipeline) -> Normalisation:
    """Return the normalisation by mean and standard deviation of the training pictures after the steps, by channel.

    At most 512 pictures are measured, evenly spread; a channel of one value only gets a deviation of 1.

    Raises:
        StepError: a step cannot be applied to one of them.
    """
    train = dataset.select("train") if len(dataset.select("train")) else np.arange(len(dataset))
    chosen = train[np.linspace(0, len(train) - 1, min(len(train), _MOST_MEASURED)).astype(int)]
    count, total, squares = 0, np.zeros(1), np.zeros(1)
    for index in chosen.tolist():
        pixels = pictures.to_array(steps.apply(dataset.picture(index))).astype(np.float64)
        count += pixels.shape[0] * pixels.shape[1]
        total, squares = total + pixels.sum(axis=(0, 1)), squares + np.square(pixels).sum(axis=(0, 1))
    means = total / count
    deviations = np.sqrt(np.maximum(squares / count - means**2, 0))
    deviations[deviations < 1e-3] = _SMALLEST_DEVIATION
    return Normalisation(STANDARD, tuple(means.round(3).tolist()), tuple(deviations.round(3).tolist()))
