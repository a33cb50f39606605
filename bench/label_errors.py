"""How many flipped labels are found, by each way to rank them: python -m bench.label_errors [DATASET ...]

Of the digits, of MNIST and of CIFAR-10, 4% of all labels are changed: to another class by chance, or each to the next
class. A strong and a weak network train on them (few epochs on few images); then the labels of test images are
judged by the network itself, and those of training images by cross-validation on its features, as on the page Errors.
Printed are the share of the flipped among as many images as were flipped, the most implausible by each ranking, and
what each way to say which labels are wrong finds: the share of the flipped that is found, and the share of the found
that was flipped. `ours` is what Pixelwise does.

With `--features` no network is trained: 3% of all labels are flipped by chance, and judged by what a pretrained network
sees, as on the page Browse, Audit. The datasets are those of the data home; goal: of cats and dogs 90%.

Where cleanlab is installed (pip install cleanlab) it ranks and finds by the same probabilities, too.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.data import CIFAR10_FILE, MNIST_FILE, command_line, need
from core import runs
from core.datasets import store
from core.datasets.features import label_check
from core.datasets.sources import catalogue
from core.datasets.store import About
from core.evaluation import label_errors, predictions
from core.evaluation.explaining import training_labels
from core.evaluation.predictions import Predictions
from core.nn.tensorflow_import import import_keras
from core.storage.progress import quiet
from core.training import features

SHARE, FEATURES_SHARE = 0.04, 0.03
FLIPS = ("by chance", "to the next")
FILES = {"digits": None, "mnist": MNIST_FILE, "cifar10": CIFAR10_FILE}
# By dataset: the recipe and the settings of a strong and of a weak network.
NETWORKS = {
    "digits": (("digits-cnn", ()), ("digits-dense", ("fit.epochs=8",))),
    "mnist": (
        ("mnist-fast", ("fit.epochs=2", "split.pictures=30000")),
        ("exercise-50", ("fit.epochs=2", "split.pictures=10000")),
    ),
    "cifar10": (
        ("cifar10-fast", ("fit.epochs=6", "split.pictures=30000", "fit.precision=float32")),
        ("cifar10-fast", ("fit.epochs=2", "split.pictures=10000", "fit.precision=float32")),
    ),
}
_NAME = "flipped"


class Case(NamedTuple):
    """What a network makes of images some of whose labels were flipped."""

    name: str
    judged: Predictions
    flipped: np.ndarray


def rankings(judged: Predictions) -> dict[str, np.ndarray]:
    """Return by each ranking a number an image, float `(n,)`: the lowest is the most implausible label."""
    places, labels, probabilities = np.arange(len(judged.labels)), judged.labels, judged.probabilities
    others = np.array(probabilities, np.float64)
    given = others[places, labels]
    others[places, labels] = -1
    margins = given - others.max(axis=1)
    ours = np.empty(len(labels))
    ours[_ours(judged).ids] = places
    found = {
        "ours": ours,
        "self-confidence": given,
        "margin": margins,
        "confident first": margins - 4.0 * _confidently_other(judged),
    }
    if find_spec("cleanlab"):
        from cleanlab.rank import get_label_quality_scores

        found["cleanlab"] = get_label_quality_scores(labels, _summing_to_1(judged))
    return found


def findings(judged: Predictions) -> dict[str, np.ndarray]:
    """Return by each way to tell wrong labels which they are, bool `(n,)`."""
    places, labels = np.arange(len(judged.labels)), judged.labels
    ours = np.zeros(len(labels), bool)
    ours[_ours(judged).ids[: _ours(judged).found]] = True
    confident = _confidently_other(judged)
    estimated = np.zeros(len(labels), bool)
    order = np.argsort(judged.probabilities[places, labels], kind="stable")
    estimated[order[: _estimated(judged)]] = True
    told = {"ours": ours, "confident": confident, "estimated number": estimated, "another class": ~judged.right}
    if find_spec("cleanlab"):
        from cleanlab.filter import find_label_issues

        told["cleanlab"] = find_label_issues(labels, _summing_to_1(judged), n_jobs=1)
    return told


def _summing_to_1(judged: Predictions) -> np.ndarray:
    probabilities = judged.probabilities.astype(np.float64)
    return np.asarray(probabilities / probabilities.sum(axis=1, keepdims=True))


def confident_classes(judged: Predictions) -> np.ndarray:
    """Return the class that each image confidently is of, by confident learning, int64 `(n,)`; −1: of none.

    The most probable of those at least as probable as they are, on average, for images that have their label.
    """
    labels, probabilities = judged.labels, judged.probabilities
    thresholds = np.full(probabilities.shape[1], np.inf)
    for label in np.unique(labels):
        thresholds[label] = probabilities[labels == label, label].mean(dtype=np.float64)
    enough = np.where(probabilities >= thresholds, probabilities, -1)
    return np.where((enough >= 0).any(axis=1), enough.argmax(axis=1), -1)


def _confidently_other(judged: Predictions) -> np.ndarray:
    confident = confident_classes(judged)
    return (confident >= 0) & (confident != judged.labels)


def _estimated(judged: Predictions) -> int:
    """Return how many labels are wrong by confident learning's joint distribution, scaled to the given labels."""
    confident, labels = confident_classes(judged), judged.labels
    of_each = np.bincount(labels)
    shares = [np.mean(confident[(labels == label) & (confident >= 0)] != label) for label in np.flatnonzero(of_each)]
    return round(float(np.nansum(np.array(shares) * of_each[of_each > 0])))


def _ours(judged: Predictions) -> label_errors.LabelErrors:
    return label_errors.find(np.arange(len(judged.labels)), judged.labels, judged.probabilities)


def cases(folder: Path, dataset: str) -> Iterator[Case]:
    """Train a dataset's networks on flipped labels; yield what they make of test and of training images."""
    given = catalogue.open_dataset(dataset)
    for seed, how in enumerate(FLIPS):
        rng, labels = np.random.default_rng(seed), np.array(given.labels)
        flipped = rng.choice(len(labels), round(SHARE * len(labels)), replace=False)
        labels[flipped] = (labels[flipped] + (rng.integers(1, 10, len(flipped)) if how == FLIPS[0] else 1)) % 10
        name = f"{_NAME}-{dataset}-{seed}"
        about = About(**{**asdict(given.about), "name": name, "title": "Some labels flipped"})
        store.write(about, {"pictures": given.images, "labels": labels, "splits": given.splits})
        wrong = labels != given.labels
        for strength, (recipe, settings) in zip(("strong", "weak"), NETWORKS[dataset], strict=True):
            chosen = [part for setting in settings for part in ("--set", setting)]
            printed = command_line(folder, "train", recipe, "--dataset", name, *chosen, "--wait")
            result = json.loads(printed.splitlines()[-1])
            run = runs.find(result["run"])

            from core.nn.inference import features as of_run

            tested = predictions.load(run, "test")
            trained = training_labels.judge(run, of_run.compute(run, quiet), quiet)
            for part, judged in (("test", tested), ("train", trained)):
                title = f"{dataset} {strength} {result['test_accuracy']:.0%}, {how}, {part}"
                yield Case(title, judged, wrong[judged.ids])


def of_features(dataset: str) -> Case:
    """Return what a pretrained network makes of a dataset some of whose labels were flipped."""
    import_keras()
    from core.nn.inference import dataset_features

    given = catalogue.open_dataset(dataset)
    rng, classes = np.random.default_rng(0), len(given.about.class_names)
    labels = np.array(given.labels)
    flipped = rng.choice(len(labels), round(FEATURES_SHARE * len(labels)), replace=False)
    labels[flipped] = (labels[flipped] + rng.integers(1, classes, len(flipped))) % classes
    known = dataset_features.made(given, features.usual())
    begun = time.perf_counter()
    vectors = label_check.components(known)
    probabilities = label_errors.cross_validated(vectors, labels, of_length_1=True)
    judged = Predictions(np.arange(len(labels)), labels, probabilities)
    title = f"{dataset} by features, {np.mean(probabilities.argmax(axis=1) == given.labels):.1%} of the labels before"
    return Case(f"{title}, {time.perf_counter() - begun:.0f} s", judged, labels != given.labels)


def main() -> None:
    """Print a line a case, and what all of them say."""
    if "--features" in sys.argv:
        for dataset in sys.argv[2:] or ["cats-vs-dogs"]:
            case = of_features(dataset)
            _print_ranked(case)
            _print_found(case)
        return
    chosen = sys.argv[1:] or list(FILES)
    shares: list[list[float]] = []
    scores: list[list[float]] = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PIXELWISE_HOME"] = folder
        for dataset in chosen:
            if (file := FILES[dataset]) is not None:
                command_line(Path(folder), "datasets", "add", dataset, "--from", str(need(file)))
            for case in cases(Path(folder), dataset):
                shares.append(_print_ranked(case))
                scores.append(_print_found(case))
    _print_summary("flipped labels within the budget", list(rankings(case.judged)), shares)
    _print_summary("F1 of what is found", list(findings(case.judged)), scores)


def _print_ranked(case: Case) -> list[float]:
    budget, shares = int(case.flipped.sum()), {}
    for name, numbers in rankings(case.judged).items():
        shares[name] = float(case.flipped[np.argsort(numbers, kind="stable")[:budget]].mean())
    said = "  ".join(f"{name} {share:.1%}" for name, share in shares.items())
    print(f"{case.name}: of {budget:,} flipped, within as many: {said}", flush=True)
    return list(shares.values())


def _print_found(case: Case) -> list[float]:
    said, scores = [], []
    for name, found in findings(case.judged).items():
        both = int((found & case.flipped).sum())
        of_flipped, of_found = both / case.flipped.sum(), both / max(found.sum(), 1)
        said.append(f"{name} {of_flipped:.1%} at {of_found:.1%}")
        scores.append(float(2 * both / (found.sum() + case.flipped.sum())))
    print(f"    found, at which precision: {'  '.join(said)}", flush=True)
    return scores


def _print_summary(what: str, names: list[str], rows: list[list[float]]) -> None:
    table = np.array(rows)
    behind = (table.max(axis=1, keepdims=True) - table).max(axis=0)
    print(f"{what}, mean and furthest behind the best, over {len(rows)} cases:")
    for name, mean, worst in zip(names, table.mean(axis=0), behind, strict=True):
        print(f"    {name}: {mean:.1%}, {100 * worst:.1f} points behind")


if __name__ == "__main__":
    main()
