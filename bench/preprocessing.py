"""A pipeline on the 15,000 photos, gray and fit to 50×50: python -m bench.preprocessing [HOME]

Each run is a process of its own, as a job is. Beside it, in turn: the loop that one would write, on one thread. HOME is
a data home that has the photos already; without one they are imported first.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.data import DATASETS, command_line, need
from tests.paths import PROJECT

RUNS, GOAL = 3, 3_000
_PREPARE = """
import os, sys, time
from pathlib import Path
import numpy as np, psutil
from core.training import data as prepare
from core.datasets.sources import catalogue
from core.images.image_io import to_array
from core.preprocessing import Grayscale, Pipeline, Resize
dataset = catalogue.open_dataset("cats-vs-dogs")
steps = Pipeline((Grayscale(), Resize(width=50, height=50, how="pad")))
memory = []
def progress(doing, done, total, unit):
    if len(memory) * 1000 <= done:
        own = psutil.Process()
        memory.append(sum(each.memory_info().rss for each in [own, *own.children(recursive=True)]) / 1e6)
begun = time.perf_counter()
path = Path(sys.argv[1]) / "made.npy"
prepare._prepare(dataset, steps, path, progress)
seconds = time.perf_counter() - begun
made = np.load(path, mmap_mode="r")
chosen = np.random.default_rng(0).choice(len(made), 300, replace=False)
same = all(np.array_equal(made[i], to_array(steps.apply(dataset.image(int(i))))) for i in chosen)
print(len(made), seconds, memory[len(memory) // 4], max(memory), same)
"""
_LOOP = """
import time
import numpy as np
from PIL import Image, ImageOps
from core.datasets.sources import catalogue
dataset = catalogue.open_dataset("cats-vs-dogs")
made = np.zeros((len(dataset), 50, 50), np.uint8)
begun = time.perf_counter()
for i in range(3000):
    made[i] = ImageOps.pad(Image.open(dataset.file(i)).convert("L"), (50, 50), Image.Resampling.BILINEAR)
print(3000 / (time.perf_counter() - begun))
"""


def main(home: Path) -> None:
    """Print images a second, memory, and whether the pixels are those of the steps."""
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(dir=home) as folder:
            count, seconds, early, most, same = _run(home, _PREPARE, folder).split()
        print(f"{float(count) / float(seconds):,.0f} images a second (goal {GOAL:,})", flush=True)
        print(f"  memory, workers included: {float(early):.0f} MB after a quarter, {float(most):.0f} MB at most")
        print(f"  the very pixels that the steps give: {same}", flush=True)
        print(f"  a plain loop over Pillow, one thread: {float(_run(home, _LOOP)):,.0f} images a second", flush=True)


def _run(home: Path, code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    environment = {**os.environ, "PIXELWISE_HOME": str(home)}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            photos = need(DATASETS / "cats-vs-dogs.zip")
            command_line(Path(made), "datasets", "add", "cats-vs-dogs", "--from", str(photos))
            main(Path(made))
