"""Small sets of images as a user brings them: zips by class, imported as the Datasets page does."""

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from core.datasets.sources import importing
from core.datasets.store import Dataset

# By name: how many images each class has, their sizes, width × height, taken in turn, and Pillow's mode.
SETS: dict[str, tuple[dict[str, int], list[tuple[int, int]], str]] = {
    "two-by-45-photos": ({"left": 45, "right": 45}, [(160, 120), (90, 140), (200, 200)], "RGB"),
    "three-by-8-gray": ({"0": 8, "1": 8, "2": 8}, [(28, 28)], "L"),
    "a-class-of-two": ({"many": 20, "few": 2}, [(80, 60), (60, 80)], "RGB"),
    "eight-by-eight": ({"a": 12, "b": 12}, [(8, 8)], "RGB"),
    "twelve-classes-of-three": ({f"class {letter}": 3 for letter in "abcdefghijkl"}, [(40, 40)], "RGB"),
    "two-by-two": ({"a": 2, "b": 2}, [(30, 30)], "L"),
    "three-pixels": ({"a": 9, "b": 9}, [(3, 3)], "L"),
    "a-class-of-one": ({"many": 20, "single": 1}, [(64, 48)], "RGB"),
}


def imported(name: str, folder: Path) -> Dataset:
    """Import one of `SETS`; its zip is written to `folder`. A class shows in where its images are bright."""
    classes, sizes, mode = SETS[name]
    chance, number = np.random.default_rng(0), 0
    with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
        for label, (title, count) in enumerate(classes.items()):
            for _ in range(count):
                width, height = sizes[number % len(sizes)]
                pixels = chance.integers(0, 80, (height, width, 3), np.uint8)
                pixels[:, label * width // len(classes) : (label + 1) * width // len(classes)] += 150
                file = io.BytesIO()
                Image.fromarray(pixels).convert(mode).save(file, "PNG")
                archive.writestr(f"{title}/{number}.png", file.getvalue())
                number += 1
    return importing.import_images(importing.plan(folder / f"{name}.zip"), name=name, title=name.replace("-", " "))
