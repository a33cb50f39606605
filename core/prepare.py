"""Data set × preprocessing → memory-mapped arrays, made once; and which pictures train, validate and test."""

import hashlib
import json
from dataclasses import dataclass

import numpy as np

from core import home, pictures
from core.datasets.decisions import Decided
from core.datasets.store import Dataset
from core.errors import storing
from core.preprocessing import Pipeline
from core.recipe import RecipeError, Split

_FEWEST_OF_A_CLASS = 2


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
    """The indices, int64, of the pictures that train, validate and test, and the label of every picture, int16."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    labels: np.ndarray


def parts(dataset: Dataset, split: Split, decided: Decided | None = None) -> Parts:
    """Divide a data set as a recipe's split says: the same split gives the same parts.

    Args:
        dataset: whose pictures are divided.
        split: how; its seed draws among the pictures as published, whatever was decided on them.
        decided: what people decided; test pictures stay as published.

    Raises:
        RecipeError: nothing to train on, or too few pictures to draw a validation set by class.
    """
    train, validation, test = (dataset.select(name) for name in ("train", "validation", "test"))
    if len(test) == 0 or len(dataset.about.class_names) < 2:
        missing = "test pictures" if len(test) == 0 else "second class"
        raise RecipeError(f"{dataset.about.title} has no {missing}: there is nothing to learn, or to measure it on.")
    labels = np.array(dataset.labels)
    if split.validation == "test":
        return Parts(_kept(train, labels, decided), test, test, labels)
    if len(validation) == 0:
        train, validation = _drawn(dataset, train, split)
    train, validation = _kept(train, labels, decided), _kept(validation, labels, decided)
    if not len(train) or not len(validation):
        raise RecipeError(f"Of {dataset.about.title}, every picture that trains or validates is excluded. Undo some.")
    return Parts(train, validation, test, labels)


def _drawn(dataset: Dataset, train: np.ndarray, split: Split) -> tuple[np.ndarray, np.ndarray]:
    """Draw the validation pictures from the training pictures, by class."""
    from sklearn.model_selection import train_test_split

    counts = np.bincount(dataset.labels[train], minlength=len(dataset.about.class_names))
    if counts.min() < _FEWEST_OF_A_CLASS:
        name = dataset.about.class_names[counts.argmin()]
        raise RecipeError(
            f"No validation pictures can be drawn from {dataset.about.title}: its class {name} has {counts.min()} "
            f"training pictures, and at least {_FEWEST_OF_A_CLASS} are needed. Add some, or validate on test pictures."
        )
    try:
        kept, drawn = train_test_split(
            train, test_size=split.fraction, stratify=dataset.labels[train], random_state=split.seed
        )
    except ValueError as error:
        raise RecipeError(f"No validation pictures can be drawn from {dataset.about.title}: {error}") from error
    return np.sort(kept), np.sort(drawn)


def _kept(part: np.ndarray, labels: np.ndarray, decided: Decided | None) -> np.ndarray:
    """Return a part without the excluded pictures, and give the relabelled ones their new label."""
    if decided is None:
        return part
    for index in np.intersect1d(part, list(decided.labels)):
        labels[index] = decided.labels[int(index)]
    return np.setdiff1d(part, decided.excluded)
