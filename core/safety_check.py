"""Checks of an augmentation's safety on a run's pictures, in the background of the server."""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from core import evaluation, prepare, worker
from core.augmentation import Augmentation
from core.datasets import catalogue
from core.errors import PixelwiseError
from core.progress import Cancelled, Progress, quiet
from core.runs import Run, RunError
from core.safety import Safety, measure

_KEPT = 16


def check(run: Run, augmentation: Augmentation, part: str, count: int, seed: int, progress: Progress = quiet) -> Safety:
    """Measure a run's safety on some of its pictures, drawn by chance.

    Args:
        run: a finished run.
        augmentation: what may be drawn.
        part: `validation` or `test`.
        count: how many pictures, at most as many as there are.
        seed: of the choice of pictures and of the draws.
        progress: told what is done; it may cancel.

    Raises:
        RunError: the run cannot predict, or its data set has changed.
        DatasetError: the data set is not on this machine.
    """
    dataset = catalogue.open_dataset(run.about.name)
    if dataset.about.content_hash != run.about.content_hash:
        raise RunError(f"The data set {run.about.title} has changed since this run: it cannot be checked on it.")
    known = evaluation.load(run, part)
    chosen = np.random.default_rng(seed).permutation(len(known.ids))[:count]
    chosen.sort()
    progress("preparing the pictures", 0, 0, "pictures")
    pictures = prepare.prepared_pictures(dataset, run.recipe.steps)
    progress("starting the network, which takes some seconds the first time", 0, 0, "pictures")
    worker.predict_prepared(run, np.asarray(pictures[:1]))
    labels = known.labels[chosen].astype(np.int64)
    return measure(
        lambda batch: worker.predict_prepared(run, batch),
        pictures,
        known.ids[chosen],
        labels,
        augmentation,
        seed=seed,
        progress=progress,
    )


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

    def __init__(self, run: Run, augmentation: Augmentation, part: str, count: int, seed: int) -> None:
        """Start it; the arguments are `check`'s."""
        self.standing = Standing()
        self._cancelled = threading.Event()
        work = partial(check, run, augmentation, part, count, seed, progress=self._note)
        threading.Thread(target=self._do, args=(work,), name="safety", daemon=True).start()

    def cancel(self) -> None:
        """End it after the portion that it is at."""
        self._cancelled.set()

    def _do(self, work: Callable[[], Safety]) -> None:
        try:
            self.standing = replace(self.standing, result=work(), fraction=1.0)
        except PixelwiseError as error:
            self.standing = replace(self.standing, cause=str(error))
        except MemoryError:
            self.standing = replace(self.standing, cause="There was not enough memory. Check fewer pictures.")
        except Exception as error:  # The page says the cause; without one it would wait for ever.
            self.standing = replace(self.standing, cause=f"It failed ({type(error).__name__}: {error}).")

    def _note(self, doing: str, done: int, total: int, _unit: str) -> None:
        if self._cancelled.is_set():
            raise Cancelled("It was cancelled. Check again to go on.")
        self.standing = replace(self.standing, doing=doing, fraction=done / total if total else 0.0)


_checks: "OrderedDict[str, Check]" = OrderedDict()
_lock = threading.Lock()


def begun(run: Run, augmentation: Augmentation, part: str, count: int, seed: int) -> str:
    """Start a check, unless the same one is there; return the name by which `find` finds it."""
    parts = [run.name, augmentation.to_json(), part, count, seed]
    key = json.dumps(parts, sort_keys=True)
    with _lock:
        if key not in _checks or _checks[key].standing.cause:
            _checks[key] = Check(run, augmentation, part, count, seed)
        _checks.move_to_end(key)
        while len(_checks) > _KEPT:
            _, old = _checks.popitem(last=False)
            old.cancel()
    return key


def find(key: str) -> Check | None:
    """Return a check that was begun; `None` when it is forgotten."""
    return _checks.get(key)
