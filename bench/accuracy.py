"""What the recipes reach, and in what share of the book's time: python -m bench.accuracy [NAME …] [--seeds 3]

Trains recipes as the app does, each with several seeds, and prints the accuracy on validation and test
images and the seconds that training took. Where a recipe answers one of the book's, that one is trained for a few
epochs beside it, and its time is so many seconds an epoch, the first left out, times its epochs. Hyperparameters were
chosen on validation images, which come from the training images.

On a quiet two-core machine all recipes with three seeds take about a night. What has been trained stays in --home:
called again, the benchmark reads the finished runs there, resumes the one it was interrupted in, and trains the rest.
For a short look: python -m bench.accuracy mnist-fast --seeds 1
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.data import CIFAR10_FILE, MNIST_FILE, PETS_FILE, command_line, need
from core import runs
from core.datasets.sources import catalogue
from core.datasets.store import Dataset, DatasetError
from core.recipes.recipe import Recipe, find_recipe
from core.runs import ALIVE, FINISHED, RESUMABLE, Run
from core.storage import data_home

FILES = {"mnist": MNIST_FILE, "cifar10": CIFAR10_FILE, "cats-vs-dogs": PETS_FILE}


@dataclass(frozen=True)
class Goal:
    """What a recipe is to reach.

    Attributes:
        accuracy: at least that on the test images, 0–1.
        book: the book's recipe whose time counts; empty: none.
        share: at most so much of that time.
    """

    accuracy: float
    book: str = ""
    share: float = 1.0


GOALS = {
    "digits-cnn": Goal(0.98),
    "mnist-fast": Goal(0.9833, "exercise-51", 1 / 15),
    "mnist-accurate": Goal(0.995, "exercise-51"),
    "cifar10-fast": Goal(0.6695, "exercise-52-b", 1 / 4),
    "cifar10-resnet": Goal(0.85, "exercise-52-b"),
    "cifar10-resnet-long": Goal(0.91),
    "pets-colour": Goal(0.82, "activity-17"),
}


def trained(name: str, changes: dict[str, Any]) -> Run:
    """Return the finished run of a recipe with these settings changed; train it, or train it on, if need be."""
    recipe = find_recipe(name).with_settings(changes)
    wanted = recipe.for_dataset(dataset_of(recipe).about).identity
    same = [run for run in runs.all_runs() if run.recipe.identity == wanted]
    for run in same:
        if run.status().state == FINISHED:
            return run
    unfinished = [run for run in same if run.status().state in RESUMABLE]
    if unfinished:
        run = unfinished[0]
        run.resume()
    else:
        run = runs.create(recipe)
        run.start()
    while (status := run.status()).state in ALIVE:
        time.sleep(0.5)
    if status.state != FINISHED:
        sys.exit(f"{run.name} is {status.state}: {status.cause}")
    return run


def dataset_of(recipe: Recipe) -> Dataset:
    """Return a recipe's dataset, imported if need be."""
    try:
        return catalogue.open_dataset(recipe.dataset)
    except DatasetError:
        file = str(need(FILES[recipe.dataset]))
        command_line(data_home.data_home(), "datasets", "add", recipe.dataset, "--from", file)
        return catalogue.open_dataset(recipe.dataset)


def seconds(run: Run) -> list[float]:
    """Return when each epoch ended, since the training began."""
    return [record["seconds"] for record in run.metrics() if record["kind"] == "epoch"]


def book_seconds(name: str, epochs: int) -> float:
    """Return how long one of the book's recipes trains, by `epochs` of its epochs after the first."""
    ends = seconds(trained(name, {"fit.epochs": epochs + 1}))
    return (ends[-1] - ends[0]) / epochs * find_recipe(name).fit.epochs


def main() -> None:
    """Print a line a training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any recipe; left out: {', '.join(GOALS)}")
    parser.add_argument("--seeds", type=int, default=3, help="how many trainings of each, seeds 0, 1, …")
    parser.add_argument("--book-epochs", type=int, default=2, help="how many epochs of the book's recipe are timed")
    parser.add_argument(
        "--home", type=Path, default=Path(tempfile.gettempdir()) / "pixelwise-accuracy", help="where runs are kept"
    )
    options = parser.parse_args()
    options.home.mkdir(parents=True, exist_ok=True)
    os.environ["PIXELWISE_HOME"] = str(options.home)
    for name in options.names or GOALS:
        goal = GOALS.get(name)
        book = book_seconds(goal.book, options.book_epochs) if goal and goal.book else None
        if goal and book:
            print(f"{goal.book}: {book:.0f} s", flush=True)
        for seed in range(options.seeds):
            run = trained(name, {"fit.seed": seed})
            print(f"{name}, seed {seed}: {reached(run, goal, book)}", flush=True)


def reached(run: Run, goal: Goal | None, book: float | None) -> str:
    """Say what a finished run reached and took, beside what it was to."""
    result, took = run.status().result or {}, seconds(run)[-1]
    wanted = f" (goal {goal.accuracy:.2%})" if goal else ""
    text = f"validation {result['validation_accuracy']:.2%}, test {result['test_accuracy']:.2%}{wanted}, {took:.1f} s"
    if goal and book:
        text += f", {took / book:.3f} of {goal.book}'s (goal {goal.share:.3f})"
    return text


if __name__ == "__main__":
    main()
