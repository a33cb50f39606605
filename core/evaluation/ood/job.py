"""The job that lets a finished run tell what is unlike its images.

A training does not do it by itself: to fit it takes seconds, which is as long as many of them take.
"""

from contextlib import suppress

from core.errors import PixelwiseError
from core.evaluation import ood, predictions
from core.evaluation.ood.fitting import ENOUGH
from core.runs import Run
from core.storage import jobs
from core.storage.jobs import Job


def is_wanted(run: Run) -> bool:
    """Tell whether a run that classifies cannot tell yet, but could learn to."""
    if run.recipe.generator is not None or ood.is_kept(run.folder):
        return False
    with suppress(PixelwiseError):
        judged = "validation" in predictions.parts(run)
        return judged and len(predictions.load(run, "validation").ids) >= ENOUGH
    return False


def start(run: Run) -> Job:
    """Start it, or return the one that is going on.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    return jobs.start(job_key(run), "core.nn.inference.ood_own:fit_later", {"folder": str(run.folder)})


def job_key(run: Run) -> str:
    """Return the key of that job."""
    return f"unlike-{run.name}"
