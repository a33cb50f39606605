"""What a network makes of each image of its dataset, before its last layer, kept with the run as `features.npy`.

Float16, `(n, d)`, a row an image of the dataset, each of length 1. The file counts as long as it is not older than
the run's `model.keras`.
"""

from collections.abc import Iterator

import numpy as np

from core.errors import as_storage_error
from core.runs import Run, RunError
from core.runs.model_files import made_of_model
from core.runs.run_job import RunJob
from core.storage import checked
from core.storage.checked import Array
from core.storage.derived import DerivedFile
from core.storage.progress import Progress, quiet

JOB = RunJob("features", "core.nn.inference.features:run")
# More numbers an image are brought down to fewer: 60,000 images take 120 MB at most.
MOST = 1024
REDUCED = 512
_SMALLEST_LENGTH = 1e-12


def load(run: Run) -> np.ndarray | None:
    """Return the features of all images, float16 `(n, d)`, memory-mapped; `None` when they have yet to be made."""
    return file_of(run).read(lambda path: checked.read_array(path, Array(np.float16, ("n", "d"))))


def keep(run: Run, portions: Iterator[np.ndarray], count: int, progress: Progress = quiet) -> None:
    """Keep features in place of those that were there.

    Args:
        run: whose features they are.
        portions: what the network gives, in the order of the dataset, each float32 `(k, d)`.
        count: how many images there are in all, at least one.
        progress: told how many are done.

    Raises:
        RunError: the network diverged: there are no numbers.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    with (
        as_storage_error(f"the features of {run.name}"),
        file_of(run).write() as beside,
        beside.open("wb") as file,
    ):
        done = 0
        for portion in portions:
            if not np.isfinite(portion).all():
                raise RunError(
                    f"What the network of the run {run.name} makes of images are no numbers: its training diverged. "
                    "Train it again with a smaller learning rate."
                )
            features = unit(portion).astype(np.float16)
            if not done:
                shape = (count, features.shape[1])
                header = {"descr": np.lib.format.dtype_to_descr(features.dtype), "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
            file.write(features.data)
            done += len(features)
            progress("asking the network about each image", done, count, "images")


def unit(features: np.ndarray) -> np.ndarray:
    """Return features as they are kept: of length 1, so that what counts is their direction, and not too many.

    More than `MOST` are brought down to `REDUCED` by a sparse random projection, always the same one, which nearly
    keeps angles (P. Li, T. Hastie, K. Church, "Very Sparse Random Projections", KDD 2006).

    Args:
        features: float32 `(n, d)`.

    Returns:
        float32 `(n, d or REDUCED)`; features that are all 0 stay so.
    """
    if features.shape[1] > MOST:
        from sklearn.random_projection import SparseRandomProjection

        features = np.asarray(SparseRandomProjection(REDUCED, random_state=0).fit_transform(features))
    lengths = np.linalg.norm(features.astype(np.float64), axis=1, keepdims=True)
    return (features / np.maximum(lengths, _SMALLEST_LENGTH)).astype(np.float32)


def file_of(run: Run) -> DerivedFile:
    """Return the file that holds the features."""
    return made_of_model(run, "features.npy")
