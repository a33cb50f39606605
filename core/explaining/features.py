"""What a network makes of each picture of its data set, before its last layer, kept with the run as `features.npy`.

Float16, `(n, d)`, a row a picture of the data set, each of length 1. The file counts as long as it is not older than
the run's `model.keras`.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core import home, jobs
from core.errors import storing
from core.jobs import Job
from core.progress import Progress, quiet
from core.runs import Run, RunError

# More numbers a picture are brought down to fewer: 60,000 pictures take 120 MB at most.
MOST = 1024
REDUCED = 512
_SMALLEST_LENGTH = 1e-12


def kept(run: Run) -> np.ndarray | None:
    """Return the features of all pictures, float16 `(n, d)`, memory-mapped; `None` when they have yet to be made."""
    path = _file(run)
    try:
        if path.stat().st_mtime_ns < (run.folder / "model.keras").stat().st_mtime_ns:
            return None
        found: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return found


def keep(run: Run, portions: Iterator[np.ndarray], count: int, progress: Progress = quiet) -> None:
    """Keep features in place of those that were there.

    Args:
        run: whose features they are.
        portions: what the network gives, in the order of the data set, each float32 `(k, d)`.
        count: how many pictures there are in all, at least one.
        progress: told how many are done.

    Raises:
        RunError: the network diverged: there are no numbers.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    with storing(f"the features of {run.name}"), home.replacing(_file(run)) as beside, beside.open("wb") as file:
        done = 0
        for portion in portions:
            if not np.isfinite(portion).all():
                raise RunError(
                    f"What the network of the run {run.name} makes of pictures are no numbers: its training diverged. "
                    "Train it again with a smaller learning rate."
                )
            features = unit(portion).astype(np.float16)
            if not done:
                shape = (count, features.shape[1])
                header = {"descr": np.lib.format.dtype_to_descr(features.dtype), "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
            file.write(features.data)
            done += len(features)
            progress("asking the network about each picture", done, count, "pictures")


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


def start(run: Run) -> Job:
    """Start the job that makes the features, or return the one that is going on.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    return jobs.start(job_key(run), "core.nn.features:run", {"name": run.name})


def job_key(run: Run) -> str:
    """Return the key of that job."""
    return f"features-{run.name}"


def _file(run: Run) -> Path:
    return run.folder / "features.npy"
