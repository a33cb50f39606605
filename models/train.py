"""Trains the classifier that Pixelwise ships, `models/pets`: python -m models.train [PETS CIFAR10], or make pets.

PETS and CIFAR10 are files or folders that the datasets are made of, where they are not to be downloaded. The work goes
into an ordinary data home. It may be interrupted at any time and started again: a sitting that has finished is not
trained again, one that has not goes on from its last whole epoch.
"""

import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

from core import runs
from core.datasets.sources import catalogue
from core.evaluation import calibration, ood
from core.nn.inference.ood_fit import fit
from core.recipes.recipe import find_recipe
from core.runs import Run

# Each sitting begins with the weights of the one before: small images first, which go by faster.
SITTINGS = ("pets-64", "pets-112", "pets-128", "pets-128-muon")
# What else there is in the world. CIFAR-10's vehicles are left out: they measure what has been learned.
OTHERS = "cifar10"
SAME_CLASSES = ("cat", "dog")
OTHER_CLASSES = ("bird", "deer", "frog", "horse")
_SHIPPED = Path(__file__).parent / "pets"
_FILES = (
    "recipe.json",
    "dataset.json",
    "status.json",
    "metrics.jsonl",
    "environment.json",
    "model.keras",
    "evaluation.npz",
    "calibration.json",
    "novelty.npz",
)
_POLL_S = 2.0


def main(files: list[str]) -> None:
    """Bring what is not there, train what is not trained, and copy the last run into `models/pets`."""
    paths: list[Path | None] = [Path(file) for file in files] or [None, None]
    for name, path in zip(("cats-vs-dogs", OTHERS), paths, strict=True):
        catalogue.add(name, path)
    earlier = None
    for sitting in SITTINGS:
        earlier = trained(sitting, earlier)
        print(f"{earlier.name}: {earlier.status().result}")
    assert earlier is not None
    ship(earlier)


def trained(sitting: str, earlier: Run | None) -> Run:
    """Return the finished run of a sitting, which begins with the weights of an earlier one."""
    recipe = replace(find_recipe(sitting), initial_weights=earlier.name if earlier else "")
    begun = [
        run
        for run in runs.all_runs()
        if run.recipe.name == sitting and run.recipe.initial_weights == recipe.initial_weights
    ]
    run = begun[0] if begun else runs.create(recipe)
    if not begun:
        run.start()
    elif run.status().state not in (runs.FINISHED, *runs.ALIVE):
        run.resume()
    while (status := run.status()).state in runs.ALIVE:
        time.sleep(_POLL_S)
    if status.state != runs.FINISHED:
        sys.exit(f"{run.name} is {status.state}. {status.cause}")
    return run


def ship(run: Run) -> None:
    """Copy what a finished run answers with into `models/pets`; the model card there stays."""
    calibration.of(run)
    if ood.load(run.folder) is None:
        others = catalogue.open_dataset(OTHERS)
        fit(run, others, own_classes=SAME_CLASSES, other_classes=OTHER_CLASSES)
    _SHIPPED.mkdir(exist_ok=True)
    for name in _FILES:
        shutil.copyfile(run.folder / name, _SHIPPED / name)


if __name__ == "__main__":
    main(sys.argv[1:])
