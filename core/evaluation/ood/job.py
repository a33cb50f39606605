"""The job that lets a finished run tell what is unlike its images; a training does it at its end by itself."""

from core.evaluation import ood
from core.runs import Run
from core.storage import jobs
from core.storage.jobs import Job


def is_wanted(run: Run) -> bool:
    """Tell whether a run that classifies cannot tell yet."""
    return run.recipe.generator is None and not ood.is_kept(run.folder)


def start(run: Run) -> Job:
    """Start it, or return the one that is going on.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    return jobs.start(job_key(run), "core.nn.inference.ood_own:fit_later", {"folder": str(run.folder)})


def job_key(run: Run) -> str:
    """Return the key of that job."""
    return f"unlike-{run.name}"
