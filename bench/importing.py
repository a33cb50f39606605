"""Importing 15,000 photos and 60,000 small images: python -m bench.importing

Each import runs in a process of its own, as a job does; its peak memory is the operating system's account of it.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.data import CIFAR10_FILE, PETS_FILE, need
from tests.paths import PROJECT

GOALS = {PETS_FILE: 1_000, CIFAR10_FILE: 4_000}
MEMORY_GOAL_MB = 600
_IMPORT = """
import resource, sys, time
from pathlib import Path
from core.datasets.sources import importing
begun = time.perf_counter()
plan = importing.plan(Path(sys.argv[1]))
made = importing.import_images(plan, name="bench", title="Bench")
seconds = time.perf_counter() - begun
print(len(made), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
"""


def main(runs: int) -> None:
    """Print images a second, listing included, and peak memory of each run."""
    for path, goal in GOALS.items():
        need(path)
        speeds = []
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as home:
                images, seconds, memory = _imported(path, home)
            speeds.append(images / seconds)
            print(
                f"{path.name}: {images:,.0f} in {seconds:.1f} s, {speeds[-1]:,.0f} a second (goal {goal:,}), "
                f"peak memory {memory:,.0f} MB (goal {MEMORY_GOAL_MB})",
                flush=True,
            )


def _imported(path: Path, home: str) -> tuple[float, float, float]:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT, str(path)],
        cwd=PROJECT,
        env={**os.environ, "PIXELWISE_HOME": home},
        capture_output=True,
        text=True,
        check=True,
    )
    images, seconds, memory = map(float, done.stdout.split())
    return images, seconds, memory


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
