"""What is explained: an image as a run's network saw it, and what is known of it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core import runs
from core.datasets.audit import report
from core.datasets.audit.findings import GONE, PASSED, AuditFinding
from core.datasets.store import Dataset
from core.evaluation import predictions as evaluation
from core.evaluation.predictions import Predictions
from core.images import image_io
from core.runs import Run
from core.training.parts import Parts, parts

TRAIN = "train"


def parts_of(run: Run) -> Parts:
    """Return which images trained, validated and tested a run, with the labels that it was given.

    Raises:
        DatasetError, RunError: as `runs.dataset_of`.
        RecipeError: its dataset cannot be divided as the recipe says.
    """
    return _parts(run, runs.dataset_of(run))


@lru_cache(maxsize=8)
def _parts(run: Run, dataset: Dataset) -> Parts:
    return parts(dataset, run.recipe.split, run.decided)


def network_input(run: Run, dataset: Dataset, index: int) -> np.ndarray:
    """Return an image as the network sees it, after the run's steps, uint8 `(height, width, channels)`.

    Raises:
        DatasetError: the image's file is damaged.
        StepError: a step cannot be applied to it.
    """
    return image_io.to_array(run.recipe.steps.apply(dataset.image(index)))


@dataclass(frozen=True, eq=False)
class Known:
    """What a run's own predictions tell of an image.

    Attributes:
        label: the true class.
        probabilities: float32 `(classes,)`.
        loss: its cross-entropy, in nats.
        worse_than: the share of the part's images with a smaller loss, 0–1.
    """

    label: int
    probabilities: np.ndarray
    loss: float
    worse_than: float


def prediction_of(found: Predictions, index: int) -> Known | None:
    """Return what was predicted for an image of the dataset; `None` where it is not among the predictions."""
    place = found.position(index)
    if place is None:
        return None
    loss = float(found.losses[place])
    return Known(int(found.labels[place]), found.probabilities[place], loss, float(np.mean(found.losses < loss)))


def flags(dataset: Dataset, index: int) -> list[AuditFinding]:
    """Return the findings of the dataset's audit that concern an image, by what is decided; none if not audited."""
    made = report.load(dataset)
    standing = [report.as_decided(dataset, each) for each in made.findings] if made else []
    return [each for each in standing if each.severity not in (PASSED, GONE) and index in each.ids]


def predictions(run: Run, part: str) -> Predictions | None:
    """Return a run's predictions for a part; `None` for training images, of which none are kept.

    Raises:
        RunError: they are not there or cannot be read.
    """
    return None if part == TRAIN else evaluation.load(run, part)
