"""Where the benchmarks find the data that is not part of the project."""

import os
import subprocess
import sys
from pathlib import Path

from tests.paths import PROJECT, SHARED

DATASETS = SHARED / "datasets"
MNIST_FILE, CIFAR10_FILE, PETS_FILE = (
    DATASETS / name for name in ("mnist.npz", "cifar10-folders.zip", "cats-vs-dogs.zip")
)
# Photos of cats and dogs that are in none of the datasets.
PHOTOS = SHARED / "photos"


def need(path: Path) -> Path:
    """Return the path of a file that is not part of the project; end the benchmark with a reason when it is missing."""
    if not path.exists():
        sys.exit(f"skipped: this benchmark needs {path}")
    return path


def command_line(home: Path, *arguments: str) -> str:
    """Run `python -m core …` on a data home and return what it printed."""
    command = [sys.executable, "-m", "core", *arguments]
    environment = {**os.environ, "PIXELWISE_HOME": str(home)}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return done.stdout
