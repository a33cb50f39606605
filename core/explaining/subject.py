"""What is explained: a picture as a run's network saw it, and what is known of it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core import evaluation, pictures
from core.datasets import audit, catalogue
from core.datasets.findings import PASSED, Finding
from core.datasets.store import Dataset
from core.evaluation import Predictions
from core.prepare import Parts, parts
from core.runs import Run, RunError

TRAIN = "train"


def dataset_of(run: Run) -> Dataset:
    """Return the data set that a run was made with.

    Raises:
        DatasetError: it is not on this machine.
        RunError: its content is another than it was.
    """
    dataset = catalogue.open_dataset(run.about.name)
    if dataset.about.content_hash != run.about.content_hash:
        raise RunError(
            f"The data set {run.about.title} has changed since this run: its pictures cannot be matched. Add it again "
            "as it was, or train anew."
        )
    return dataset


def parts_of(run: Run) -> Parts:
    """Return which pictures trained, validated and tested a run, with the labels that it was given.

    Raises:
        DatasetError, RunError: as `dataset_of`.
        RecipeError: its data set cannot be divided as the recipe says.
    """
    return _parts(run, dataset_of(run))


@lru_cache(maxsize=8)
def _parts(run: Run, dataset: Dataset) -> Parts:
    return parts(dataset, run.recipe.split, run.decided)


def seen(run: Run, dataset: Dataset, index: int) -> np.ndarray:
    """Return a picture as the network sees it, after the run's steps, uint8 `(height, width, channels)`.

    Raises:
        DatasetError: the picture's file is damaged.
        StepError: a step cannot be applied to it.
    """
    return pictures.to_array(run.recipe.steps.apply(dataset.picture(index)))


@dataclass(frozen=True, eq=False)
class Known:
    """What a run's own predictions tell of a picture.

    Attributes:
        label: the true class.
        probabilities: float32 `(classes,)`.
        loss: its cross-entropy, in nats.
        worse_than: the share of the part's pictures with a smaller loss, 0–1.
    """

    label: int
    probabilities: np.ndarray
    loss: float
    worse_than: float


def known(found: Predictions, index: int) -> Known | None:
    """Return what was predicted for a picture of the data set; `None` where it is not among the predictions."""
    places = np.flatnonzero(found.ids == index)
    if not len(places):
        return None
    place = int(places[0])
    loss = float(found.losses[place])
    return Known(int(found.labels[place]), found.probabilities[place], loss, float(np.mean(found.losses < loss)))


def flags(dataset: Dataset, index: int) -> list[Finding]:
    """Return the findings of the data set's audit that concern a picture; none where it was not audited."""
    made = audit.load(dataset)
    return [each for each in made.findings if each.severity != PASSED and index in each.ids] if made else []


def predictions(run: Run, part: str) -> Predictions | None:
    """Return a run's predictions for a part; `None` for training pictures, of which none are kept.

    Raises:
        RunError: they are not there or cannot be read.
    """
    return None if part == TRAIN else evaluation.load(run, part)
