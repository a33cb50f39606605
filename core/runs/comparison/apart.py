"""The runs that a choice of one offers: of a sweep's many trials only the best."""

from collections.abc import Collection, Sequence

from core.runs.comparison import sweep_rows
from core.runs.run import Run
from core.sweeps.folders import name_in


def apart_from_trials(found: Sequence[Run], also: Collection[str] = ()) -> list[Run]:
    """Return runs without the trials of sweeps that are there, but for each sweep's best.

    Args:
        found: at least one.
        also: names of trials that stay, such as one that a link names.

    Returns:
        In the same order; at least one: the first where all are trials and none is the best.

    Raises:
        StorageError: the folder of the sweeps cannot be read.
    """
    if not any(name_in(run.name) for run in found):
        return list(found)
    bests = {row.name: row.best for row in sweep_rows.rows()}
    kept = [run for run in found if run.name in also or bests.get(name_in(run.name), run.name) == run.name]
    return kept or list(found[:1])
