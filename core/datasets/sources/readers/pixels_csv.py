"""Pixels in a CSV: a row for each image, as Kaggle has digits, sign language and FER2013's faces."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets.sources.labels import words
from core.datasets.sources.readers.arrays import ArrayReader, Pixels, of_other_splits
from core.datasets.store import SPLITS, DatasetError

_BEGIN_BYTES = 200_000
_FEWEST_PIXELS = 16
_ROWS_AT_ONCE = 2_000
_MOST_NUMBERS = 3_000_000_000
_PIXEL = re.compile(r"(pixel|px|p|x)?_?\d+(x\d+)?", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,3}(\.0)?")
_LABELS = ("label", "labels", "emotion", "class", "target", "y")
_USAGES = {"publictest": "validation", "privatetest": "test"}


class PixelsCsvReader(ArrayReader):
    """A CSV with a column for each pixel, or with all pixels in one; and that of the other split beside it."""

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Tell whether the first line of a file is the header of such a CSV, or such a row."""
        if not path.is_file():
            return False
        with path.open("rb") as file:
            line = file.read(_BEGIN_BYTES).partition(b"\n")[0]
        return _layout(line) is not None

    def find(self) -> tuple[Sequence[Pixels], Sequence[str]]:
        """Return the images by splits."""
        found = []
        for path, split in of_other_splits(self.path):
            with path.open("rb") as file:
                layout = _layout(file.readline(_BEGIN_BYTES))
            # A test.csv without labels, to be answered, is beside Kaggle's train.csv.
            if layout is None or "label" not in layout:
                if path == self.path:
                    raise DatasetError(f"{self.title} has no column of labels: {', '.join(_LABELS)}.")
                continue
            found.append(_read(path, layout, split))
        return found, []


def _layout(line: bytes) -> dict[str, Any] | None:
    """Return which columns hold what, by the first line; `None` where it is none of pixels."""
    try:
        cells = [cell.strip().strip('"') for cell in line.decode("utf-8-sig").strip().split(",")]
    except UnicodeDecodeError:
        return None
    lower = [cell.casefold() for cell in cells]
    found: dict[str, Any] = {"header": 0}
    if "pixels" in lower:
        found["text"] = lower.index("pixels")
        if "usage" in lower:
            found["usage"] = lower.index("usage")
    elif len(cells) > _FEWEST_PIXELS and all(map(_NUMBER.fullmatch, cells)):
        return {"header": None, "label": 0, "pixels": list(range(1, len(cells)))}
    else:
        pixels = [column for column, cell in enumerate(cells) if _PIXEL.fullmatch(cell)]
        if len(pixels) < _FEWEST_PIXELS or len(pixels) < len(cells) - 2:
            return None
        found["pixels"] = pixels
    if labels := [lower.index(name) for name in _LABELS if name in lower]:
        found["label"] = labels[0]
    return found


def _read(path: Path, layout: dict[str, Any], split: str) -> Pixels:
    """Read one file, some rows at a time."""
    import pandas as pd

    images, labels, usages, numbers = [], [], [], 0
    for rows in pd.read_csv(path, header=layout["header"], chunksize=_ROWS_AT_ONCE, encoding_errors="replace"):
        if "text" in layout:
            chunk = np.array([text.split() for text in rows.iloc[:, layout["text"]].astype(str)], np.int64)
        else:
            chunk = rows.iloc[:, layout["pixels"]].to_numpy(np.float64)
        if not ((chunk >= 0) & (chunk <= 255)).all():
            raise DatasetError(f"{path.name} has pixels that are not 0 to 255.")
        numbers += chunk.size
        if numbers > _MOST_NUMBERS:
            raise DatasetError(f"{path.name} holds more than {_MOST_NUMBERS:,} pixels.")
        images.append(chunk.astype(np.uint8))
        labels.append(rows.iloc[:, layout["label"]].to_numpy())
        if "usage" in layout:
            usages += rows.iloc[:, layout["usage"]].astype(str).tolist()
    if not numbers:
        raise DatasetError(f"{path.name} has no row.")
    texts = np.concatenate(labels)
    splits = [_USAGES.get(usage.casefold()) or words.split_of(usage) or SPLITS[0] for usage in usages]
    order = np.array([SPLITS.index(each) for each in splits], np.uint8) if splits else None
    return Pixels(np.concatenate(images), texts.astype(str) if texts.dtype == object else texts, split, order)
