"""Asking the worker for samples of a network that makes images."""

from collections.abc import Sequence

import numpy as np

from core.nn.generation import sampling
from core.prediction.worker import WorkerCall
from core.runs import Run
from core.runs.model_files import GENERATOR
from core.storage import data_home


def can_sample(run: Run) -> bool:
    """Tell whether a run's network that makes images is there."""
    return (run.folder / GENERATOR).exists()


def version(run: Run) -> tuple[int, int]:
    """Return what differs after a run's network was replaced: what it made is kept by it."""
    return data_home.version(run.folder / GENERATOR)


def samples(run: Run, seeds: Sequence[int], label: int) -> WorkerCall[np.ndarray]:
    """Ask for a sample of the noise of each seed, uint8 `(n, height, width, channels)`.

    Args:
        run: one that `can_sample`.
        seeds: of the noise, at least one.
        label: the class that all shall show; −1: any.

    Raises:
        RunError: the run's network that makes images is not there.
    """
    return _asked(run, sampling.of_seeds, tuple(seeds), label)


def walked(run: Run, first: int, last: int, label: int, count: int) -> WorkerCall[np.ndarray]:
    """Ask for samples on the way from the noise of one seed to that of another, ends included, as `samples` does."""
    return _asked(run, sampling.on_the_way, (first, last), label, count)


def forming(run: Run, seed: int, label: int) -> WorkerCall[np.ndarray]:
    """Ask what one noise is on its way to an image, uint8 `(stages, height, width, channels)`, else as `samples`.

    Where a network makes an image at once, that is all there is.
    """
    return _asked(run, sampling.forming, seed, label)


def _asked(run: Run, function: object, *arguments: object) -> WorkerCall[np.ndarray]:
    generator = run.recipe.generator
    kind = {} if generator is None else generator.to_json()
    return WorkerCall(run, function, kind, len(run.about.class_names), *arguments, network=GENERATOR)  # type: ignore[arg-type]
