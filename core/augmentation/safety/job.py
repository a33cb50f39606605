"""Checks of an augmentation's safety on a run's images, in the background of the server."""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from core import runs
from core.augmentation import Augmentation
from core.augmentation.safety.measurement import Safety, measure
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.evaluation import predictions
from core.prediction import worker
from core.runs import Run, RunError
from core.storage.data_home import carried
from core.storage.progress import Cancelled, Progress, quiet
from core.training import data

_KEPT = 16


def fits(run: Run, dataset: Dataset) -> bool:
    """Tell whether a run can judge what an augmentation does to the images of a dataset.

    It can where it was trained on the dataset, or on another one with the same classes.
    """
    return run.has_model and run.has_evaluation and (runs.is_of(run, dataset) or dataset.about.is_like(run.about))


def check(
    run: Run,
    augmentation: Augmentation,
    part: str,
    count: int,
    seed: int,
    dataset: Dataset | None = None,
    progress: Progress = quiet,
) -> Safety:
    """Measure an augmentation's safety on some images that a run did not train on, drawn by chance.

    Args:
        run: a finished run that fits the dataset.
        augmentation: what may be drawn.
        part: `validation` or `test`.
        count: how many images, at most as many as there are.
        seed: of the choice of images and of the draws.
        dataset: whose images are changed; of one that the run was not trained on, the test images. `None`: those of
            the run's own.
        progress: told what is done; it may cancel.

    Raises:
        RunError: the run cannot predict, does not fit the dataset, or its own has changed.
        DatasetError: its own is not on this machine.
    """
    if dataset is None:
        dataset = runs.dataset_of(run)
    if not (runs.is_of(run, dataset) or dataset.about.is_like(run.about)):
        raise RunError(f"The run {run.title} knows other images than {dataset.about.title}: it cannot be asked.")
    ids, known_labels = _known(run, dataset, part)
    chosen = np.random.default_rng(seed).permutation(len(ids))[:count]
    chosen.sort()
    progress("preparing the images", 0, 0, "images")
    images = data.prepared_images(dataset, run.recipe.steps)
    progress("starting the network, which takes some seconds the first time", 0, 0, "images")
    worker.predict_prepared(run, np.asarray(images[:1]))
    labels = known_labels[chosen].astype(np.int64)
    return measure(
        lambda batch: worker.predict_prepared(run, batch),
        images,
        ids[chosen],
        labels,
        augmentation,
        seed=seed,
        progress=progress,
    )


def _known(run: Run, dataset: Dataset, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return images that the run did not train on, with their classes as it numbers them, both int64 `(n,)`."""
    if runs.is_of(run, dataset):
        found = predictions.load(run, part)
        return found.ids, found.labels
    names = [name.casefold() for name in run.about.class_names]
    ids = dataset.select("test")
    if not len(ids):
        raise RunError(f"{dataset.about.title} has no test images: the run {run.title} cannot be asked about it.")
    return ids, np.array([names.index(dataset.about.class_names[label].casefold()) for label in dataset.labels[ids]])


@dataclass(frozen=True)
class Standing:
    """How a check in the background stands.

    Attributes:
        doing: what is done now, in words.
        fraction: how much of all is done, 0–1.
        result: what was found, once it is.
        cause: why it failed, in words; empty when it did not.
    """

    doing: str = "starting"
    fraction: float = 0.0
    result: Safety | None = None
    cause: str = ""

    @property
    def going_on(self) -> bool:
        """Whether it is not over yet."""
        return self.result is None and not self.cause


class Check:
    """A check in the background: the worker predicts, so that pages stay alive."""

    def __init__(
        self, run: Run, augmentation: Augmentation, part: str, count: int, seed: int, dataset: Dataset | None = None
    ) -> None:
        """Start it; the arguments are `check`'s."""
        self.standing = Standing()
        self._cancelled = threading.Event()
        work = partial(check, run, augmentation, part, count, seed, dataset, progress=self._note)
        threading.Thread(target=carried(self._do), args=(work,), name="safety", daemon=True).start()

    def cancel(self) -> None:
        """End it after the portion that it is at."""
        self._cancelled.set()

    def _do(self, work: Callable[[], Safety]) -> None:
        try:
            self.standing = replace(self.standing, result=work(), fraction=1.0)
        except PixelwiseError as error:
            self.standing = replace(self.standing, cause=str(error))
        except MemoryError:
            self.standing = replace(self.standing, cause="There was not enough memory. Check fewer images.")
        except Exception as error:  # The page says the cause; without one it would wait for ever.
            self.standing = replace(self.standing, cause=f"It failed ({type(error).__name__}: {error}).")

    def _note(self, doing: str, done: int, total: int, _unit: str) -> None:
        if self._cancelled.is_set():
            raise Cancelled("It was canceled. Check again to go on.")
        self.standing = replace(self.standing, doing=doing, fraction=done / total if total else 0.0)


_checks: "OrderedDict[str, Check]" = OrderedDict()
_lock = threading.Lock()


def start(
    run: Run, augmentation: Augmentation, part: str, count: int, seed: int, dataset: Dataset | None = None
) -> str:
    """Start a check, unless the same one is there; return the name by which `find` finds it."""
    of = [dataset.about.name, dataset.about.content_hash] if dataset else []
    parts = [str(run.folder), *of, augmentation.to_json(), part, count, seed]
    key = json.dumps(parts, sort_keys=True)
    with _lock:
        if key not in _checks or _checks[key].standing.cause:
            _checks[key] = Check(run, augmentation, part, count, seed, dataset)
        _checks.move_to_end(key)
        while len(_checks) > _KEPT:
            _, old = _checks.popitem(last=False)
            old.cancel()
    return key


def find(key: str) -> Check | None:
    """Return a check that was begun; `None` when it is forgotten."""
    return _checks.get(key)
