"""What was worked out once for a dataset and is kept beside it: arrays in an `.npz`, bound to the set's content."""

from collections.abc import Mapping
from contextlib import suppress

import numpy as np

from core.datasets.store import Dataset
from core.errors import as_storage_error
from core.storage import checked, data_home
from core.storage.checked import Array, DamagedError

_HASH = "content_hash"


def keep(dataset: Dataset, name: str, arrays: dict[str, np.ndarray]) -> None:
    """Keep arrays as `<name>.npz` in the dataset's folder, in place of what was there.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    what = f"the {name} of {dataset.about.name}"
    with as_storage_error(what), data_home.replacing(dataset.folder / f"{name}.npz") as beside:
        np.savez(beside, **{_HASH: np.array(dataset.about.content_hash)}, **arrays)  # type: ignore[arg-type]


def load_or_compute(
    dataset: Dataset, name: str, wanted: Mapping[str, Array], sizes: Mapping[str, int] | None = None
) -> dict[str, np.ndarray] | None:
    """Return what `keep` kept; `None` when there is nothing, it is damaged, or the set's content was another.

    Args:
        dataset: the dataset.
        name: what it was kept as.
        wanted: what each array must be, and `sizes` as `checked.read_arrays` takes them.
        sizes: lengths that are known.
    """
    with suppress(DamagedError):
        found = checked.read_arrays(dataset.folder / f"{name}.npz", {_HASH: Array("U", ()), **wanted}, sizes=sizes)
        if found.pop(_HASH).item() == dataset.about.content_hash:
            return found
    return None
