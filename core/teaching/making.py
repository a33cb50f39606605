"""What was taught as an ordinary dataset and an ordinary run, for all other pages, exports and scripts."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import numpy as np

from core import runs
from core.datasets.sources import importing, uploads
from core.datasets.sources.archives import Source
from core.datasets.sources.choices import Choices
from core.datasets.sources.importing import Plan
from core.datasets.sources.labels import FOLDERS, Labelling, drawn_splits
from core.datasets.sources.readers import Member, Opened, Reader, Refused
from core.datasets.store import Dataset
from core.errors import as_storage_error
from core.evaluation.predictions import Predictions
from core.nn.inference import teaching
from core.prediction import worker
from core.recipes.recipe import Recipe, find_recipe
from core.runs import Run
from core.runs.status import FINISHED
from core.storage import data_home
from core.storage.progress import counted
from core.teaching.learner import Learned
from core.teaching.project import Project, TeachingError
from core.training.parts import parts

# Of each class: one tests, and a fifth of five others validates, however many classes there are.
FEWEST = 6


@dataclass(frozen=True)
class _ProjectReader(Reader):
    """A project's images, as an import reads them."""

    found: tuple[Member, ...] = ()

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Tell that no path is read by it: it is made of a project."""
        return path.is_dir() and False

    def members(self) -> Iterator[Member | Refused]:
        """Go through the images."""
        yield from self.found

    def opened(self) -> AbstractContextManager[Opened]:
        """Open nothing: each file is opened when it is read."""

        @contextmanager
        def files() -> Iterator[Opened]:
            yield _Files()

        return files()


class _Files(Opened):
    def file(self, member: Member) -> IO[bytes]:
        place: Path = member.place
        return place.open("rb")


def make(project: Project, learned: Learned) -> Run:
    """Make a dataset and a finished run of a project.

    The run's network is the pretrained one and the last layer that was learned, of all images. Its predictions of
    validation and test images are those of layers that were fitted without them.

    Raises:
        TeachingError: there are too few images of a class, or an image is lost.
        DatasetError, RunError, RecipeError: it cannot be made.
        StorageError: the disk is full or may not be written.
    """
    counts = np.bincount(learned.labels, minlength=len(learned.class_names))
    if counts.min() < FEWEST or learned.probabilities is None:
        name = learned.class_names[int(counts.argmin())]
        raise TeachingError(
            f"{name} has {counted(int(counts.min()), 'image')}: a run needs {FEWEST} of each class, to learn from some "
            "and to measure it on others. Add some."
        )
    dataset = _dataset(project, learned)
    run = runs.create(_recipe(dataset, len(learned.labels)), dataset.about.name, title=learned.content.title)
    try:
        _fill(run, dataset, learned)
    except BaseException:
        run.remove()
        raise
    return run


def _dataset(project: Project, learned: Learned) -> Dataset:
    names, labels = learned.class_names, learned.labels
    members = tuple(
        Member(
            (names[label], f"{image.sha256[:12]} {image.name}"), project.file(image).stat().st_size, project.file(image)
        )
        for image, label in zip(learned.images, labels, strict=True)
    )
    # No origin is kept of what lies there: it is not to be read again by its path.
    reader = _ProjectReader(uploads.folder() / f"teach-{project.name}", learned.content.title, found=members)
    labelling = Labelling(FOLDERS, names, labels.astype(np.int16), None)
    splits = drawn_splits(labels, 0.2, 0)
    plan = Plan(
        Source(reader, list(members)),
        labelling,
        (),
        splits,
        np.ones(len(labels), bool),
        True,
        (),
        Choices(unlabeled=False),
    )
    title = learned.content.title
    dataset = importing.import_images(plan, name=title, title=title, source="Taught on the Teach page")
    if len(dataset) != len(labels) or dataset.about.class_names != names:
        raise TeachingError("Some images cannot be read any more: remove them from their classes, and try again.")
    return dataset


def _recipe(dataset: Dataset, count: int) -> Recipe:
    """Return the recipe of the last layer: its training minimises what logistic regression did."""
    recipe = find_recipe(teaching.RECIPE)
    return replace(recipe, dataset=dataset.about.name, name=f"taught-{count}")


def _fill(run: Run, dataset: Dataset, learned: Learned) -> None:
    """Write the model, the predictions and how it ended."""
    began = time.time()
    channels = dataset.about.size[2]
    worker.ask(teaching.write_model, str(run.folder), channels, learned.head.weights, learned.head.bias)
    divided = parts(dataset, run.recipe.split, run.decided)
    arrays: dict[str, np.ndarray] = {}
    result: dict[str, float] = {}
    probabilities = np.asarray(learned.probabilities, np.float32)
    for part, ids in (("validation", divided.validation), ("test", divided.test)):
        found = Predictions(ids, np.asarray(divided.labels[ids]), probabilities[ids])
        arrays |= {f"{part}_{name}": getattr(found, name) for name in ("ids", "labels", "probabilities")}
        result |= {f"{part}_accuracy": found.accuracy, f"{part}_loss": float(found.losses.mean())}
    with as_storage_error(f"the run {run.name}"):
        with data_home.replacing(run.folder / "evaluation.npz", lasting=True) as beside:
            np.savez(beside, **arrays)  # type: ignore[arg-type]
        epochs = run.recipe.fit.epochs
        status = replace(
            run.status(),
            state=FINISHED,
            doing="",
            started=began,
            ended=time.time(),
            epoch=epochs,
            epochs=epochs,
            fraction=1.0,
            kept_epoch=float(epochs),
            result=result,
            remark=f"Taught on the Teach page: its last layer was fitted on all {len(learned.labels):,} images at "
            "once, without epochs. What it predicts for validation and test images was found by "
            "cross-validation: by layers fitted without them.",
        )
        run.write_status(status)
