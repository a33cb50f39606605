"""All sweeps at a glance, a row each among those of the runs: how far it is, and what its best came to."""

import json
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path

from core.datasets.sources import catalogue
from core.errors import PixelwiseError
from core.runs.comparison.table import DAMAGED
from core.storage import data_home
from core.sweeps import folders as sweeps
from core.sweeps import result
from core.sweeps.plan import ACCURACY
from core.sweeps.result import Figure
from core.sweeps.status import SweepStatus
from core.sweeps.sweep import Sweep, best_of
from core.sweeps.trials import OPEN


@dataclass(frozen=True)
class SweepRow:
    """A sweep in the table.

    Attributes:
        name: the sweep's, which finds it.
        title: its recipe's title.
        data: its dataset's title.
        what: what varies, in words.
        state: one of the states of `core.sweeps.status`, or `DAMAGED`.
        created: when it was made, in seconds since 1970.
        ended: how many trials have ended, of `trials`.
        trials: how many there are to be.
        validation: the accuracy of its best on validation images, 0–1; `None` where it is judged by the loss.
        validation_said: the figure that it is judged by, with its interval where there is one.
        test: the accuracy of its best on test images, 0–1.
        test_said: the same with its interval.
        best: the name of the first run of its best trial; empty before one has finished.
        cause: why it failed, in words.
    """

    name: str
    title: str
    data: str = "–"
    what: str = ""
    state: str = DAMAGED
    created: float = 0.0
    ended: int = 0
    trials: int = 0
    validation: float | None = None
    validation_said: str = ""
    test: float | None = None
    test_said: str = ""
    best: str = ""
    cause: str = ""

    @cached_property
    def as_json(self) -> str:
        """The values of its `FIELDS`, a JSON array."""
        return json.dumps([getattr(self, name) for name in FIELDS])


FIELDS = tuple(each.name for each in fields(SweepRow))


def rows() -> list[SweepRow]:
    """Return a row for each sweep, newest first.

    Raises:
        StorageError: the folder of the sweeps cannot be read.
    """
    return [row(sweep) for sweep in sweeps.all_sweeps()]


def row(sweep: Sweep) -> SweepRow:
    """Return a sweep's row; one that cannot be read has one that says so."""
    try:
        status = sweep.status()
    except PixelwiseError as error:
        return SweepRow(sweep.name, sweep.name, cause=str(error))
    versions = tuple(data_home.version(sweep.folder / name) for name in ("sweep.json", "trials.jsonl"))
    return _row(sweep.folder, status, versions)


@lru_cache(maxsize=256)
def _row(folder: Path, status: SweepStatus, _versions: tuple[tuple[int, int], ...]) -> SweepRow:
    sweep = Sweep(folder)
    try:
        plan, trials, recipe = sweep.plan, sweep.trials(), sweep.recipe
    except PixelwiseError as error:
        return SweepRow(sweep.name, sweep.name, cause=str(error))
    best, share = best_of(trials, plan.objective), plan.objective == ACCURACY
    valid, tested = (result.validation(best, plan), result.test(best, plan)) if best else (None, None)
    varied = ", ".join(each.name.rpartition(".")[2].replace("_", " ") for each in sweep.variations)
    return SweepRow(
        name=sweep.name,
        title=f"{recipe.title} · {'sweep' if plan.vary else plan.repeats_said()}",
        data=catalogue.title(plan.dataset),
        what=f"over {varied}" if varied else "cross-validation" if plan.folds else "the same with other seeds",
        state=status.state,
        created=plan.created,
        ended=sum(trial.state != OPEN for trial in trials),
        trials=plan.trials,
        validation=valid.value if valid and share else None,
        validation_said=_said(valid, share=share),
        test=tested.value if tested else None,
        test_said=_said(tested, share=True),
        best=sweep.run_name(best.number, 0) if best else "",
        cause=status.cause,
    )


def _said(figure: Figure | None, *, share: bool) -> str:
    """Return a figure and half its interval for a cell, such as `97.50% ± 1.20`."""
    if figure is None:
        return ""
    shown = f"{figure.value:.2%}" if share else f"{figure.value:.4f}"
    if figure.low is None or figure.high is None:
        return shown
    half = max(figure.high - figure.value, figure.value - figure.low)
    return f"{shown} ± {100 * half:.2f}" if share else f"{shown} ± {half:.4f}"
