"""All that is damaged in the data home: what it is, what is wrong with it, and how it is removed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from core import runs
from core.cluster import chosen
from core.datasets import decisions, store
from core.datasets.sources import catalogue
from core.errors import PixelwiseError
from core.spaces import settings as serving
from core.storage import jobs, user_library
from core.sweeps import folders as sweeps
from core.teaching import project as teaching


@dataclass(frozen=True)
class Damaged:
    """Something that is damaged.

    Attributes:
        key: what it is, and its name: `run 20261128-191340-digits-cnn`.
        sentence: what is wrong with it, for a person.
        remove: deletes it; `None` where only a part of it is lost, and the rest is there to be used.
        for_good: whether what is deleted cannot be brought back: a person is asked first.
    """

    key: str
    sentence: str
    remove: Callable[[], None] | None = None
    for_good: bool = False


def all_damaged() -> list[Damaged]:
    """Return everything that is damaged: runs, datasets, jobs, what was saved under a name, a cluster's address.

    What has not changed since it was looked at last is not read again. A part of the data home that cannot be read at
    all is one such thing, too.
    """
    made: list[Damaged] = []
    for look in (_runs, _sweeps, _datasets, _jobs, _saved, _taught, _cluster):
        try:
            made += look()
        except PixelwiseError as error:
            made.append(Damaged(look.__name__.strip("_"), str(error)))
    return made


def _runs() -> Iterator[Damaged]:
    for run in runs.all_runs(thorough=True):
        if run.listed.damage:
            yield Damaged(f"run {run.name}", run.listed.damage, run.remove)
        if run.listed.remark:
            yield Damaged(f"run {run.name}: about.json", run.listed.remark, run.forget_about)


def _sweeps() -> Iterator[Damaged]:
    for sweep in sweeps.all_sweeps():
        if sweep.damage:
            yield Damaged(f"sweep {sweep.name}", sweep.damage, sweep.remove, for_good=True)


def _datasets() -> Iterator[Damaged]:
    for name in store.names():
        if problem := store.damage(name):
            yield Damaged(f"dataset {name}", problem, partial(store.remove, name), for_good=True)
        elif lost := decisions.unreadable(catalogue.open_dataset(name)):
            yield Damaged(f"dataset {name}: decisions", lost)


def _jobs() -> Iterator[Damaged]:
    for job in jobs.all_jobs():
        if job.damage:
            yield Damaged(f"job {job.key}", job.damage, job.forget)


def _saved() -> Iterator[Damaged]:
    for path, sentence in user_library.damaged().items():
        yield Damaged(f"saved {path.parent.name}/{path.name}", sentence, partial(user_library.remove_damaged, path))


def _taught() -> Iterator[Damaged]:
    for project in teaching.projects():
        try:
            project.content()
        except PixelwiseError as error:
            yield Damaged(f"project {project.name}", str(error), project.remove, for_good=True)


def _cluster() -> Iterator[Damaged]:
    # A server's own files are no user's to delete.
    if not serving.served() and (sentence := chosen.damage()):
        yield Damaged("cluster", sentence, chosen.forget)
