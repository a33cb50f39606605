"""The folders of sweeps: making one, and finding those that are there."""

import contextlib
import json
import time
from dataclasses import asdict, replace
from pathlib import Path

from core import runs
from core.cluster import start as cluster
from core.datasets import decisions
from core.datasets.decisions import Decided
from core.datasets.sources import catalogue
from core.errors import COMMAND, as_storage_error
from core.recipes.recipe import Recipe
from core.runs import Run
from core.settings import format_value
from core.spaces import limits
from core.storage import checked, data_home, processes, trash
from core.storage.names import slug
from core.sweeps.plan import Plan, check
from core.sweeps.status import RUNNING, SweepStatus
from core.sweeps.sweep import Sweep
from core.sweeps.together import suited_number
from core.sweeps.variation import SweepError


def sweeps_folder() -> Path:
    """Return where sweeps are kept."""
    return data_home.data_home() / "sweeps"


def all_sweeps() -> list[Sweep]:
    """Return all sweeps, newest first, with those that are damaged.

    Raises:
        StorageError: the folder of the sweeps cannot be read.
    """
    return [Sweep(sweeps_folder() / name) for name in reversed(data_home.folders_in(sweeps_folder()))]


def find(name: str) -> Sweep:
    """Return the sweep of this name, or the only one whose name begins so; `latest` is the newest.

    Raises:
        SweepError: none or several.
    """
    found = all_sweeps()
    if name == "latest" and found:
        return found[0]
    matching = [sweep for sweep in found if sweep.name == name] or [
        sweep for sweep in found if name and sweep.name.startswith(name)
    ]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise SweepError(f"Several sweeps begin with {name!r}: {', '.join(sweep.name for sweep in matching)}.")
    raise SweepError(f"There is no sweep {format_value(name)}. See: {COMMAND} sweeps list")


def restore(name: str) -> Sweep:
    """Bring back a sweep from the trash; `name` is its whole name.

    Raises:
        SweepError: it is not there, or there is one of its name again.
        StorageError: it may not be moved.
    """
    return Sweep(trash.restore(sweeps_folder(), name, "sweep", SweepError))


def create(plan: Plan) -> Sweep:
    """Make the folder of a new sweep, after all of it is checked; `Sweep.start` starts it.

    Args:
        plan: what it is to do; its recipe's sizes are made to follow the dataset. `together` 0: as many as suit this
            machine, and `created` 0: now.

    Raises:
        SweepError: it cannot be carried out. The message says why.
        RecipeError: its recipe cannot be used.
        DatasetError: the dataset is not on this machine.
        ClusterError: there is a cluster, and it cannot train the recipe.
        RunError: there is no run with the weights to begin with.
        StorageError: the disk is full or may not be written.
    """
    limits.require_turn(len(runs.alive()))
    limits.require_room()
    trash.empty(sweeps_folder())
    opened = catalogue.open_dataset(plan.dataset)
    recipe = Recipe.from_json(plan.recipe).for_dataset(opened.about, len(opened))
    if recipe.initial_weights:
        recipe = replace(recipe, initial_weights=runs.find(recipe.initial_weights, runs.with_model()).name)
    trials = check(plan, recipe, opened)
    most = suited_number(recipe, opened) if cluster.is_set() or not plan.together else plan.together
    created = time.time()
    plan = replace(
        plan,
        recipe=recipe.to_json(),
        created=created,
        content_hash=opened.about.content_hash,
        trials=trials,
        together=plan.together or most,
    )
    try:
        checked.parse_as(Plan, json.loads(json.dumps(asdict(plan))))
    except checked.UnfitError as misfit:
        raise SweepError(f"The sweep cannot be made: its {misfit}.") from misfit
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(created))
    what = "sweep" if plan.vary else "folds" if plan.folds else "repeats"
    for attempt in range(1, 1000):
        mark = f"{what}{attempt if attempt > 1 else ''}"
        folder = sweeps_folder() / f"{stamp}-{slug(recipe.name, otherwise='recipe', longest=40, mark=mark)}"
        with as_storage_error("the sweep"), contextlib.suppress(FileExistsError):
            with data_home.new_folder(folder) as beside:
                checked.write(beside / "sweep.json", asdict(plan), indent=1, lasting=False)
                if recipe.split.decisions == "apply" and (decided := decisions.decided(opened)) != Decided():
                    checked.write(beside / "decisions.json", asdict(decided), lasting=False)
                Sweep(beside).write_status(SweepStatus(RUNNING, "starting", asked=processes.moment()))
            return Sweep(folder)
    raise SweepError("Too many sweeps were made in the same second.")


def sweep_of(run: Run) -> Sweep | None:
    """Return the sweep that a run is a trial of, by its name; `None` where it is of none that is there."""
    name = name_in(run.name)
    folder = sweeps_folder() / name
    return Sweep(folder) if name and data_home.version(folder / "sweep.json") != (0, 0) else None


def name_in(run: str) -> str:
    """Return what the sweep is called that a run of this name is a trial of; empty where it is of none."""
    return run.rpartition("-t")[0]
