"""A run of a generator that no network made: its samples grow out of noise into real digits."""

import json
from pathlib import Path

import numpy as np

from core import runs
from core.datasets.sources import catalogue
from core.generation import sheets
from core.generation.noise import sheet_labels
from core.recipes.recipe import find_recipe
from core.runs import Run

RESULT = {"recognised": 0.9, "diversity": 0.8, "nearest": 1.1}


def digits_like(labels: np.ndarray) -> np.ndarray:
    """Return a real training image for each class that is asked for, uint8 `(n, 8, 8, 1)`."""
    digits = catalogue.open_dataset("digits")
    known = np.asarray(digits.labels[...])
    places = [int(np.flatnonzero(known == label)[number % 50]) for number, label in enumerate(labels)]
    return np.asarray(digits.images[...])[places]


def made_generating_run(recipe: str = "gan-digits", epochs: int = 3) -> Run:
    """Make a finished run with samples and curves, without a network."""
    run = runs.create(find_recipe(recipe))
    labels = sheet_labels(10)
    real = digits_like(labels)
    noise = np.random.default_rng(0).integers(0, 256, real.shape)
    for epoch in range(epochs + 1):
        mixed = noise + (real - noise) * (epoch / epochs)
        sheets.write(run.folder, epoch, mixed.astype(np.uint8), labels)
    write_records(run.folder, epochs)
    created = run.status().created
    run.write_status(
        runs.Status(runs.FINISHED, created, epochs=epochs, epoch=epochs, fraction=1.0, ended=created + 9, result=RESULT)
    )
    return run


def write_records(folder: Path, epochs: int, **last: object) -> None:
    """Write the metrics of a training that goes as trainings go; `last` changes the last epoch's."""
    lines: list[dict[str, object]] = []
    for epoch in range(epochs):
        values: dict[str, object] = {"loss": 1.0 + 0.1 * epoch, "discriminator_loss": 0.6, "learning_rate": 3e-4}
        for half in (0.5, 1.0):
            lines.append({"kind": "batch", "epoch": epoch + half, "seconds": epoch + half, **values})
        measured = {"recognised": 0.3 + 0.6 * (epoch + 1) / epochs, "diversity": 0.8, "nearest": 1.1}
        shares = {"class_shares": [0.1] * 10}
        lines.append(
            {"kind": "epoch", "epoch": float(epoch + 1), "seconds": epoch + 1.0, **values, **measured, **shares}
        )
    lines[-1] |= last
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
