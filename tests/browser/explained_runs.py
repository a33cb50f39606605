"""Makes runs for the Explain page in the data home of `PIXELWISE_HOME`, all in one process: one import of TensorFlow.

The digits, and as many MNIST digits and CIFAR-10 images as train in a second, where they are beside the project.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from core import runs
from core.datasets.sources import importing
from core.nn.train import carry_out
from core.nn.training.journal import Journal
from core.recipes.recipe import Recipe, find_recipe
from core.recipes.suitable import suited
from core.runs import Run
from tests.paths import SHARED

_OF_A_CLASS = 30
MNIST, CIFAR_10 = SHARED / "datasets" / "mnist.npz", SHARED / "datasets" / "cifar10-folders.zip"


def main() -> None:
    """Make them."""
    _train(find_recipe("digits-cnn"), "digits")
    small = find_recipe("own-pictures")
    for name, make in (("mnist", _mnist), ("cifar10", _cifar10)):
        zipped = Path(f"{name}.zip")
        if make(zipped):
            dataset = importing.import_images(importing.plan(zipped), name=f"few-{name}", title=f"A few of {name}")
            _train(suited(small, dataset), dataset.about.name)


def _train(recipe: Recipe, dataset: str) -> None:
    run = runs.create(recipe.with_settings({"fit.epochs": 1}), dataset, title=f"Explained {dataset}")
    carry_out(Journal(Run(run.folder)))


def _mnist(path: Path) -> bool:
    if not MNIST.exists():
        return False
    with np.load(MNIST) as arrays, zipfile.ZipFile(path, "w") as archive:
        images, labels = arrays["x_test"], arrays["y_test"]
        for label in range(10):
            for number in np.flatnonzero(labels == label)[:_OF_A_CLASS]:
                file = io.BytesIO()
                Image.fromarray(images[number]).save(file, "PNG")
                archive.writestr(f"{label}/{number}.png", file.getvalue())
    return True


def _cifar10(path: Path) -> bool:
    if not CIFAR_10.exists():
        return False
    counts: dict[str, int] = {}
    with zipfile.ZipFile(CIFAR_10) as whole, zipfile.ZipFile(path, "w") as archive:
        for name in whole.namelist():
            label = Path(name).parent.name
            if name.startswith("test/") and counts.get(label, 0) < _OF_A_CLASS:
                counts[label] = counts.get(label, 0) + 1
                archive.writestr(f"{label}/{Path(name).name}", whole.read(name))
    return True


if __name__ == "__main__":
    main()
