"""Runs with predictions and curves that no network made: for tests of what is done with them."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core import runs
from core.datasets.sources import catalogue
from core.evaluation.predictions import Predictions
from core.recipes.recipe import Recipe, find_recipe
from core.runs import Run
from core.storage import checked


def made_run(
    wrong: Sequence[int] = (), *, recipe: Recipe | None = None, epochs: int = 3, title: str = "", seed: int = 0
) -> Run:
    """Make a finished run on the digits that is wrong about the test images at these positions."""
    run = runs.create(recipe or find_recipe("digits-cnn"), "digits", title=title)
    digits = catalogue.open_dataset("digits")
    arrays: dict[str, np.ndarray] = {}
    for part, ids in (("validation", digits.select("train")[:50]), ("test", digits.select("test"))):
        found = predictions(ids, np.asarray(digits.labels[ids]), wrong if part == "test" else ())
        arrays |= {f"{part}_{each}": getattr(found, each) for each in ("ids", "labels", "probabilities")}
    np.savez(run.folder / "evaluation.npz", **arrays)  # type: ignore[arg-type]
    write_metrics(run, epochs, seed)
    accuracy = 1 - len(wrong) / 360
    result = {"test_accuracy": accuracy, "test_loss": 0.3, "validation_accuracy": 1.0, "validation_loss": 0.2}
    created = run.status().created
    run.write_status(
        runs.Status(runs.FINISHED, created, epochs=epochs, epoch=epochs, fraction=1.0, ended=created + 9, result=result)
    )
    return run


def unsigned(path: Path) -> str:
    """Return what a JSON file of the data home says, without its checksum: to be changed and written again."""
    return json.dumps(checked.parse(path.read_bytes(), path), indent=1)


def predictions(ids: np.ndarray, labels: np.ndarray, wrong: Sequence[int]) -> Predictions:
    """Make predictions that are sure of the right class, or, at the positions given, of the one after it."""
    predicted = labels.copy()
    predicted[list(wrong)] = (predicted[list(wrong)] + 1) % 10
    probabilities = np.full((len(ids), 10), 0.02, np.float32)
    probabilities[np.arange(len(ids)), predicted] = 0.82
    return Predictions(ids, labels, probabilities)


def write_metrics(run: Run, epochs: int, seed: int = 0) -> None:
    """Write the metrics of a training that goes as trainings go, four records of batches an epoch."""
    rng = np.random.default_rng(seed)
    lines = []
    for epoch in range(epochs):
        loss, accuracy = 2 * 0.9**epoch + 0.05 * rng.random(), 1 - 0.8 * 0.9**epoch - 0.01 * rng.random()
        values = {"loss": loss, "accuracy": accuracy}
        for quarter in range(1, 5):
            place = epoch + quarter / 4
            lines.append({"kind": "batch", "epoch": place, "seconds": round(place * 2.5, 3), **values})
        validation = {"val_loss": loss * 1.1, "val_accuracy": accuracy - 0.02}
        seconds = round((epoch + 1) * 2.5, 3)
        lines.append({"kind": "epoch", "epoch": float(epoch + 1), "seconds": seconds, **values, **validation})
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (run.folder / "metrics.jsonl").write_text(text, encoding="utf-8")
