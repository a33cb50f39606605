"""A single changed bit in any file that is no JSON: said, made good or without effect; never other numbers or images.

A data home has a dataset that is one array, one of photos, prepared images of both, and a run with two checkpoints.
"""

import io
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from core import runs
from core.datasets import store
from core.datasets.integrity import verification
from core.datasets.sources.importing import import_images, plan
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.preprocessing import Grayscale, Pipeline, Resize
from core.recipes.recipe import find_recipe
from core.runs import Run, checkpoint
from core.runs.checkpoint import Checkpoint, Progress
from core.training import data
from core.training.data import prepared_images

SUITE, BENCH, BROWSER = 40, 200, False
_SEED = 33
_STEPS = {"digits": Pipeline((Resize(12, 12),)), "pets": Pipeline((Grayscale(), Resize(16, 16)))}
# JSON is another kind's. What is named after a temporary process or a lock holds nothing.
_LEFT_OUT = (".json", ".jsonl", ".lock")


def failures(count: int, home: Path) -> Iterator[str]:
    """Change a byte, look at everything as pages and trainings do, and put it back."""
    rng = np.random.default_rng(_SEED)
    whole = home.parent / "whole"
    _make(home, rng)
    expected = _seen()
    shutil.copytree(home, whole)
    files = [path.relative_to(home) for path in sorted(home.rglob("*")) if _is_tried(path)]
    sizes = np.array([(home / path).stat().st_size for path in files])
    for number in range(count):
        # Each file in turn, since by size nearly all would be in the arrays of images.
        chosen = number % len(files)
        place, bit = int(rng.integers(sizes[chosen])), int(rng.integers(8))
        _restore(whole, home)
        changed = bytearray((home / files[chosen]).read_bytes())
        changed[place] ^= 1 << bit
        (home / files[chosen]).write_bytes(changed)
        yield _outcome(files[chosen], place, expected)


def _is_tried(path: Path) -> bool:
    return path.is_file() and path.suffix not in _LEFT_OUT and path.stat().st_size > 0


def _outcome(file: Path, place: int, expected: dict[str, object]) -> str:
    case = f"byte {place:,} of {file}"
    try:
        found = _seen()
    except Exception as error:
        return f"{case}: {type(error).__name__}: {error}"
    for name, value in found.items():
        if isinstance(value, PixelwiseError):
            if file.name not in str(value) and file.parts[1] not in str(value):
                return f"{case}: {name} blames something else: {value}"
        elif not _same(value, expected[name]):
            return f"{case}: {name} is another, without a word"
    return ""


def _same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and bool((one == other).all())
    return one == other


def _seen() -> dict[str, object]:
    """Return what there is to see of the data home: values, or the errors that were said in their place."""
    # As after a new start.
    store._read.cache_clear()
    data._looked_at.clear()
    seen: dict[str, object] = {}

    def look(name: str, read: Callable[[], object]) -> None:
        try:
            seen[name] = read()
        except PixelwiseError as error:
            seen[name] = error

    for name in ("digits", "pets"):
        dataset = store.read(store.folder_of(name))
        for what, of_dataset in _LOOKS.items():
            look(f"{name}: {what}", partial(of_dataset, dataset))
    (run,) = runs.all_runs()
    for label, read in _of_run(run).items():
        look(label, read)
    return seen


def _prepared(dataset: Dataset) -> np.ndarray:
    return np.array(prepared_images(dataset, _STEPS[dataset.about.name]))


_LOOKS: dict[str, Callable[[Dataset], object]] = {
    "labels": lambda dataset: np.array(dataset.labels),
    "splits": lambda dataset: np.array(dataset.splits),
    "index": lambda dataset: dataset.index[["width", "height", "brightness"]].tolist(),
    "names": lambda dataset: dataset.names,
    "pictures": lambda dataset: [dataset.image(index).tobytes() for index in range(len(dataset))],
    "thumbnails": lambda dataset: [dataset.thumbnail(index) for index in range(len(dataset))],
    "prepared": _prepared,
    "verified": verification.verify,
}


def _of_run(run: Run) -> dict[str, Callable[[], object]]:
    def trained() -> object:
        found = run.checkpoint()
        assert found, "a whole one is there"
        assert found.progress.epoch in (1, 2)
        # Of an earlier epoch, the numbers are the same here: falling back changes nothing.
        return [array.tolist() for array in (*found.state, *found.best)]

    return {"run: checkpoint": trained}


def _make(home: Path, rng: np.random.Generator) -> None:
    run = runs.create(find_recipe("digits-cnn"))
    for epoch in (1, 2):
        state = [np.arange(600, dtype=np.float32).reshape(20, 30), np.arange(4, dtype=np.uint32)]
        checkpoint.write(run.checkpoint_folder, Checkpoint(Progress(epoch, 1.0, 0.01), state, [np.ones(3, np.float32)]))
    folder = home.parent / "photos"
    for label in ("cat", "dog"):
        (folder / label).mkdir(parents=True)
        for number in range(6):
            file = io.BytesIO()
            size = (int(rng.integers(70, 200)), int(rng.integers(70, 200)))
            Image.fromarray(rng.integers(0, 256, (*size, 3), np.uint8)).save(file, "JPEG")
            (folder / label / f"{number}.jpg").write_bytes(file.getvalue())
    import_images(plan(folder), name="pets", title="Pets")


def _restore(whole: Path, home: Path) -> None:
    """Put back what the last case changed or made."""
    for path in whole.rglob("*"):
        other = home / path.relative_to(whole)
        if path.is_file() and (not other.exists() or other.read_bytes() != path.read_bytes()):
            shutil.copy2(path, other)
