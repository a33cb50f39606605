"""Trains the classifier that Pixelwise ships, `models/pets`: python -m models.train [PETS CIFAR10], or make pets.

PETS and CIFAR10 are files or folders that the datasets are made of, where they are not to be downloaded. The work goes
into an ordinary data home. It may be interrupted at any time and started again: a training that has finished is not
done again, one that has not goes on from its last whole epoch.
"""

import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core import runs
from core.datasets.sources import catalogue
from core.evaluation import calibration
from core.nn.inference import models
from core.nn.inference.ood_fit import fit
from core.nn.inference.small import save_small
from core.nn.training.evaluator import Evaluator
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.training.data import prepared_images
from core.training.parts import parts

RECIPE = "pets"
# What else there is in the world. CIFAR-10's vehicles are left out: they measure what has been learned.
OTHERS = "cifar10"
SAME_CLASSES = ("cat", "dog")
OTHER_CLASSES = ("bird", "deer", "frog", "horse")
# Of its own validation photos so many are to be known; so many images of each kind tell what is.
_KEPT, _MOST = 0.975, 2_500
_SHIPPED = Path(__file__).parent / "pets"
_TAKEN = ("recipe.json", "dataset.json", "status.json", "metrics.jsonl", "environment.json")
_MADE = ("model.keras", "evaluation.npz", "calibration.json", "novelty.npz", "novelty.json")
_POLL_S = 2.0


def main(files: list[str]) -> None:
    """Bring what is not there, train what is not trained, and put it into `models/pets`."""
    paths: list[Path | None] = [Path(file) for file in files] or [None, None]
    for name, path in zip(("cats-vs-dogs", OTHERS), paths, strict=True):
        catalogue.add(name, path)
    ship(trained())


def trained() -> Run:
    """Return the newest run of the recipe, finished: it is begun or gone on with as need be."""
    found = [run for run in runs.all_runs() if not run.listed.damage and run.recipe == find_recipe(RECIPE)]
    run = found[0] if found else runs.create(find_recipe(RECIPE))
    if not found:
        run.start()
    elif run.status().state not in (runs.FINISHED, *runs.ALIVE):
        run.resume()
    while (status := run.status()).state in runs.ALIVE:
        time.sleep(_POLL_S)
    if status.state != runs.FINISHED:
        sys.exit(f"{run.name} is {status.state}. {status.cause}")
    return run


def ship(run: Run) -> None:
    """Put a finished run into `models/pets`, its network made small, and measured anew; the model card there stays."""
    with tempfile.TemporaryDirectory() as folder:
        small = Run(Path(folder) / RECIPE)
        small.folder.mkdir()
        for name in _TAKEN:
            shutil.copyfile(run.folder / name, small.folder / name)
        save_small(models.load(str(run.folder)), small.folder / "model.keras")
        evaluate(small)
        calibration.of(small)
        others = catalogue.open_dataset(OTHERS)
        fit(small, others, own_classes=SAME_CLASSES, other_classes=OTHER_CLASSES, kept=_KEPT, most=_MOST)
        _SHIPPED.mkdir(exist_ok=True)
        for name in (*_TAKEN, *_MADE):
            shutil.copyfile(small.folder / name, _SHIPPED / name)


def evaluate(run: Run) -> None:
    """Measure a run's network on its validation and test photos, for its predictions and its status."""
    dataset = runs.dataset_of(run)
    divided = parts(dataset, run.recipe.split, run.decided)
    look = Evaluator(models.load(str(run.folder)), prepared_images(dataset, run.recipe.steps), divided.labels)
    arrays: dict[str, Any] = {}
    result: dict[str, Any] = {}
    for part in ("validation", "test"):
        found, loss = look.measure(getattr(divided, part))
        arrays |= {f"{part}_{name}": getattr(found, name) for name in ("ids", "labels", "probabilities")}
        result |= {f"{part}_accuracy": found.accuracy, f"{part}_loss": loss}
    np.savez(run.folder / "evaluation.npz", **arrays)
    run.write_status(replace(run.status(), result=result))


if __name__ == "__main__":
    main(sys.argv[1:])
