"""A job about a run, such as measuring its loss: one at a time for each run, found again by its key."""

from dataclasses import dataclass

from core.runs.run import Run
from core.storage import jobs
from core.storage.jobs import Job


@dataclass(frozen=True)
class RunJob:
    """What such a job is.

    Attributes:
        name: what its key begins with; no other job's does.
        call: a function of `core.nn` as `jobs.start` takes it, called with the run's `name`.
    """

    name: str
    call: str

    def find(self, run: Run) -> Job | None:
        """Return the newest about a run, whatever its state; `None` where there is none."""
        return jobs.find(self._key(run))

    def start(self, run: Run) -> Job:
        """Start it, or return the one that is going on.

        Raises:
            StorageError: the disk is full or may not be written.
        """
        return jobs.start(self._key(run), self.call, {"name": run.name})

    def _key(self, run: Run) -> str:
        return f"{self.name}-{run.name}"
