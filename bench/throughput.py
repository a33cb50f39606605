"""Training with everything live against bare Keras `fit`: python -m bench.throughput [PAIRS] [NAME …]

A browser watches the curves. Same network, same images (MNIST, 20,000 or all of its training images, and 10,000 of
CIFAR-10), alternating on one machine. Counted is the time between the ends of the first and the last epoch, validation
included on both sides.
Exercise 53's bare side is the book's code: Keras's `ImageDataGenerator` feeds it. What a feed that takes no time at all
would gain over that is printed too: the same network in bare Keras on the images as they are. The book's code is also
what our modern answer to the exercise is compared with, which computes with 16 bits where the processor is faster so.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import geometric_mean
from typing import Any

from playwright.sync_api import Page

from bench.data import CIFAR10_FILE, MNIST_FILE, command_line, need
from core import runs
from core.recipes.recipe import find_recipe
from core.runs import FINISHED
from tests.browser.server import Server, chromium, running_server
from tests.paths import PROJECT


@dataclass(frozen=True)
class Race:
    """What is compared.

    Attributes:
        epochs: how many train on either side; the first is not counted.
        goal: the least ratio of our images a second to bare Keras's.
        settings: of the recipe, for both sides.
        against: the bare side, as `bench.bare_fit` calls it; empty: it has the recipe's name.
        unaugmented: the same on the images as they are, as `bench.bare_fit` calls it; empty: not trained.
    """

    epochs: int
    goal: float
    settings: dict[str, Any]
    against: str = ""
    unaugmented: str = ""


_SOME = {"split.pictures": 12_000, "split.test_pictures": 2_000}
RACES = {
    "exercise-50": Race(7, 2.0, {}),
    "exercise-51": Race(4, 0.97, {"split.pictures": 24_000, "split.test_pictures": 4_000}),
    "exercise-52-b": Race(5, 0.97, _SOME),
    "exercise-53": Race(4, 1.6, _SOME, unaugmented="exercise-53-unaugmented"),
    "exercise-53-scaled": Race(4, 1.6, {**_SOME, "split.validation": "test"}, against="exercise-53"),
}


def main(pairs: int, names: list[str]) -> None:
    """Print each pair and the geometric mean of the ratios; an even number of pairs evens out who goes first."""
    need(MNIST_FILE)
    need(CIFAR10_FILE)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["PIXELWISE_HOME"] = folder
        for name, path in (("mnist", MNIST_FILE), ("cifar10", CIFAR10_FILE)):
            command_line(home, "datasets", "add", name, "--from", str(path))
        with chromium() as browser, running_server(home) as server:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(server.address)
            page.wait_for_timeout(12_000)  # The worker warms up.
            for name in names:
                race(page, server, name, pairs)


def race(page: Page, server: Server, name: str, pairs: int) -> None:
    """Let both sides train in turn."""
    ratios, bounds, unaugmented = [], [], RACES[name].unaugmented
    against = RACES[name].against or name
    for pair in range(pairs):
        speeds = {}
        for side in ("app", "bare") if pair % 2 == 0 else ("bare", "app"):
            speeds[side] = in_app(page, server, name) if side == "app" else bare(name, against)
        ratios.append(speeds["app"] / speeds["bare"])
        figures = ", ".join(f"{side} {speed:,.0f} images/s" for side, speed in sorted(speeds.items()))
        print(f"{name}: {figures}, ratio {ratios[-1]:.3f}", flush=True)
        if unaugmented:
            speed = bare(name, unaugmented)
            bounds.append(speed / speeds["bare"])
            print(f"{unaugmented}: {speed:,.0f} images/s, ratio {bounds[-1]:.3f}", flush=True)
    mean = geometric_mean(ratios)
    print(f"{name}: geometric mean ratio {mean:.3f} of {pairs} pairs (goal {RACES[name].goal})", flush=True)
    if bounds:
        print(f"{unaugmented}: geometric mean ratio {geometric_mean(bounds):.3f}", flush=True)


def in_app(page: Page, server: Server, name: str) -> float:
    """Train as the page does, watch the curves there, and return images a second."""
    race = RACES[name]
    run = runs.create(find_recipe(name).with_settings({**race.settings, "fit.epochs": race.epochs}))
    run.start()
    page.goto(f"{server.address}/train?run={run.name}")
    page.get_by_role("button", name="Stop").wait_for()
    while run.status().ended is None:
        time.sleep(0.5)
    assert run.status().state == FINISHED, run.status()
    images = race.settings.get("split.pictures", 70_000) - race.settings.get("split.test_pictures", 10_000)
    ends = [record["seconds"] for record in run.metrics() if record["kind"] == "epoch"]
    return float(images * (race.epochs - 1) / (ends[-1] - ends[0]))


def bare(name: str, network: str) -> float:
    """Train a network of `bench.bare_fit` on a race's images, in a process of its own; return images a second."""
    race = RACES[name]
    counts = [race.settings.get(each, 0) for each in ("split.pictures", "split.test_pictures")]
    command = [sys.executable, "-m", "bench.bare_fit", network, str(race.epochs), *map(str, counts)]
    done = subprocess.run(command, cwd=PROJECT, env=os.environ, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4, sys.argv[2:] or list(RACES))
