"""How many flipped labels of MNIST are found among its training pictures: python -m bench.label_errors [RECIPE]

3% of the training labels are changed to another class by chance. A network trains on them, that of the recipe
mnist-fast or another one's; the labels are then judged as on the page Errors. Printed is how many of the flipped are
among the most implausible 3%.
"""

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bench.data import MNIST_FILE, command_line, need
from core import label_errors, runs
from core.datasets import catalogue, store
from core.datasets.store import About
from core.explaining import training_labels
from core.progress import quiet

SHARE, GOAL = 0.03, 0.85
NAME = "mnist-flipped"
RECIPE = sys.argv[1] if len(sys.argv) > 1 else "mnist-fast"


def flip(seed: int) -> np.ndarray:
    """Write MNIST with flipped training labels as a data set; return which were flipped, int64 `(k,)`."""
    mnist = catalogue.open_dataset("mnist")
    rng, labels, train = np.random.default_rng(seed), np.array(mnist.labels), mnist.select("train")
    flipped = rng.choice(train, round(SHARE * len(train)), replace=False)
    labels[flipped] = (labels[flipped] + rng.integers(1, 10, len(flipped))) % 10
    about = About(**{**asdict(mnist.about), "name": NAME, "title": "MNIST, some labels flipped"})
    store.write(about, {"pictures": mnist.pictures, "labels": labels, "splits": mnist.splits})
    return flipped


def main() -> None:
    """Print what is found, and how long that takes."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PIXELWISE_HOME"] = folder
        command_line(Path(folder), "datasets", "add", "mnist", "--from", str(need(MNIST_FILE)))
        flipped = flip(0)
        result = json.loads(command_line(Path(folder), "train", RECIPE, "--dataset", NAME, "--wait"))
        run = runs.find(result["run"])
        print(f"{RECIPE} on flipped labels: test accuracy {result['test_accuracy']:.2%}, {result['seconds']:.0f} s")

        from core.nn import features

        begun = time.perf_counter()
        made = features.made(run, quiet)
        between = time.perf_counter()
        judged = training_labels.judge(run, made, quiet)
        ended = time.perf_counter()
        found = label_errors.find(judged.ids, judged.labels, judged.probabilities)
        among = np.isin(found.ids[: len(flipped)], flipped).mean()
        sure = np.isin(found.ids[: found.found], flipped)
        print(f"features of {len(made):,} pictures {between - begun:.0f} s, judging {ended - between:.0f} s")
        print(f"the most implausible {SHARE:.0%} hold {among:.1%} of the {len(flipped):,} flipped (goal {GOAL:.0%})")
        print(f"confidently of another class: {found.found:,}, of which {sure.mean():.1%} were flipped")


if __name__ == "__main__":
    main()
