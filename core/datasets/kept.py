"""What was worked out once for a data set and is kept beside it: arrays in an `.npz`, bound to the set's content."""

import zipfile
from contextlib import suppress

import numpy as np

from core import home
from core.datasets.store import Dataset
from core.errors import storing

_HASH = "content_hash"


def keep(dataset: Dataset, name: str, arrays: dict[str, np.ndarray]) -> None:
    """Keep arrays as `<name>.npz` in the data set's folder, in place of what was there.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    what = f"the {name} of {dataset.about.name}"
    with storing(what), home.replacing(dataset.folder / f"{name}.npz") as beside:
        np.savez(beside, **{_HASH: np.array(dataset.about.content_hash)}, **arrays)  # type: ignore[arg-type]


def kept(dataset: Dataset, name: str) -> dict[str, np.ndarray] | None:
    """Return what `keep` kept; `None` when there is nothing, it is damaged, or the set's content was another."""
    with suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        with np.load(dataset.folder / f"{name}.npz", allow_pickle=False) as archive:
            found = {key: archive[key] for key in archive.files}
        if found.pop(_HASH).item() == dataset.about.content_hash:
            return found
    return None
