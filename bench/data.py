"""Where the benchmarks find the data that is not part of the project."""

import os
import subprocess
import sys
from pathlib import Path

from tests.browser.server import PROJECT

MNIST_FILE = PROJECT.parent / "shared" / "datasets" / "mnist.npz"


def need_mnist() -> None:
    """End the benchmark with a reason when MNIST's file is missing."""
    if not MNIST_FILE.exists():
        sys.exit(f"skipped: this benchmark needs MNIST at {MNIST_FILE}")


def command_line(home: Path, *arguments: str) -> str:
    """Run `python -m core …` on a data home and return what it printed."""
    command = [sys.executable, "-m", "core", *arguments]
    environment = {**os.environ, "PIXELWISE_HOME": str(home)}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return done.stdout
