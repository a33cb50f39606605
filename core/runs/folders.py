"""Run folders: made, found by name, thrown away and brought back."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from core.cluster import start as cluster
from core.datasets import decisions
from core.datasets.decisions import Decided
from core.datasets.sources import catalogue
from core.errors import COMMAND, StorageError, as_storage_error
from core.recipes.recipe import Recipe
from core.runs.needs import needed_bytes
from core.runs.run import Run, alive, all_runs, runs_folder
from core.runs.run_folder import LONGEST_TITLE, AboutRun
from core.runs.status import WAITING, RunError, Status
from core.runs.terms import FILE as TERMS
from core.runs.terms import Terms
from core.settings import format_value
from core.spaces import limits
from core.storage import checked, data_home, processes
from core.storage import trash as trashed
from core.storage.names import slug

# A model of a million parameters with its optimiser takes 12 MB, predictions and metrics less; and some reserve.
_NEEDED_BYTES = 50_000_000
SHIPPED = Path(__file__).resolve().parents[2] / "models"
# As `core.runs.model_files` names it, which knows of runs.
_GENERATOR = "generator.keras"


def create(
    recipe: Recipe,
    dataset: str | None = None,
    *,
    title: str = "",
    pair_of: str | None = None,
    decided: Decided | None = None,
    name: str = "",
    terms: Terms | None = None,
) -> Run:
    """Make the folder of a new run; `Run.start` starts it.

    Args:
        recipe: any recipe; its sizes are made to follow the dataset.
        dataset: the dataset's name; `None` takes the recipe's own.
        title: what the user calls it.
        pair_of: the name of the run that it is made to be compared with.
        decided: the decisions on images that count, where the recipe heeds any; `None`: all that stand now.
        name: its folder's, made of other such names; empty: the time and the recipe's.
        terms: what it is made under beyond the recipe, if anything.

    Raises:
        DatasetError: the dataset is not on this machine.
        ClusterError: there is a cluster, and it cannot train it.
        RunError: there is no run with the weights to begin with, or there is one of that name.
        LimitError: the user has too many runs that go on, or a full space.
        StorageError: the disk is full or may not be written.
    """
    if terms is None:
        # A sweep's trials were weighed as it began.
        limits.require_turn(len(alive()))
    limits.require_room(_NEEDED_BYTES)
    opened = catalogue.open_dataset(dataset or recipe.dataset)
    recipe = recipe.for_dataset(opened.about, len(opened))
    earlier = None
    if recipe.initial_weights:
        earlier = find(recipe.initial_weights, with_model())
        recipe = replace(recipe, initial_weights=earlier.name)
    if cluster.is_set():
        cluster.require(needed_bytes(recipe, opened.about.name))
    created = time.time()
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(created))
    root = runs_folder()
    empty_trash()
    with as_storage_error("the run"):
        root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(root).free
        if free < _NEEDED_BYTES:
            raise StorageError(
                f"Could not save the run: the disk of {root} has {free / 1e6:.0f} MB left and a run may need "
                f"{_NEEDED_BYTES / 1e6:.0f} MB. Free some space ({COMMAND} runs remove RUN removes a run) and try "
                f"again."
            )
        for attempt in range(1, 2 if name else 1000):
            mark = str(attempt) if attempt > 1 else ""
            folder = root / (name or f"{stamp}-{slug(recipe.name, otherwise='run', mark=mark)}")
            try:
                with data_home.new_folder(folder) as beside:
                    run = Run(beside)
                    checked.write(beside / "recipe.json", recipe.to_json(), indent=1, lasting=False)
                    checked.write(beside / "dataset.json", asdict(opened.about), indent=1, lasting=False)
                    made = decided if decided is not None else decisions.decided(opened)
                    if recipe.split.decisions == "apply" and made != Decided():
                        checked.write(beside / "decisions.json", asdict(made), lasting=False)
                    if earlier:
                        # A copy: the earlier run may be trained on, or removed, before this one begins.
                        shutil.copyfile(earlier.folder / "model.keras", run.initial_model)
                    if terms is not None:
                        checked.write(beside / TERMS, asdict(terms), lasting=False)
                    if title or pair_of:
                        run.write_about_run(AboutRun(title.strip()[:LONGEST_TITLE], pair_of=pair_of))
                    run.write_status(
                        Status(WAITING, created, "starting", asked=processes.moment(), epochs=recipe.fit.epochs)
                    )
                return Run(folder)
            except FileExistsError:
                continue
    raise RunError(f"There is a run {name} already." if name else "Too many runs were made in the same second.")


def trash() -> list[str]:
    """Return the names of the runs in the trash, those removed last first."""
    return trashed.names(runs_folder())


def restore(name: str) -> Run:
    """Bring back a run from the trash.

    Raises:
        RunError: it is not there, or there is one of its name again.
        StorageError: it may not be moved.
    """
    return Run(trashed.restore(runs_folder(), name, "run", RunError))


def empty_trash(older_than_s: float = trashed.KEPT_S) -> None:
    """Delete what has been in the trash for longer, a week as a rule; what may not be deleted stays."""
    trashed.empty(runs_folder(), older_than_s)


def shipped() -> list[Run]:
    """Return the finished runs that come with Pixelwise and classify, by name; nothing is ever written into them."""
    paths = sorted(SHIPPED.glob("*/recipe.json"))
    return [Run(path.parent) for path in paths if not path.with_name(_GENERATOR).exists()]


def find(name: str, among: Sequence[Run] | None = None) -> Run:
    """Return the run of this name, or the only one whose name begins so; `latest` is the newest.

    Args:
        name: as a user types it.
        among: the runs to look for it in, newest first; `None`: all of this data home.

    Raises:
        RunError: none or several.
    """
    runs = all_runs() if among is None else among
    if name == "latest" and runs:
        return runs[0]
    exact = [run for run in runs if run.name == name]
    matching = exact or [run for run in runs if name and run.name.startswith(name)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise RunError(f"Several runs begin with {name!r}: {', '.join(run.name for run in matching)}.")
    raise RunError(f"There is no run {format_value(name)}. See: {COMMAND} runs list")


def with_evaluation() -> list[Run]:
    """Return the runs whose predictions can be looked at, newest first; damaged ones are left out."""
    return [run for run in all_runs() if not run.listed.damage and run.listed.has_evaluation]


def with_model() -> list[Run]:
    """Return the runs that can predict: the user's own, newest first, then those that come with Pixelwise.

    Damaged ones are left out.
    """
    return [run for run in [*all_runs(), *shipped()] if not run.listed.damage and run.listed.has_model]


def generating() -> list[Run]:
    """Return the runs that make images: the user's own, newest first, then those that come with Pixelwise.

    Damaged ones are left out.
    """
    shipped_ones = [Run(path.parent) for path in sorted(SHIPPED.glob(f"*/{_GENERATOR}"))]
    return [run for run in [*all_runs(), *shipped_ones] if not run.listed.damage and run.listed.generates]
