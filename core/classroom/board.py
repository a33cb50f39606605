"""Everybody's runs, and how they do on images that were held back: for teachers alone."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from core import runs
from core.classroom.sharing import Shared, all_shared
from core.datasets.store import Dataset
from core.errors import PixelwiseError, as_storage_error
from core.images import image_io
from core.runs import Run
from core.runs.comparison.table import RunRow, row
from core.runs.model_files import MODEL
from core.spaces import people
from core.storage import checked, data_home
from core.storage.checked import Count, DamagedError, Longest
from core.storage.progress import Cancelled, Progress, quiet

_AT_ONCE = 256
_MOST_FAILURES, _LONGEST_FAILURE = 20, 500


@dataclass(frozen=True)
class ClassRun:
    """A run of somebody in the class: who, and what its row says."""

    person: str
    run: Run
    row: RunRow


@dataclass(frozen=True)
class Score:
    """How a run's network does on held-back images.

    Attributes:
        right: how many it has right, of `images`.
        images: how many there are.
        content: the content hash of the held-back images.
        model: the version of the network's file.
    """

    right: Count
    images: Count
    content: Annotated[str, Longest(200)]
    model: tuple[int, int]

    @property
    def accuracy(self) -> float:
        """The share that it has right, 0–1."""
        return self.right / self.images if self.images else 0.0


@dataclass(frozen=True)
class Place:
    """A line of the leaderboard: somebody's best run on a dataset."""

    person: str
    row: RunRow
    score: Score


def class_runs() -> list[ClassRun]:
    """Return everybody's runs, the newest first; a space that cannot be read has none."""
    found = []
    for person in people.everybody().values():
        with suppress(PixelwiseError), data_home.at(people.home_of(person.space)):
            found += [ClassRun(person.name, run, row(run)) for run in runs.all_runs()]
    return sorted(found, key=lambda each: each.row.created, reverse=True)


def leaderboard(shared: Shared) -> list[Place]:
    """Return everybody's best scored run on a shared dataset, the best first."""
    best: dict[str, Place] = {}
    for each in _trained_on(shared):
        score = _kept(each.run, shared.held)
        if score is not None:
            place = Place(each.person, each.row, score)
            home = str(each.run.folder.parent)
            if home not in best or place.score.accuracy > best[home].score.accuracy:
                best[home] = place
    return sorted(best.values(), key=lambda place: -place.score.accuracy)


def unscored() -> int:
    """Return how many runs there are whose networks have not been tried on the held-back images."""
    return sum(_kept(each.run, shared.held) is None for shared in all_shared() for each in _trained_on(shared))


def score_job(progress: Progress) -> dict[str, Any]:
    """Try, as a job, all networks on the images held back of the datasets they were trained on.

    Returns:
        How many were `scored`, and why others could not be, a sentence each, in `failed`.

    Raises:
        Cancelled: by `progress`; the scores so far are kept.
    """
    wanted = [(shared.held, each) for shared in all_shared() for each in _trained_on(shared)]
    left = [(held, each) for held, each in wanted if held is not None and _kept(each.run, held) is None]
    scored, failed = 0, []
    for number, (held, each) in enumerate(left):
        progress("scoring the runs", number, len(left), "runs")
        try:
            score(each.run, held, progress)
            scored += 1
        except Cancelled:
            raise
        except Exception as error:  # One damaged network does not keep the others from it, whatever Keras raises.
            said = str(error) if isinstance(error, PixelwiseError) else f"its network cannot be used ({error})"
            failed.append(f"{each.person}, {each.row.title}: {said}"[:_LONGEST_FAILURE])
    return {"scored": scored, "failed": failed[:_MOST_FAILURES]}


def score(run: Run, held: Dataset, progress: Progress = quiet) -> Score:
    """Try a run's network on the images that were held back, and keep the score where no student reads.

    Raises:
        OSError, ValueError: its network cannot be read, or takes other images.
        PixelwiseError: its steps cannot be applied to an image, or the disk is full.
    """
    from core.nn.inference import models

    model, right = _model(run), 0
    for begin in range(0, len(held), _AT_ONCE):
        ids = range(begin, min(begin + _AT_ONCE, len(held)))
        batch = np.stack([image_io.to_array(run.recipe.steps.apply(held.image(each))) for each in ids])
        answered = models.predict(str(run.folder), batch).argmax(axis=1)
        right += int((answered == held.labels[ids.start : ids.stop]).sum())
        progress("scoring " + run.name, ids.stop, len(held), "images")
    made = Score(right, len(held), held.about.content_hash, model)
    with as_storage_error("the score"):
        _file(run).parent.mkdir(parents=True, exist_ok=True)
        checked.write(_file(run), asdict(made))
    return made


def _trained_on(shared: Shared) -> Iterator[ClassRun]:
    """Yield the runs that classify and were trained on just what the class sees of a dataset."""
    if shared.held is None:
        return
    for each in class_runs():
        listed = each.run.listed
        if listed.damage or not listed.has_model or listed.generates:
            continue
        if each.run.about.content_hash == shared.dataset.about.content_hash:
            yield each


def _kept(run: Run, held: Dataset | None) -> Score | None:
    try:
        found = checked.read_object(_file(run), Score)
    except DamagedError:
        return None
    if held is None or found.content != held.about.content_hash or found.model != _model(run):
        return None
    return found if found.right <= found.images == len(held) else None


def _model(run: Run) -> tuple[int, int]:
    return data_home.version(run.folder / MODEL)


def _file(run: Run) -> Path:
    return data_home.common() / "scores" / run.folder.parent.parent.name / f"{run.name}.json"
