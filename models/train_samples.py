"""Trains the network that makes digits which Pixelwise ships, `models/gan-digits`: python -m models.train_samples.

The work goes into an ordinary data home; a training of the recipe that has finished there is not done again.
"""

import shutil
import sys
import time
from pathlib import Path

from core import runs
from core.datasets.sources import catalogue
from core.generation import sheets
from core.nn.inference.small import save_small
from core.nn.tensorflow_import import import_keras
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.runs.model_files import GENERATOR

RECIPE = "gan-digits"
_SHIPPED = Path(__file__).parent / RECIPE
_TAKEN = ("recipe.json", "dataset.json", "status.json", "environment.json")
_EPOCHS = 24
_POLL_S = 2.0


def trained() -> Run:
    """Return the newest finished run of the recipe; it is begun where there is none."""
    digits = catalogue.open_dataset("digits")
    recipe = find_recipe(RECIPE).for_dataset(digits.about, len(digits))
    found = [run for run in runs.generating() if run.recipe == recipe and run.status().state == runs.FINISHED]
    run = found[0] if found else runs.create(recipe)
    if not found:
        run.start()
    while run.status().state in runs.ALIVE:
        time.sleep(_POLL_S)
    if run.status().state != runs.FINISHED:
        sys.exit(f"{run.name} is {run.status().state}. {run.status().cause}")
    return run


def ship(run: Run) -> None:
    """Put a finished run into `models/`: its network made small, some of its samples, and its records by epoch."""
    import_keras()
    import keras

    shutil.rmtree(_SHIPPED / "samples", ignore_errors=True)
    _SHIPPED.mkdir(exist_ok=True)
    for name in _TAKEN:
        shutil.copyfile(run.folder / name, _SHIPPED / name)
    lines = (run.folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    told = "".join(line for line in lines if line.startswith('{"kind": "epoch"'))
    (_SHIPPED / "metrics.jsonl").write_text(told, encoding="utf-8")
    film = sheets.film(run.folder, _EPOCHS)
    for epoch, images in zip(film.epochs, film.sheets, strict=True):
        sheets.write(_SHIPPED, epoch, images, film.labels)
    save_small(keras.saving.load_model(run.folder / GENERATOR, compile=False, safe_mode=True), _SHIPPED / GENERATOR)


if __name__ == "__main__":
    ship(trained())
