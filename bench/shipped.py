"""What the shipped classifier is worth, as its model card says: python -m bench.shipped [--run FOLDER] [OTHERS ...]

Accuracy with a 95% interval and calibration, of the validation and the test photos of its training, neither of which it
learned from; and the share of images that it declines: of photos of pets, and of what is neither cat nor dog. None of
these others was there when it learned what to decline: it saw CIFAR-10's birds, deer, frogs and horses, but no vehicle.
CIFAR-10's cats and dogs tell how much of that is for the blur of an enlarged image, scrambled photos how much is for
colours and textures alone. OTHERS are folders of further images that show no cat or dog.
The datasets are made of the files beside the project, unless $PIXELWISE_HOME has them.
"""

import argparse
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_sample_images

from bench.data import CIFAR10_FILE, PETS_FILE
from core import runs
from core.datasets.sources import catalogue
from core.datasets.store import SPLITS
from core.evaluation import calibration, predictions, threshold
from core.evaluation.intervals import exact_bounds, wilson_interval
from core.images import image_io
from core.prediction import photo_predictions, worker
from core.prediction.photo_predictions import Prediction
from core.runs import Run

GOAL_ACCURACY, GOAL_ERROR = 0.99, 0.01
VEHICLES = ("airplane", "automobile", "ship", "truck")
PETS = ("cat", "dog")
_SIDE = 180
_PIECES = 4
_EACH = 300


def main() -> None:
    """Print a line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, metavar="FOLDER", help="a finished run; without it, the shipped one")
    parser.add_argument("others", type=Path, nargs="*", metavar="OTHERS", help="folders of images without cats or dogs")
    given = parser.parse_args()
    run = Run(given.run) if given.run else runs.find("pets", runs.shipped())
    size = sum(path.stat().st_size for path in run.folder.iterdir() if path.is_file())
    print(f"{run.recipe.title}: {size / 1e6:.1f} MB (goal 12), recipe {run.recipe.name}")
    certain = photo_predictions.certainty(run)
    print(certain.said)
    for part in predictions.parts(run):
        found = predictions.load(run, part)
        low, high = wilson_interval(int(found.right.sum()), len(found.ids))
        probabilities = certain.apply(found.probabilities)
        error = calibration.reliability(probabilities.max(axis=1), found.right).error
        print(
            f"{part}: {found.accuracy:.2%} of {len(found.ids):,} photos right (95% interval {low:.2%} to {high:.2%}, "
            f"goal {GOAL_ACCURACY:.0%}); expected calibration error {error:.2%} (goal {GOAL_ERROR:.0%})"
        )
    _print_promise(run)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("PIXELWISE_HOME", folder)
        _decline(run)
        for other in given.others:
            files = sorted(path for path in other.rglob("*") if path.is_file())
            _print(run, f"{other.name}, {len(files):,} files", (path.read_bytes() for path in files), len(files))
        worker.shut_down()


def _print_promise(run: Run) -> None:
    """Print the threshold that is set by itself, and what it does to test photos, declined or not."""
    booked, found = threshold.default(run), predictions.load(run, "test")
    print(f"threshold {booked.reason}")
    sure = photo_predictions.certainty(run).apply(found.probabilities).max(axis=1) >= booked.threshold
    right = int(found.right[sure].sum())
    low, high = exact_bounds(right, int(sure.sum()))
    print(
        f"test: {sure.sum():,} of {len(sure):,} photos are answered from there on, {right:,} of them right, "
        f"{right / sure.sum():.2%} (others {low:.2%} to {high:.2%}, each end with 95% certainty)"
    )


def _decline(run: Run) -> None:
    rng = np.random.default_rng(0)
    if PETS_FILE.exists():
        pets = catalogue.add("cats-vs-dogs", PETS_FILE)
        ids = predictions.load(run, "test").ids
        _print(run, "photos of pets, test", (pets.file(index).read_bytes() for index in ids.tolist()), len(ids))
        scrambled = (_scrambled(pets.image(index), rng) for index in ids[:_EACH].tolist())
        _print(run, f"the same, {_PIECES}×{_PIECES} pieces scrambled", _files(scrambled), _EACH)
    else:
        print(f"skipped, for it needs {PETS_FILE}: photos of pets")
    if CIFAR10_FILE.exists():
        cifar10 = catalogue.add("cifar10", CIFAR10_FILE)
        for what, names in (("vehicles", VEHICLES), ("cats and dogs", PETS)):
            labels = [cifar10.about.class_names.index(name) for name in names]
            ids = rng.permutation(
                np.flatnonzero(np.isin(cifar10.labels, labels) & (cifar10.splits == SPLITS.index("test")))
            )[:_EACH]
            _print(run, f"CIFAR-10’s {what}, enlarged", _files(map(cifar10.image, ids.tolist())), len(ids))
    else:
        print(f"skipped, for it needs {CIFAR10_FILE}: CIFAR-10’s images")
    digits = catalogue.open_dataset("digits")
    ids = rng.permutation(len(digits))[:_EACH]
    _print(run, "digits, enlarged", _files(digits.image(index) for index in ids.tolist()), len(ids))
    _print(run, "built-in photos", [image_io.png(Image.fromarray(photo)) for photo in load_sample_images().images], 2)
    noise = (Image.fromarray(rng.integers(0, 256, (_SIDE, _SIDE, 3), np.uint8)) for _ in range(_EACH))
    _print(run, "noise", _files(noise), _EACH)
    plain = (Image.new("RGB", (_SIDE, _SIDE), tuple(rng.integers(0, 256, 3).tolist())) for _ in range(_EACH))
    _print(run, "plain colours", _files(plain), _EACH)


def _scrambled(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return a photo whose pieces are elsewhere, each turned."""
    whole = photo.convert("RGB").resize((_SIDE, _SIDE))
    side = _SIDE // _PIECES
    corners = [(column * side, row * side) for row in range(_PIECES) for column in range(_PIECES)]
    made = Image.new("RGB", whole.size)
    for (left, top), (to_left, to_top) in zip(corners, rng.permutation(corners).tolist(), strict=True):
        piece = whole.crop((left, top, left + side, top + side))
        made.paste(piece.rotate(90 * int(rng.integers(4))), (to_left, to_top))
    return made


def _files(made: Iterable[Image.Image]) -> Iterable[bytes]:
    for image in made:
        yield image_io.png(image.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BICUBIC))


def _print(run: Run, what: str, photos: Iterable[bytes] | Sequence[bytes], total: int) -> None:
    found = [
        each for each in photo_predictions.predict_photos(run, photos, total=total) if isinstance(each, Prediction)
    ]
    declined = sum(not each.known for each in found)
    print(f"{what}: {declined:,} of {len(found):,} declined, {declined / len(found):.1%}", flush=True)


if __name__ == "__main__":
    main()
