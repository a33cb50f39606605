"""The map of a network's last features: images as points, those that it takes for alike near each other."""

from pathlib import Path

import numpy as np

from core import runs
from core.datasets.views import embedding_map as maps
from core.datasets.views.embedding_map import PCA, TSNE, Map
from core.errors import as_storage_error
from core.evaluation.explaining import features, subject
from core.runs import Run, RunError
from core.storage import checked
from core.storage.derived import DerivedFile
from core.storage.progress import Progress


def sample_ids(run: Run, part: str) -> np.ndarray:
    """Return the images of a part that a map shows, int64 `(m,)`: all, or some with each class's share kept.

    Args:
        run: a run.
        part: `train`, `validation` or `test`.

    Raises:
        DatasetError, RunError: the dataset is gone or has changed.
    """
    ids: np.ndarray = np.sort(getattr(subject.parts_of(run), part))
    return maps.sample(runs.dataset_of(run), ids)


def by_pca(run: Run, part: str) -> Map:
    """Return the map by the features' principal components; raises as `sample_ids`, and `RunError` without any."""
    ids = sample_ids(run, part)
    places, explained = maps.principal_components(_vectors(run, ids), 2)
    return Map(PCA, ids, places, (float(explained[0]), float(explained[1])))


def find_tsne(run: Run, part: str) -> Map | None:
    """Return the map by t-SNE that is kept with the run; `None` when it has yet to be made."""

    def read(path: Path) -> Map:
        kept = checked.read_arrays(path, maps.points(len(runs.dataset_of(run))))
        return Map(TSNE, kept["ids"], kept["coordinates"], (0.0, 0.0))

    return _file(run, part).read(read)


def job_key(run: Run, part: str) -> str:
    """Return the key of the job that makes the map by t-SNE."""
    return f"features-{TSNE}-{part}-{run.name}"


def make_tsne(name: str, part: str, progress: Progress) -> dict[str, int]:
    """Make and keep the map by t-SNE, as a job; return how many `images` it shows.

    Raises:
        RunError: there are no features, or too few images.
        DatasetError: the dataset is gone.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    run = runs.find(name)
    file = _file(run, part)
    ids = sample_ids(run, part)
    if len(ids) < maps.FEWEST_FOR_TSNE:
        raise RunError(f"t-SNE needs at least {maps.FEWEST_FOR_TSNE} images; these are {len(ids)}.")
    progress("finding the principal components", 0, 0, "")
    components, _ = maps.principal_components(_vectors(run, ids), maps.COMPONENTS)
    places = maps.tsne(components, progress)
    with as_storage_error(f"the map of {run.name}"), file.write() as beside:
        np.savez(beside, ids=ids, coordinates=places)
    return {"pictures": len(ids)}


def _vectors(run: Run, ids: np.ndarray) -> np.ndarray:
    kept = features.load(run)
    if kept is None:
        raise RunError(f"What the network of {run.name} makes of its images is not known yet. Find it out first.")
    return kept[ids].astype(np.float32)


def _file(run: Run, part: str) -> DerivedFile:
    return DerivedFile(run.folder / f"features-{TSNE}-{part}.npz", features.file_of(run).path)
