"""What the look for changed bytes costs a training's start: python -m bench.checking

Starts trainings side by side in turn, with the look and without: from the process's start until its first batch. The
processor's seconds count, since other programs do not change them much; the clock's are told, too. The
datasets are MNIST (63 MB) and CIFAR-10 (191 MB); that also prepared. The look alone is timed, too.
"""

import os
import subprocess
import sys
import tempfile
import time
from statistics import median

import psutil

from core import runs
from core.datasets import store
from core.datasets.sources import catalogue, importing
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.training import data
from tests.paths import SHARED

ROUNDS = 5
DATASETS = SHARED / "datasets"
_WITHOUT = "import core.nn.train as train; train.look_at = lambda *_: True; "
_TRAIN = "import sys; from pathlib import Path; import core.nn.train as train; sys.exit(train.main(Path(sys.argv[1])))"


def start(run: Run, looks: bool) -> tuple[float, float]:
    """Return the processor's and the clock's seconds from a trainer's start to its first batch; it is stopped then."""
    began = time.perf_counter()
    code = _TRAIN if looks else _WITHOUT + _TRAIN
    with subprocess.Popen([sys.executable, "-c", code, str(run.folder)], stderr=subprocess.DEVNULL) as process:
        while run.status().doing != "training":
            assert process.poll() is None, run.status().cause
            time.sleep(0.005)
        seconds, used = time.perf_counter() - began, psutil.Process(process.pid).cpu_times()
        process.terminate()
    return used.user + used.system, seconds


def main() -> None:
    """Print the medians for each dataset."""
    if not (DATASETS / "mnist.npz").exists():
        sys.exit(f"There are no datasets in {DATASETS}.")
    with tempfile.TemporaryDirectory() as home:
        os.environ["PIXELWISE_HOME"] = home
        catalogue.add("mnist", DATASETS / "mnist.npz")
        importing.import_images(importing.plan(DATASETS / "cifar10-folders.zip"), name="photos", title="Photos")
        for name, recipe_name, steps in (
            ("mnist", "digits-cnn", []),
            ("photos", "digits-cnn", []),
            ("photos", "digits-cnn", [{"step": "grayscale"}]),
        ):
            recipe = find_recipe(recipe_name).with_settings({"steps": steps, "fit.epochs": 1})
            dataset = store.read(store.folder_of(name))
            run = runs.create(recipe, name)
            data.prepared_images(dataset, run.recipe.steps)
            data._looked_at.clear()
            began = time.process_time()
            data.look_at(store.Dataset(dataset.folder, dataset.about), run.recipe.steps)
            alone = time.process_time() - began
            found: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
            for _ in range(ROUNDS):
                for looks in (True, False):
                    found[looks].append(start(runs.create(recipe, name), looks))
            (used, clock), (used_without, clock_without) = (
                [median(each) for each in zip(*found[looks], strict=True)] for looks in (True, False)
            )
            print(
                f"{name}{', prepared' if steps else ''}: start {used:.2f} s of a processor with the look, "
                f"{used_without:.2f} s without; {clock:.2f} and {clock_without:.2f} s by the clock; the look alone "
                f"{alone * 1000:.0f} ms of a processor, {alone / used_without:.1%}",
                flush=True,
            )


if __name__ == "__main__":
    main()
