"""The map of a network's last features: pictures as points, those that it takes for alike near each other."""

import zipfile

import numpy as np

from core import home, runs
from core.datasets import map as maps
from core.datasets.map import PCA, TSNE, Map
from core.errors import storing
from core.explaining import features, subject
from core.progress import Progress
from core.runs import Run, RunError


def drawn(run: Run, part: str) -> np.ndarray:
    """Return the pictures of a part that a map shows, int64 `(m,)`: all, or some with each class's share kept.

    Args:
        run: a run.
        part: `train`, `validation` or `test`.

    Raises:
        DatasetError, RunError: the data set is gone or has changed.
    """
    ids: np.ndarray = np.sort(getattr(subject.parts_of(run), part))
    return maps.sample(subject.dataset_of(run), ids)


def by_pca(run: Run, part: str) -> Map:
    """Return the map by the features' principal components; it raises what `drawn` does, and `RunError` without any."""
    ids = drawn(run, part)
    places, explained = maps.principal_components(_vectors(run, ids), 2)
    return Map(PCA, ids, places, (float(explained[0]), float(explained[1])))


def find_tsne(run: Run, part: str) -> Map | None:
    """Return the map by t-SNE that is kept with the run; `None` when it has yet to be made."""
    path = run.folder / _file(part)
    try:
        if path.stat().st_mtime_ns < (run.folder / "features.npy").stat().st_mtime_ns:
            return None
        with np.load(path, allow_pickle=False) as kept:
            return Map(TSNE, kept["ids"], kept["coordinates"], (0.0, 0.0))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def job_key(run: Run, part: str) -> str:
    """Return the key of the job that makes the map by t-SNE."""
    return f"features-{TSNE}-{part}-{run.name}"


def make_tsne(name: str, part: str, progress: Progress) -> dict[str, int]:
    """Make and keep the map by t-SNE, as a job; return how many `pictures` it shows.

    Raises:
        RunError: there are no features, or too few pictures.
        DatasetError: the data set is gone.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    run = runs.find(name)
    ids = drawn(run, part)
    if len(ids) < maps.FEWEST_FOR_TSNE:
        raise RunError(f"t-SNE needs at least {maps.FEWEST_FOR_TSNE} pictures; these are {len(ids)}.")
    progress("finding the principal components", 0, 0, "")
    components, _ = maps.principal_components(_vectors(run, ids), maps.COMPONENTS)
    places = maps.tsne(components, progress)
    with storing(f"the map of {run.name}"), home.replacing(run.folder / _file(part)) as beside:
        np.savez(beside, ids=ids, coordinates=places)
    return {"pictures": len(ids)}


def _vectors(run: Run, ids: np.ndarray) -> np.ndarray:
    kept = features.kept(run)
    if kept is None:
        raise RunError(f"What the network of {run.name} makes of its pictures is not known yet. Find it out first.")
    return kept[ids].astype(np.float32)


def _file(part: str) -> str:
    return f"features-{TSNE}-{part}.npz"
