"""Dataset × preprocessing → memory-mapped arrays, made once."""

import errno
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image

from core.datasets import store
from core.datasets.integrity import verification
from core.datasets.store import About, Dataset
from core.errors import as_storage_error
from core.images import image_io
from core.images.thumbnail import THUMBNAIL_SIDE
from core.preprocessing import Grayscale, Pipeline, StepError
from core.recipes.recipe import Recipe, RecipeError
from core.storage import checked, checksums, data_home, processes
from core.storage.checked import Array, DamagedError
from core.storage.checksums import ChangedError, Watched
from core.storage.progress import Progress, quiet

# So many images are worked on at a time.
_PORTION = 64
_PORTION_PIXELS = 20_000_000
# Prepared images beyond that are removed, those first that were not used for longest.
MOST_KEPT_BYTES = 8_000_000_000


def prepared_images(dataset: Dataset, steps: Pipeline, progress: Progress = quiet, *, look: bool = True) -> np.ndarray:
    """Return all images after the steps, uint8 `(n, height, width, channels)`, memory-mapped.

    Images that the steps leave as they are come straight from the dataset; others are made at the first call and
    kept in the data home under the hash of the dataset's content and the steps. What was kept and is no longer what
    was written is made again.

    Args:
        dataset: whose images they are.
        steps: what is applied.
        progress: told what is done.
        look: whether to compare them with their checksums, at about 1 GB a second; once a process. Else `look_at`
            does, before they are used.

    Raises:
        DatasetError: the dataset is damaged.
        RecipeError: the steps give images of several shapes.
        StepError: a step cannot be applied to one of the images.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    steps = steps.applied
    first = dataset.image(0)
    if not dataset.about.as_files and steps.apply(first) is first:
        if look:
            verification.require_whole(dataset, progress)
        return dataset.images
    path = _path(dataset, steps)
    wanted = Array(np.uint8, (len(dataset), "height", "width", "channels"))
    if path.exists():
        with suppress(OSError):
            path.touch()
    if not path.exists() or (look and not is_whole(path)):
        _prepare(dataset, steps, path, progress)
    try:
        return checked.read_array(path, wanted)
    except DamagedError:
        # It can be made again.
        path.unlink(missing_ok=True)
        _prepare(dataset, steps, path, progress)
        return checked.read_array(path, wanted)


def look_at(dataset: Dataset, steps: Pipeline) -> bool:
    """Compare what `prepared_images` returns with its checksums, before it is used.

    Returns:
        Whether it is what was written; if not, it has been removed, and `prepared_images` makes it again.

    Raises:
        DatasetError: it comes straight from the dataset, and that is damaged.
    """
    path = _path(dataset, steps.applied)
    if path.exists():
        return is_whole(path)
    verification.require_whole(dataset)
    return True


_looked_at: set[tuple[Path, int, int]] = set()


def is_whole(path: Path) -> bool:
    """Tell whether an array that can be made again is what was written, once a process; if not, remove it."""
    found = path.stat()
    mark = (path, found.st_ino, found.st_size)
    if mark in _looked_at:
        return True
    sums = sums_of(path)
    known = (checksums.load(sums) or {}).get(path.name)
    if known is None:
        with suppress(OSError):  # An earlier version kept none, or they are damaged.
            checksums.keep(sums, {path.name: path})
    else:
        try:
            Watched(path, known).require_all()
        except ChangedError:
            path.unlink(missing_ok=True)
            sums.unlink(missing_ok=True)
            return False
    _looked_at.add(mark)
    return True


def _path(dataset: Dataset, steps: Pipeline) -> Path:
    return data_home.data_home() / "prepared" / f"{_key(dataset, steps)}.npy"


def sums_of(path: Path) -> Path:
    """Return where the checksums of such an array are."""
    return path.with_suffix(".checksums.txt")


def sufficient_side(recipe: Recipe) -> int:
    """Return to how many pixels a side a photo may be reduced when it is opened, thumbnails counted; 0: it may not."""
    side = recipe.steps.sufficient_side
    return max(side, 2 * THUMBNAIL_SIDE) if side else 0


def read_photo(data: bytes, recipe: Recipe) -> Image.Image:
    """Decode a photo from outside, no larger than a recipe's steps and a thumbnail need it.

    Raises:
        ImageError: with a `reason`, and a sentence for a person.
    """
    return image_io.read_image(data, sufficient_side(recipe))


def photo_prepared(photo: Image.Image, recipe: Recipe, about: About) -> np.ndarray:
    """Return an upright RGB photo as a recipe's network sees it, uint8 `(height, width, 1 or 3)`.

    Args:
        photo: from outside.
        recipe: what the network was trained by.
        about: the dataset that it was trained on.

    Raises:
        StepError: one of the steps cannot be applied to it.
    """
    if about.size[2] == 1:
        photo = photo.convert("L")
    return image_io.to_array(recipe.steps.apply(photo))


def taken_shape(recipe: Recipe, about: About) -> tuple[int, int, int] | None:
    """Return height, width and channels of what a recipe's network takes; `None`: images of several sizes tell nothing.

    Raises:
        StepError: one of the steps cannot be applied to the dataset's images.
    """
    height, width, channels = about.size
    if not height:
        return None
    width, height = recipe.steps.size_after(width, height)
    return height, width, 1 if _is_gray(channels, recipe.steps) else 3


def _is_gray(channels: int, steps: Pipeline) -> bool:
    return channels == 1 or any(isinstance(step, Grayscale) for step in steps.applied.steps)


def shapes(dataset: Dataset, steps: Pipeline) -> dict[tuple[int, int, int], int]:
    """Return how many images come out in each shape (height, width, channels), largest number first.

    No image is decoded for it.

    Raises:
        StepError: a step cannot be applied to one of the images.
    """
    sizes, counts = np.unique(dataset.index[["width", "height"]], return_counts=True)
    gray = _is_gray(dataset.about.size[2], steps)
    found: dict[tuple[int, int, int], int] = {}
    for (width, height), count in zip(sizes.tolist(), counts.tolist(), strict=True):
        try:
            right, bottom = steps.size_after(width, height)
        except StepError as error:
            raise _refused(dataset, (width, height), count, error) from error
        shape = (bottom, right, 1 if gray else 3)
        found[shape] = found.get(shape, 0) + count
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def shape_after(dataset: Dataset, steps: Pipeline) -> tuple[int, int, int]:
    """Return height, width and channels of all images after the steps.

    Raises:
        RecipeError: they are of several shapes.
        StepError: a step cannot be applied to one of the images.
    """
    found = list(shapes(dataset, steps))
    if len(found) > 1:
        raise RecipeError(
            f"Preprocessing produces {len(found):,} different image shapes (such as {found[0]} and "
            f"{found[1]}). Add a Resize step at the end."
        )
    return found[0]


def apply_steps(
    dataset: Dataset, steps: Pipeline, progress: Progress = quiet, doing: str = "applying the steps"
) -> Iterator[list[np.ndarray]]:
    """Yield the images after the steps, in order and some at a time, each uint8 `(height, width, channels)`.

    Threads or processes work on them; a bounded number is in memory.

    Args:
        dataset: whose images are taken.
        steps: what is applied.
        progress: told how many are done.
        doing: what to call it.

    Raises:
        StepError: a step cannot be applied to one of the images.
        DatasetError: an image's file is damaged.
        Cancelled: by `progress`.
    """

    done, total = 0, len(dataset)
    portions = ((dataset.folder, steps, start, stop) for start, stop in _portions(dataset))
    for made in processes.mapped(_applied, portions, many=total >= processes.MANY_IMAGES):
        done += len(made)
        yield made
        progress(doing, done, total, "images")


def _portions(dataset: Dataset) -> Iterator[tuple[int, int]]:
    """Yield where portions begin and end: fewer of large images, which the steps may leave as large as they are."""
    ends = np.cumsum(dataset.index["width"].astype(np.int64) * dataset.index["height"])
    start = 0
    while start < len(dataset):
        before = ends[start - 1] if start else 0
        fitting = int(np.searchsorted(ends, before + _PORTION_PIXELS, "right"))
        stop = min(max(fitting, start + 1), start + _PORTION)
        yield start, stop
        start = stop


def _applied(folder: Path, steps: Pipeline, start: int, stop: int) -> list[np.ndarray]:
    """Return the images from `start` to before `stop` of the dataset in a folder, after the steps."""
    dataset = store.read(folder)
    return [image_io.to_array(steps.apply(dataset.image(index))) for index in range(start, stop)]


def _prepare(dataset: Dataset, steps: Pipeline, path: Path, progress: Progress) -> None:
    """Write all images after the steps as one array; row by row, so that memory stays flat."""
    shape = shape_after(dataset, steps)
    with as_storage_error("the prepared images"):
        path.parent.mkdir(parents=True, exist_ok=True)
        data_home.sweep(path.parent)
        needed = len(dataset) * int(np.prod(shape))
        _make_room(path.parent, needed)
        if shutil.disk_usage(path.parent).free < needed:
            raise OSError(errno.ENOSPC, "")
        with data_home.replacing(path) as beside, beside.open("wb") as file:
            descr = np.lib.format.dtype_to_descr(np.dtype(np.uint8))
            header = {"descr": descr, "fortran_order": False, "shape": (len(dataset), *shape)}
            np.lib.format.write_array_header_1_0(file, header)
            for made in apply_steps(dataset, steps, progress):
                file.write(np.stack(made).data)
            file.close()
            checksums.keep(sums_of(path), {path.name: beside})


def _make_room(folder: Path, needed: int) -> None:
    """Remove prepared images until `needed` more bytes are within the limit. Windows keeps those that are in use."""
    kept = sorted(folder.glob("[!.]*.npy"), key=lambda path: path.stat().st_mtime)
    total = sum(path.stat().st_size for path in kept)
    for path in kept:
        if total + needed <= MOST_KEPT_BYTES:
            return
        total -= path.stat().st_size
        with suppress(OSError):
            path.unlink()
            sums_of(path).unlink(missing_ok=True)


def _key(dataset: Dataset, steps: Pipeline) -> str:
    colours = " in sRGB" if dataset.about.as_files and dataset.about.in_srgb else ""
    return hashlib.sha256(f"{dataset.about.content_hash} {json.dumps(steps.to_json())}{colours}".encode()).hexdigest()


def _refused(dataset: Dataset, size: tuple[int, int], count: int, error: StepError) -> StepError:
    """Return the error with what it is about: one image of many."""
    index = int(np.flatnonzero((dataset.index["width"] == size[0]) & (dataset.index["height"] == size[1]))[0])
    name = f" ({dataset.names[index]})" if dataset.names else ""
    others = f" and {count - 1:,} more of its size" if count > 1 else ""
    refused = StepError(f"Image {index:,}{name}{others}: {error}")
    refused.position = error.position
    return refused
