"""How long an image's heatmaps take once the worker is warm: python -m bench.card

For each of three runs: the first image, for which the network is read, and then images that are new each time, each
with Grad-CAM for two classes; beside it, the 40 changed images of the card. What is trained is short: how long an
answer takes does not depend on what the network has learned.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.data import CIFAR10_FILE, MNIST_FILE, PETS_FILE, command_line, need
from core import runs
from core.evaluation.explaining import sensitivity, subject
from core.prediction import worker
from core.prediction.worker import WorkerCall
from core.runs import Run

RUNS = (
    ("mnist", MNIST_FILE, "exercise-51"),
    ("cifar10", CIFAR10_FILE, "exercise-52-b"),
    ("cats-vs-dogs", PETS_FILE, "activity-17"),
)
IMAGES = 30
GOAL_MS = 300


def main() -> None:
    """Print two lines a run."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["PIXELWISE_HOME"] = folder
        made = []
        for name, file, recipe in RUNS:
            command_line(home, "datasets", "add", name, "--from", str(need(file)))
            short = ("--set", "fit.epochs=1", "--set", "split.pictures=4000")
            result = json.loads(command_line(home, "train", recipe, "--dataset", name, *short, "--wait"))
            made.append((name, Run(home / "runs" / result["run"])))
        worker.warm().result()
        for name, run in made:
            _measure(name, run)
        worker.shut_down()


def _measure(name: str, run: Run) -> None:
    dataset, ids = runs.dataset_of(run), subject.parts_of(run).test[: IMAGES + 1]
    seen = [subject.network_input(run, dataset, int(index)) for index in ids]
    looks = [_timed(worker.heat_maps, run, image, (0, 1)) for image in seen]
    changes = [_timed(worker.probabilities, run, sensitivity.changed(image)) for image in seen]
    print(f"{name}: heatmaps {_said(looks[1:])} (goal {GOAL_MS} ms), the first of the run {looks[0]:.0f} ms")
    print(f"{name}: answers to the changed images {_said(changes[1:])}", flush=True)


def _timed(ask: Callable[..., WorkerCall[Any]], *arguments: Any) -> float:
    """Return the milliseconds from the question to the answer."""
    begun = time.perf_counter()
    ask(*arguments).wait()
    return 1000 * (time.perf_counter() - begun)


def _said(milliseconds: list[float]) -> str:
    return f"{median(milliseconds):.0f} ms, 95th percentile {quantiles(milliseconds, n=20)[-1]:.0f} ms"


if __name__ == "__main__":
    main()
