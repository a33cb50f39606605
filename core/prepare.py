"""Data set × preprocessing → memory-mapped arrays, made once; and which pictures train, validate and test."""

import hashlib
import json
from dataclasses import dataclass

import numpy as np

from core import home, pictures
from core.datasets.store import Dataset
from core.errors import storing
from core.preprocessing import Pipeline
from core.recipe import RecipeError, Split


def prepared_pictures(dataset: Dataset, steps: Pipeline) -> np.ndarray:
    """Return all pictures after the steps, uint8 `(n, height, width, channels)`, memory-mapped.

    Pictures that the steps leave as they are come straight from the data set; others are made at the first call and
    kept in the data home under the hash of the data set's content and the steps.

    Raises:
        RecipeError: the steps give pictures of several shapes.
        StorageError: the disk is full or may not be written.
    """
    first = dataset.picture(0)
    if not dataset.about.as_files and steps.apply(first) is first:
        return dataset.pictures
    key = hashlib.sha256(f"{dataset.about.content_hash} {json.dumps(steps.to_json())}".encode()).hexdigest()
    path = home.data_home() / "prepared" / f"{key}.npy"
    if not path.exists():
        shape = pictures.to_array(steps.apply(first)).shape
        with storing("the prepared pictures"):
            path.parent.mkdir(parents=True, exist_ok=True)
            with home.replacing(path) as beside:
                made = np.lib.format.open_memmap(beside, "w+", np.uint8, (len(dataset), *shape))
                for index in range(len(dataset)):
                    made[index] = _checked(steps, dataset, index, shape)
                made.flush()
    prepared: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    return prepared


def _checked(steps: Pipeline, dataset: Dataset, index: int, shape: tuple[int, ...]) -> np.ndarray:
    array = pictures.to_array(steps.apply(dataset.picture(index)))
    if array.shape != shape:
        raise RecipeError(
            f"The steps give pictures of different shapes ({shape} and {array.shape}): end them with a Resize step."
        )
    return array


@dataclass(frozen=True)
class Parts:
    """The indices, int64, of the pictures that train, validate and test."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def parts(dataset: Dataset, split: Split) -> Parts:
    """Divide a data set as a recipe's split says: the same split gives the same parts.

    Raises:
        RecipeError: too few pictures to draw a validation set by class.
    """
    train, test = dataset.select("train"), dataset.select("test")
    if split.validation == "test":
        return Parts(train, test, test)
    from sklearn.model_selection import train_test_split

    try:
        kept, drawn = train_test_split(
            train, test_size=split.fraction, stratify=dataset.labels[train], random_state=split.seed
        )
    except ValueError as error:
        raise RecipeError(f"No validation pictures can be drawn from {dataset.about.title}: {error}") from error
    return Parts(np.sort(kept), np.sort(drawn), test)
