"""What a run takes for something else, of its own images and of others: python -m bench.unlike RUN

RUN is a finished run of the data home, $PIXELWISE_HOME, or one that comes with Pixelwise. Printed is the share that it
declines: of its validation images, by which the limit was set; of its test images, by which nothing was; and of digits,
noise, plain colours, drawn shapes, and of MNIST, CIFAR-10 and photos of pets where their files are there. A run that
has not learned yet what is unlike its images learns it first, as by the button on Predict.
"""

import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from bench.data import CIFAR10_FILE, MNIST_FILE, PETS_FILE
from core import runs
from core.datasets.sources import catalogue
from core.evaluation import ood
from core.evaluation.ood.shapes import random_shape
from core.images.image_io import read_image
from core.nn.inference import models, ood_own
from core.runs import Run
from core.training.data import photo_prepared
from core.training.parts import parts

_EACH, _MOST, _SIDE = 300, 1_000, 180


def main() -> None:
    """Print a line a kind of images."""
    run = runs.find(sys.argv[1] if len(sys.argv) > 1 else "latest", [*runs.all_runs(), *runs.shipped()])
    rng = np.random.default_rng(0)
    print(f"{run.title}: {run.name}")
    if not ood.is_kept(run.folder):
        ood_own.fit_later(str(run.folder))
    _own(run, rng)
    for name, file in (("MNIST", MNIST_FILE), ("CIFAR-10", CIFAR10_FILE), ("photos of pets", PETS_FILE)):
        if file.exists():
            _print(run, name, _drawn(file, rng))
        else:
            print(f"skipped, for it needs {file}: {name}")
    digits = catalogue.open_dataset("digits")
    _print(run, "digits", map(digits.image, rng.permutation(len(digits))[:_EACH].tolist()))
    noise = (Image.fromarray(rng.integers(0, 256, (_SIDE, _SIDE, 3), np.uint8)) for _ in range(_EACH))
    _print(run, "noise", noise)
    coarse = (Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)) for _ in range(_EACH))
    _print(run, "noise of 8×8", (each.resize((_SIDE, _SIDE)) for each in coarse))
    colours = (tuple(rng.integers(0, 256, 3).tolist()) for _ in range(_EACH))
    _print(run, "plain colours", (Image.new("RGB", (_SIDE, _SIDE), each) for each in colours))
    _print(run, "drawn shapes", (random_shape(rng) for _ in range(_EACH)))


def _own(run: Run, rng: np.random.Generator) -> None:
    dataset = runs.dataset_of(run)
    divided = parts(dataset, run.recipe.split, run.decided)
    for name, ids in (("validation", divided.validation), ("test", divided.test)):
        chosen = rng.permutation(ids)[:_MOST].tolist()
        _print(run, f"its own, {name}", map(dataset.image, chosen))


def _drawn(file: Path, rng: np.random.Generator) -> Iterator[Image.Image]:
    """Yield some images of an archive."""
    if file.suffix == ".npz":
        images = np.load(file)["x_test"]
        yield from map(Image.fromarray, images[rng.permutation(len(images))[:_EACH]])
        return
    with zipfile.ZipFile(file) as archive:
        names = [each.filename for each in archive.infolist() if each.filename.endswith(".jpg") and each.file_size]
        for place in rng.permutation(len(names))[:_EACH].tolist():
            yield read_image(archive.read(names[place]))


def _print(run: Run, what: str, images: Iterable[Image.Image]) -> None:
    prepared = [photo_prepared(image.convert("RGB"), run.recipe, run.about) for image in images]
    known = [each.known for each in models.answers(str(run.folder), prepared) if each is not None]
    declined = len(known) - sum(known)
    print(f"{what}: {declined:,} of {len(known):,} declined, {declined / len(known):.1%}", flush=True)


if __name__ == "__main__":
    main()
