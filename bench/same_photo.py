"""How many changed copies of photos are found, and what else is: python -m bench.same_photo [PHOTOS]

Of some photos of cats and dogs, 2,000 unless said otherwise, copies are planted among them, 40 of each kind: mirrored,
cropped to 80% of the sides and to 70%, cropped and mirrored, brighter or darker by 30%, JPEG of quality 30, resized to
40%, colors exchanged, gray. Pairs that were not planted are drawn on a sheet to look at.
"""

import io
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from bench.audit import draw_sheet
from bench.data import PETS_FILE, need
from core.datasets.features import same_photo
from core.datasets.features.label_check import components
from core.datasets.sources import importing
from core.nn.inference.dataset_features import made
from core.training import features

EACH = 40
SHEET = Path(tempfile.gettempdir()) / "same-photo-not-planted.png"
_rng = np.random.default_rng(0)


def _cropped(photo: Image.Image, share: float) -> Image.Image:
    width, height = (round(side * share) for side in photo.size)
    left, top = (
        int(_rng.integers(0, whole - part + 1)) for whole, part in zip(photo.size, (width, height), strict=True)
    )
    return photo.crop((left, top, left + width, top + height))


KINDS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "mirrored": ImageOps.mirror,
    "cropped80": lambda photo: _cropped(photo, 0.8),
    "cropped70": lambda photo: _cropped(photo, 0.7),
    "both": lambda photo: _cropped(ImageOps.mirror(photo), 0.8),
    "brightness": lambda photo: ImageEnhance.Brightness(photo).enhance(float(_rng.choice([0.7, 1.3]))),
    "jpeg30": lambda photo: photo,
    "resized": lambda photo: photo.resize((max(1, round(0.4 * photo.width)), max(1, round(0.4 * photo.height)))),
    "colors": lambda photo: Image.merge("RGB", photo.split()[::-1]),
    "gray": lambda photo: photo.convert("L").convert("RGB"),
}


def main(count: int) -> None:
    """Print recall by kind, the pairs that were not planted, and the time."""
    need(PETS_FILE)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PIXELWISE_HOME"] = str(Path(folder) / "home")
        _plant(Path(folder) / "photos.zip", count)
        dataset = importing.import_images(importing.plan(Path(folder) / "photos.zip"), name="photos", title="Photos")
        vectors = components(made(dataset, features.usual()))
        began, used = time.monotonic(), time.process_time()
        found = {tuple(pair) for pair in same_photo.find(dataset, vectors).tolist()}
        print(
            f"{len(dataset):,} photos: {time.monotonic() - began:.1f} s, {time.process_time() - used:.1f} s of "
            "processor time"
        )
        position = {Path(name).name: index for index, name in enumerate(dataset.names)}
        planted = {
            tuple(sorted((index, position[name.split("-", 2)[2]]))): name.split("-", 2)[1]
            for name, index in position.items()
            if name.startswith("copy-")
        }
        for kind in KINDS:
            of_kind = [pair for pair, each in planted.items() if each == kind]
            print(f"{kind}: {sum(pair in found for pair in of_kind)} of {len(of_kind)} found")
        others = sorted(found - set(planted))
        print(f"in all: {len(found & set(planted)) / len(planted):.1%} found; {len(others):,} other pairs: {SHEET}")
        draw_sheet(dataset, others, SHEET)


def _plant(path: Path, count: int) -> None:
    with zipfile.ZipFile(PETS_FILE) as photos, zipfile.ZipFile(path, "w") as planted:
        names = [each.filename for each in photos.infolist() if each.filename.endswith(".jpg") and each.file_size]
        chosen = [names[place] for place in _rng.permutation(len(names))[:count].tolist()]
        for number, name in enumerate(chosen):
            folder, _, file = name.rpartition("/")
            # A cat and a dog may have the same number.
            own = f"{folder[-3:]}{file}"
            planted.writestr(f"{folder}/{own}", photos.read(name))
            if number < EACH * len(KINDS):
                kind, written = list(KINDS)[number // EACH], io.BytesIO()
                photo = KINDS[kind](Image.open(io.BytesIO(photos.read(name))).convert("RGB"))
                photo.save(written, "JPEG", quality=30 if kind == "jpeg30" else 90)
                planted.writestr(f"{folder}/copy-{kind}-{own}", written.getvalue())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
