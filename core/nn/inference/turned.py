"""The job that asks a run's network about test images turned step by step."""

import numpy as np

from core import runs
from core.evaluation.explaining import subject, turned
from core.evaluation.explaining.turned import ANGLES, IMAGES, Turned
from core.nn.inference import models
from core.runs import RunError
from core.storage.progress import Progress
from core.training.data import prepared_images


def run(name: str, progress: Progress) -> dict[str, int]:
    """Find and keep how many turned test images a run has right, as a job; return of how many `images`.

    Raises:
        RunError: there is no such run, it has no model, or its dataset has changed.
        DatasetError: its dataset is not on this machine.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    of = runs.find(name)
    if not of.has_model:
        raise RunError(f"The run {of.name} has no network yet: it is saved when the training ends.")
    dataset, parts = runs.dataset_of(of), subject.parts_of(of)
    ids = np.sort(np.random.default_rng(0).permutation(parts.test)[:IMAGES])
    images, labels = np.asarray(prepared_images(dataset, of.recipe.steps, progress)[ids]), parts.labels[ids]
    right = []
    for place, angle in enumerate(ANGLES):
        progress("asking the network about turned images", place, len(ANGLES), "angles")
        try:
            answers = models.predict(str(of.folder), turned.turned(images, np.full(len(images), angle)))
        except (OSError, ValueError) as error:
            raise RunError(f"The network of the run {of.name} cannot be read. Train it again.") from error
        right.append(int((answers.argmax(axis=1) == labels).sum()))
    turned.keep(of, Turned(np.array(ANGLES, np.int64), np.array(right, np.int64), len(ids)))
    return {"images": len(ids)}
