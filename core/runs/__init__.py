"""Run folders: what is on disk is the truth, and no process holds a run.

A run is a folder of the data home: `recipe.json`, `dataset.json` (what the dataset was), `decisions.json` (what people
had decided on its images), `terms.json` (what a sweep asks of it), `about.json` (what a user called it, noted, and what
it is compared with), `status.json` (replaced atomically), `metrics.jsonl` (a flushed line a record), `live.npz` (what
there was to see after the last epoch), `checkpoint/` (what training goes on from: the last whole epoch, and the one
before), `train.log`, and, after training, `model.keras`, `evaluation.npz`, `environment.json`, and `novelty.npz`
where it was asked to tell other images from its own. A trainer is a process of its own,
`python -m core.nn.train RUN_DIR`. The files `stop` and `learning_rate.json` are what a user wants of it.
"""

from core.runs.folders import (
    create,
    empty_trash,
    find,
    generating,
    restore,
    shipped,
    trash,
    with_evaluation,
    with_model,
)
from core.runs.listed import Listed
from core.runs.own_dataset import check_unchanged, dataset_of, is_of
from core.runs.run import Run, alive, all_runs, runs_folder
from core.runs.run_folder import AboutRun
from core.runs.seen import Seen
from core.runs.status import (
    ALIVE,
    FAILED,
    FINISHED,
    INTERRUPTED,
    PAUSED,
    RESUMABLE,
    RUNNING,
    STOPPED,
    STOPPING,
    WAITING,
    RunError,
    Status,
)
from core.runs.terms import Terms

__all__ = [
    "ALIVE",
    "FAILED",
    "FINISHED",
    "INTERRUPTED",
    "PAUSED",
    "RESUMABLE",
    "RUNNING",
    "STOPPED",
    "STOPPING",
    "WAITING",
    "AboutRun",
    "Listed",
    "Run",
    "RunError",
    "Seen",
    "Status",
    "Terms",
    "alive",
    "all_runs",
    "check_unchanged",
    "create",
    "dataset_of",
    "empty_trash",
    "find",
    "generating",
    "is_of",
    "restore",
    "runs_folder",
    "shipped",
    "trash",
    "with_evaluation",
    "with_model",
]
