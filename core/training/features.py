"""What a pretrained network makes of each image of a dataset, made once: float16 `(n, d)` in the data home.

`features/KIND/CONTENT.npy` is memory-mapped, a row an image; `CONTENT.images.npy` says by a hash of each image
whose row it is, so that a dataset that grows, or shares images with another, asks the network about new images only.
What was made when it was interrupted lies in `CONTENT.parts` and is taken up again.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from core.cluster import start as cluster
from core.datasets.store import Dataset
from core.errors import as_storage_error
from core.images import image_io
from core.networks.layers import GlobalAveragePooling2D, Layer, Pretrained, Shape
from core.preprocessing import Pipeline, Resize
from core.recipes.recipe import Recipe
from core.storage import checked, checksums, data_home, jobs, processes
from core.storage.checked import Array, DamagedError
from core.storage.jobs import Job
from core.storage.progress import Progress, quiet
from core.training.data import is_whole, shape_after, sums_of

FLOAT32, BFLOAT16 = "float32", "mixed_bfloat16"
# As many as one call of the network takes: more are no faster.
AT_ONCE = 32
# So many are safe on the disk at a time: some seconds' work.
_PART = 16 * AT_ONCE
_DIGEST_BYTES = 32
_WAIT_S = 0.5
# Images a second on 2 cores, decoding included: 245 photos of cats and dogs, fewer where the processor knows no
# bfloat16 (`bench/features.py`).
_USUAL_RATE = 200
# Until TensorFlow has begun.
_START_S = 5
# What it takes to make the usual ones.
MEMORY_BYTES = 1_500_000_000
# Features beyond that are removed, those first that were not used for longest.
_MOST_KEPT_BYTES = 2_000_000_000


@dataclass(frozen=True)
class Kind:
    """What makes features of an image.

    Attributes:
        steps: what is applied to it first.
        layers: what the result goes through: a frozen pretrained network, and what makes one row of numbers of it.
        precision: `FLOAT32`, or `BFLOAT16`: with 16 bits where this machine is faster with them. That is good enough to
            compare images: their direction is the same to 0.999, and it takes half the time.
    """

    steps: Pipeline
    layers: tuple[Layer, ...]
    precision: str = FLOAT32

    def numbers(self, shape: Shape) -> int:
        """Return how many numbers it makes of an image of a shape (height, width, channels) after the steps."""
        for layer in self.layers:
            shape = layer.output_shape(shape)
        return shape[0]


def usual(precision: str = BFLOAT16) -> Kind:
    """Return what makes the features of any dataset: EfficientNet-Lite0's 1,280, of the image's centre square."""
    steps = Pipeline((Resize(width=224, height=224, how="fill"),))
    return Kind(steps, (Pretrained("EfficientNetLite0"), GlobalAveragePooling2D()), precision)


def beginning(recipe: Recipe) -> Kind | None:
    """Return what makes the features that the rest of a recipe's network learns from; `None` where it needs images.

    Features do where the network begins with a frozen pretrained one and nothing that chance changes stands before.
    """
    if not recipe.network.layers:
        return None
    first, second = recipe.network.layers[0], recipe.network.layers[1:2]
    pooled = bool(second) and second[0].pools_whole
    changed = recipe.fit.views > 1 or (recipe.augmentation is not None and recipe.augmentation.moving)
    return Kind(recipe.steps, (first, *second)) if first.extracts_features and pooled and not changed else None


def kept(dataset: Dataset, kind: Kind) -> np.ndarray | None:
    """Return the features of all images, float16 `(n, d)`, memory-mapped; `None` when they have yet to be made."""
    path = _path(dataset, kind)
    with suppress(OSError, DamagedError):
        if is_whole(path):
            path.touch()
            return checked.read_array(path, Array(np.float16, ("n", "d")), sizes={"n": len(dataset)})
    return None


def known(dataset: Dataset) -> np.ndarray | None:
    """Return the `usual` features of a dataset, the more exact ones where there are both; `None`: make them first."""
    exact = kept(dataset, usual(FLOAT32))
    return exact if exact is not None else kept(dataset, usual(BFLOAT16))


def unit(features: np.ndarray) -> np.ndarray:
    """Return features scaled to length 1, float32 `(n, d)`: what tells images apart is their direction."""
    values = features.astype(np.float32)
    return np.asarray(values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12))


def usual_seconds(dataset: Dataset) -> float:
    """Return about how long it takes to make a dataset's `usual` features, on 2 cores."""
    return _START_S + len(dataset) / _USUAL_RATE


def make(
    dataset: Dataset, kind: Kind, network: Callable[[], Callable[[np.ndarray], np.ndarray]], progress: Progress = quiet
) -> np.ndarray:
    """Return features as `kept` does; those that are not known yet are made, and all are kept.

    Args:
        dataset: whose images they are of.
        kind: what makes them.
        network: called when there is an image to ask about; it returns what makes features, float32 `(k, d)`, of
            images after the steps, uint8 `(k, height, width, channels)`.
        progress: told how many are done.

    Raises:
        RecipeError: the steps give images of several shapes.
        StepError: a step cannot be applied to one of the images.
        DatasetError: the dataset is damaged.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`; what was made until then is taken up the next time.
    """
    if (found := kept(dataset, kind)) is not None:
        return found
    path = _path(dataset, kind)
    with as_storage_error(f"the features of {dataset.about.title}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path, progress):
            if (found := kept(dataset, kind)) is None:
                _make(dataset, kind, path, network, progress)
                found = checked.read_array(path, Array(np.float16, ("n", "d")), sizes={"n": len(dataset)})
    return found


@contextmanager
def _alone(path: Path, progress: Progress) -> Iterator[None]:
    """Wait until no other process makes the same."""
    lock = FileLock(path.with_suffix(".lock"))
    while True:
        with suppress(Timeout):
            lock.acquire(timeout=_WAIT_S)
            break
        progress("waiting for another process that makes the same features", 0, 0, "")
    try:
        yield
    finally:
        lock.release()


def _make(
    dataset: Dataset,
    kind: Kind,
    path: Path,
    network: Callable[[], Callable[[np.ndarray], np.ndarray]],
    progress: Progress,
) -> None:
    digests, numbers = _digests(dataset), kind.numbers(shape_after(dataset, kind.steps))
    parts, images = path.with_suffix(".parts"), path.with_suffix(".images.npy")
    data_home.sweep(path.parent)
    parts.mkdir(exist_ok=True)
    data_home.sweep(parts)
    _make_room(path.parent.parent, path)
    with data_home.replacing(path) as beside:
        made = np.lib.format.open_memmap(beside, "w+", np.float16, (len(dataset), numbers))
        missing = np.ones(len(dataset), bool)
        rows: dict[bytes, list[int]] = {}
        for row, digest in enumerate(digests):
            rows.setdefault(digest.tobytes(), []).append(row)
        for theirs, features in _earlier(path.parent, parts, numbers):
            for digest, row in zip(theirs, features, strict=True):
                for mine in rows.get(digest.tobytes(), ()):
                    made[mine], missing[mine] = row, False
        progress("looking at each image", int((~missing).sum()), len(dataset), "images")
        if missing.any():
            _ask(dataset, kind, np.flatnonzero(missing), digests, parts, made, network(), progress)
        made.flush()
        del made
        checksums.keep(sums_of(path), {path.name: beside})
        with data_home.replacing(images) as ids:
            np.save(ids, digests, allow_pickle=False)
    shutil.rmtree(parts, ignore_errors=True)


def _ask(
    dataset: Dataset,
    kind: Kind,
    ids: np.ndarray,
    digests: np.ndarray,
    parts: Path,
    made: np.ndarray,
    network: Callable[[np.ndarray], np.ndarray],
    progress: Progress,
) -> None:
    """Ask the network about some images, while threads open the next ones; keep a part at a time."""
    before, done, begin = len(made) - len(ids), 0, 0
    portions = [(dataset, kind.steps, ids[first : first + AT_ONCE]) for first in range(0, len(ids), AT_ONCE)]
    for images in processes.mapped(_opened, portions, many=False):
        some = ids[done : done + len(images)]
        made[some] = network(images)
        done += len(some)
        if done - begin >= _PART and done < len(ids):
            part = ids[begin:done]
            with data_home.replacing(parts / f"{begin + before}.npz", lasting=True) as beside:
                np.savez(beside, images=digests[part], features=made[part])
            begin = done
            dataset.let_go()
        progress("looking at each image", before + done, len(made), "images")


def _opened(dataset: Dataset, steps: Pipeline, ids: np.ndarray) -> np.ndarray:
    return np.stack([image_io.to_array(steps.apply(dataset.image(int(index)))) for index in ids])


def _earlier(folder: Path, parts: Path, numbers: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield what was made of the same kind before: hashes of images, and the features of each."""
    for images in sorted(folder.glob("[!.]*.images.npy")):
        path = images.with_name(images.name.replace(".images.npy", ".npy"))
        with suppress(OSError, DamagedError):
            theirs = checked.read_array(images, Array(np.uint8, ("n", _DIGEST_BYTES)))
            if is_whole(path):
                yield theirs, checked.read_array(path, Array(np.float16, (len(theirs), numbers)))
    wanted = {"images": Array(np.uint8, ("n", _DIGEST_BYTES)), "features": Array(np.float16, ("n", numbers))}
    for path in sorted(parts.glob("[!.]*.npz")):
        with suppress(DamagedError):
            found = checked.read_arrays(path, wanted)
            yield found["images"], found["features"]


def _digests(dataset: Dataset) -> np.ndarray:
    """Return a hash of each image, uint8 `(n, 32)`: of its file, or of its pixels."""
    if dataset.about.as_files:
        return np.stack([np.frombuffer(bytes.fromhex(each.decode()), np.uint8) for each in dataset.index["sha256"]])
    shape = str(dataset.images.shape[1:]).encode()
    hashes = (hashlib.sha256(shape + np.ascontiguousarray(image).data).digest() for image in dataset.images)
    return np.stack([np.frombuffer(each, np.uint8) for each in hashes])


def _make_room(folder: Path, own: Path) -> None:
    """Remove features until the rest is within the limit."""
    found = [path for path in folder.glob("*/[!.]*.npy") if not path.name.endswith(".images.npy") and path != own]
    found.sort(key=lambda path: path.stat().st_mtime)
    total = sum(path.stat().st_size for path in found)
    for path in found:
        if total <= _MOST_KEPT_BYTES:
            return
        total -= path.stat().st_size
        with suppress(OSError):
            for each in (path, sums_of(path), path.with_suffix(".images.npy")):
                each.unlink(missing_ok=True)


def _path(dataset: Dataset, kind: Kind) -> Path:
    about = dataset.about
    seen_as = {
        "steps": kind.steps.applied.to_json(),
        "layers": [layer.to_json() for layer in kind.layers],
        "precision": kind.precision,
        "channels": about.size[2],
        "in_srgb": about.as_files and about.in_srgb,
    }
    key = hashlib.sha256(json.dumps(seen_as, sort_keys=True).encode()).hexdigest()
    return data_home.data_home() / "features" / key[:16] / f"{about.content_hash}.npy"


def start(name: str) -> Job:
    """Start the job that makes the `usual` features of a dataset, or return the one that is going on.

    Raises:
        ClusterError: there is a cluster, and it cannot do it.
        StorageError: the disk is full or may not be written.
    """
    begin = cluster.begin(MEMORY_BYTES)
    return jobs.start(job_key(name), "core.nn.inference.dataset_features:run", {"name": name}, begin)


def job_key(name: str) -> str:
    """Return the key of that job."""
    return f"dataset-features-{name}"
