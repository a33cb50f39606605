"""Adam's two moments of some weights of a run, step by step.

A training keeps its optimizer's numbers only as they are after its last whole epochs. So its steps are taken again, by
a job: from the same seed, on the same images in the same order. How far the weights are then from those that the run
kept after an epoch is measured with it. It is kept with the run as long as that has the same `model.keras`.
"""

import json
from dataclasses import dataclass

import numpy as np

from core.errors import as_storage_error
from core.runs import Run
from core.runs.model_files import made_of_model
from core.runs.run_job import RunJob
from core.storage import checked
from core.storage.checked import Array
from core.storage.derived import DerivedFile
from core.training import features

JOB = RunJob("adam-moments", "core.nn.inference.adam_moments:measure")
MOST_STEPS, LONGEST_S = 3000, 60
_NUMBERS = Array(np.float64, ("weights", "steps"))
_WANTED = {
    "values": _NUMBERS,
    "first": _NUMBERS,
    "second": _NUMBERS,
    "rates": Array(np.float64, ("steps",)),
    "names": Array(np.uint8, ("bytes",)),
    "of": Array(np.int64, (), low=1),
    "epoch": Array(np.int64, (), low=-1),
    "apart": Array(np.float64, ()),
}


@dataclass(frozen=True, eq=False)
class AdamMoments:
    """Some weights along a run's first steps.

    Attributes:
        names: what each weight is: its layer and its place in the kernel.
        values: the weights before the first step and after each but the last, float64 `(weights, steps)`.
        first: Adam's first moment after each step, and `second` its second, of the same shape.
        second: see above.
        rates: the learning rate of each step, float64 `(steps,)`.
        of: how many steps the whole training had been given.
        epoch: after which kept epoch the weights were compared with the run's; −1: it kept none of these.
        apart: how far the farthest was from the run's own there.
    """

    names: tuple[str, ...]
    values: np.ndarray
    first: np.ndarray
    second: np.ndarray
    rates: np.ndarray
    of: int
    epoch: int
    apart: float


def problem(run: Run) -> str:
    """Say why there are no moments of a run; empty where its steps can be taken again."""
    recipe = run.recipe
    if recipe.optimiser.moments() is None:
        return (
            f"This run trained with {recipe.optimiser.title}, which has no two moments for each weight. Choose one "
            "that trained with Adam or AdamW."
        )
    if features.beginning(recipe) is not None:
        return (
            "This run trained only the layers behind a pretrained network. Choose one that trained all of its layers."
        )
    return ""


def file_of(run: Run) -> DerivedFile:
    """Return the file that they are kept in."""
    return made_of_model(run, "adam-moments.npz")


def load(run: Run) -> AdamMoments | None:
    """Return what was kept; `None` where the steps have yet to be taken again, or it cannot be read."""
    found = file_of(run).read(lambda path: checked.read_arrays(path, _WANTED))
    if found is None or not all(np.isfinite(found[each]).all() for each in ("values", "first", "second", "rates")):
        return None
    try:
        names = json.loads(found["names"].tobytes())
    except ValueError:
        return None
    count, steps = found["values"].shape
    if not isinstance(names, list) or len(names) != count or not count or not steps:
        return None
    return AdamMoments(
        tuple(str(each) for each in names),
        found["values"],
        found["first"],
        found["second"],
        found["rates"],
        int(found["of"]),
        int(found["epoch"]),
        float(found["apart"]),
    )


def keep(run: Run, file: DerivedFile, found: AdamMoments) -> None:
    """Keep them with their run.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    arrays = {each: getattr(found, each).astype(np.float64) for each in ("values", "first", "second", "rates")}
    names = np.frombuffer(json.dumps(found.names).encode(), np.uint8)
    with as_storage_error(f"the moments of {run.name}"), file.write() as beside:
        np.savez(
            beside,
            **arrays,
            names=names,
            of=np.int64(found.of),
            epoch=np.int64(found.epoch),
            apart=np.float64(found.apart),
        )
