"""Data set × preprocessing → memory-mapped arrays, made once; and which pictures train, validate and test."""

import errno
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from core import home, pictures, processes
from core.datasets import store
from core.datasets.decisions import Decided
from core.datasets.store import About, Dataset
from core.errors import storing
from core.preprocessing import Grayscale, Pipeline, StepError
from core.progress import Progress, quiet
from core.recipe import Recipe, RecipeError, Split

_FEWEST_OF_A_CLASS = 2
# So many pictures are worked on at a time.
_PORTION = 64
# Prepared pictures beyond that are removed, those first that were not used for longest.
MOST_KEPT_BYTES = 8_000_000_000


def prepared_pictures(dataset: Dataset, steps: Pipeline, progress: Progress = quiet) -> np.ndarray:
    """Return all pictures after the steps, uint8 `(n, height, width, channels)`, memory-mapped.

    Pictures that the steps leave as they are come straight from the data set; others are made at the first call and
    kept in the data home under the hash of the data set's content and the steps.

    Raises:
        RecipeError: the steps give pictures of several shapes.
        StepError: a step cannot be applied to one of the pictures.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    steps = steps.applied
    first = dataset.picture(0)
    if not dataset.about.as_files and steps.apply(first) is first:
        return dataset.pictures
    path = home.data_home() / "prepared" / f"{_key(dataset, steps)}.npy"
    if path.exists():
        with suppress(OSError):
            path.touch()
    else:
        _prepare(dataset, steps, path, progress)
    prepared: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    return prepared


def read_photo(data: bytes, recipe: Recipe) -> Image.Image:
    """Decode a photo from outside, no larger than a recipe's steps and a thumbnail need it.

    Raises:
        PictureError: with a `reason`, and a sentence for a person.
    """
    side = recipe.steps.sufficient_side
    return pictures.read_picture(data, max(side, 2 * store.THUMBNAIL_SIDE) if side else 0)


def photo_prepared(photo: Image.Image, recipe: Recipe, about: About) -> np.ndarray:
    """Return an upright RGB photo as a recipe's network sees it, uint8 `(height, width, 1 or 3)`.

    Args:
        photo: from outside.
        recipe: what the network was trained by.
        about: the data set that it was trained on.

    Raises:
        StepError: one of the steps cannot be applied to it.
    """
    if about.size[2] == 1:
        photo = photo.convert("L")
    return pictures.to_array(recipe.steps.apply(photo))


def shapes(dataset: Dataset, steps: Pipeline) -> dict[tuple[int, int, int], int]:
    """Return how many pictures come out in each shape (height, width, channels), largest number first.

    No picture is decoded for it.

    Raises:
        StepError: a step cannot be applied to one of the pictures.
    """
    sizes, counts = np.unique(dataset.index[["width", "height"]], return_counts=True)
    gray = dataset.about.size[2] == 1 or any(isinstance(step, Grayscale) for step in steps.applied.steps)
    found: dict[tuple[int, int, int], int] = {}
    for (width, height), count in zip(sizes.tolist(), counts.tolist(), strict=True):
        try:
            right, bottom = steps.size_after(width, height)
        except StepError as error:
            raise _refused(dataset, (width, height), count, error) from error
        shape = (bottom, right, 1 if gray else 3)
        found[shape] = found.get(shape, 0) + count
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def applied(
    dataset: Dataset, steps: Pipeline, progress: Progress = quiet, doing: str = "applying the steps"
) -> Iterator[list[np.ndarray]]:
    """Yield the pictures after the steps, in order and some at a time, each uint8 `(height, width, channels)`.

    Threads or processes work on them; a bounded number is in memory.

    Args:
        dataset: whose pictures are taken.
        steps: what is applied.
        progress: told how many are done.
        doing: what to call it.

    Raises:
        StepError: a step cannot be applied to one of the pictures.
        DatasetError: a picture's file is damaged.
        Cancelled: by `progress`.
    """

    done, total = 0, len(dataset)
    portions = ((dataset.folder, steps, start, min(start + _PORTION, total)) for start in range(0, total, _PORTION))
    for made in processes.mapped(_applied, portions, many=total >= processes.MANY_PICTURES):
        done += len(made)
        yield made
        progress(doing, done, total, "pictures")


def _applied(folder: Path, steps: Pipeline, start: int, stop: int) -> list[np.ndarray]:
    """Return the pictures from `start` to before `stop` of the data set in a folder, after the steps."""
    dataset = store.read(folder)
    return [pictures.to_array(steps.apply(dataset.picture(index))) for index in range(start, stop)]


def _prepare(dataset: Dataset, steps: Pipeline, path: Path, progress: Progress) -> None:
    """Write all pictures after the steps as one array; row by row, so that memory stays flat."""
    found = list(shapes(dataset, steps))
    if len(found) > 1:
        raise RecipeError(
            f"The steps give pictures of {len(found):,} different shapes (such as {found[0]} and {found[1]}): end them "
            "with a Resize step."
        )
    with storing("the prepared pictures"):
        path.parent.mkdir(parents=True, exist_ok=True)
        needed = len(dataset) * int(np.prod(found[0]))
        _make_room(path.parent, needed)
        if shutil.disk_usage(path.parent).free < needed:
            raise OSError(errno.ENOSPC, "")
        with home.replacing(path) as beside, beside.open("wb") as file:
            shape = (len(dataset), *found[0])
            header = {"descr": np.lib.format.dtype_to_descr(np.dtype(np.uint8)), "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            for made in applied(dataset, steps, progress):
                file.write(np.stack(made).data)


def _make_room(folder: Path, needed: int) -> None:
    """Remove prepared pictures until `needed` more bytes are within the limit. Windows keeps those that are in use."""
    kept = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime)
    total = sum(path.stat().st_size for path in kept)
    for path in kept:
        if total + needed <= MOST_KEPT_BYTES:
            return
        total -= path.stat().st_size
        with suppress(OSError):
            path.unlink()


def _key(dataset: Dataset, steps: Pipeline) -> str:
    return hashlib.sha256(f"{dataset.about.content_hash} {json.dumps(steps.to_json())}".encode()).hexdigest()


def _refused(dataset: Dataset, size: tuple[int, int], count: int, error: StepError) -> StepError:
    """Return the error with what it is about: one picture of many."""
    index = int(np.flatnonzero((dataset.index["width"] == size[0]) & (dataset.index["height"] == size[1]))[0])
    name = f" ({dataset.names[index]})" if dataset.names else ""
    others = f" and {count - 1:,} more of its size" if count > 1 else ""
    refused = StepError(f"Picture {index:,}{name}{others}: {error}")
    refused.position = error.position
    return refused


@dataclass(frozen=True)
class Parts:
    """The indices, int64, of the pictures that train, validate and test, and the label of every picture, int16."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    labels: np.ndarray


def parts(dataset: Dataset, split: Split, decided: Decided | None = None) -> Parts:
    """Divide a data set as a recipe's split says: the same split gives the same parts.

    Args:
        dataset: whose pictures are divided.
        split: how; its seed draws among the pictures as published, whatever was decided on them.
        decided: what people decided; test pictures stay as published.

    Raises:
        RecipeError: nothing to train on, or too few pictures to draw a validation set by class.
    """
    train, validation, test = _published(dataset, split)
    if len(test) == 0 or len(dataset.about.class_names) < 2:
        missing = "test pictures" if len(test) == 0 else "second class"
        raise RecipeError(f"{dataset.about.title} has no {missing}: there is nothing to learn, or to measure it on.")
    labels = np.array(dataset.labels)
    if split.validation == "test":
        return Parts(_kept(train, labels, decided), test, test, labels)
    if len(validation) == 0:
        train, validation = _drawn(dataset, train, split.fraction, split.seed, "validation")
    train, validation = _kept(train, labels, decided), _kept(validation, labels, decided)
    if not len(train) or not len(validation):
        raise RecipeError(f"Of {dataset.about.title}, every picture that trains or validates is excluded. Undo some.")
    return Parts(train, validation, test, labels)


def _published(dataset: Dataset, split: Split) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what trains, validates and tests as the data set has it, or as many of it as the split draws.

    Raises:
        RecipeError: the data set has too few pictures for that.
    """
    train, validation, test = (dataset.select(name) for name in ("train", "validation", "test"))
    everything = np.arange(len(dataset))
    if split.pictures:
        _, everything = _drawn(dataset, everything, split.pictures, split.choosing_seed, "chosen")
        train, validation, test = (np.intersect1d(part, everything) for part in (train, validation, test))
    if split.test_pictures:
        rest, test = _drawn(dataset, everything, split.test_pictures, split.seed, "test")
        validation = np.intersect1d(validation, rest)
        train = np.setdiff1d(rest, validation)
    return train, validation, test


def _drawn(dataset: Dataset, ids: np.ndarray, size: float, seed: int, what: str) -> tuple[np.ndarray, np.ndarray]:
    """Draw pictures from `ids` by class: a share of them below 1, a number from 1 up.

    Returns:
        The others and the drawn, in order.

    Raises:
        RecipeError: a class, or the whole, has too few; `what` names the pictures that cannot be drawn.
    """
    from sklearn.model_selection import train_test_split

    cannot = f"No {what} pictures can be drawn from {dataset.about.title}:"
    counts = np.bincount(dataset.labels[ids], minlength=len(dataset.about.class_names))
    if counts.min() < _FEWEST_OF_A_CLASS:
        name = dataset.about.class_names[counts.argmin()]
        raise RecipeError(
            f"{cannot} its class {name} has {counts.min()} pictures to draw from, and at least {_FEWEST_OF_A_CLASS} "
            "are needed. Add some, or draw none."
        )
    if size >= len(ids):
        raise RecipeError(f"{cannot} {size:,} are wanted, and some more must remain, of {len(ids):,}. Take fewer.")
    try:
        others, drawn = train_test_split(ids, test_size=size, stratify=dataset.labels[ids], random_state=seed)
    except ValueError as error:
        raise RecipeError(f"{cannot} {error}") from error
    return np.sort(others), np.sort(drawn)


def _kept(part: np.ndarray, labels: np.ndarray, decided: Decided | None) -> np.ndarray:
    """Return a part without the excluded pictures, and give the relabelled ones their new label."""
    if decided is None:
        return part
    for index in np.intersect1d(part, list(decided.labels)):
        labels[index] = decided.labels[int(index)]
    return np.setdiff1d(part, decided.excluded)
