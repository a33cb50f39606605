"""The map of a dataset by what its images show: those that a pretrained network takes for alike near each other."""

from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.datasets.views import embedding_map as maps
from core.datasets.views.embedding_map import FEATURES, Map, MapError
from core.storage.progress import Progress, quiet
from core.training import features


def embed(dataset: Dataset, method: str, progress: Progress = quiet) -> Map | None:
    """Return the map: the one kept on disk, or a new one, kept from now on; `None`: there are no features yet.

    t-SNE takes a minute and redirects this process's standard output meanwhile: let a job do it.

    Args:
        dataset: what is mapped.
        method: `PCA` or `TSNE`.
        progress: told what is done; it may raise `Cancelled`.

    Raises:
        MapError: too few images for t-SNE.
        StorageError: the disk is full or may not be written.
    """
    if (found := maps.find(dataset, method, FEATURES)) is not None:
        return found
    ids = maps.mapped(dataset, method)
    vectors = features.known(dataset)
    if vectors is None:
        return None
    return maps.arrange(dataset, method, FEATURES, ids, features.unit(vectors[ids]), progress)


def run(name: str, method: str, progress: Progress) -> dict[str, int]:
    """Make the map as a job; return how many `images` it shows.

    Raises:
        MapError, StorageError: as `embed`; or there are no features.
        DatasetError: there is no such dataset.
        Cancelled: by `progress`.
    """
    dataset = catalogue.open_dataset(name)
    found = embed(dataset, method, progress)
    if found is None:
        raise MapError(f"The features of {dataset.about.title} are gone. Compute them again.")
    return {"images": len(found.ids)}
