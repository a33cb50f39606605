"""The trainer: `python -m core.nn.train RUN_DIR` trains the run of a folder and writes all it does into it.

It waits for its turn (one trains at a time), goes on from the run's checkpoint if there is one, trains, writes metrics
and checkpoints as it goes, stops at the next batch when the stop file appears or SIGTERM comes, and leaves model,
predictions and a final status. TensorFlow is imported only when the turn has come.
"""

import contextlib
import errno
import os
import platform
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import psutil

from core import runs
from core.datasets.sources import catalogue
from core.errors import PixelwiseError, StorageError, storage_sentence
from core.networks.layer_sizes import layer_sizes, memory_problem
from core.nn.tensorflow_import import import_keras
from core.nn.training.journal import Journal, Stopped
from core.runs import Run, RunError, checkpoint, kept_epochs
from core.runs.status import PAUSE, STOP
from core.spaces import queue
from core.storage import checked, data_home, processes
from core.storage.progress import progress_text
from core.training import features
from core.training.data import look_at, prepared_images, shape_after
from core.training.parts import parts

POLL_S = 0.5


_STORAGE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)
_ENDED = {STOP: runs.STOPPED, PAUSE: runs.PAUSED}


def main(folder: Path) -> int:
    """Train the run of a folder in a process made for it; return 0 when it finished or was stopped, else 1."""
    processes.end_with_asked()
    data_home.sweep(folder)
    journal = Journal(Run(folder))

    def terminate(_signal: int, _frame: object) -> None:
        journal.terminated = True

    signal.signal(signal.SIGTERM, terminate)
    processes.step_back()
    return carry_out(journal)


def carry_out(journal: Journal) -> int:
    """Train a journal's run when its turn comes, in the process that asks; return what `main` does."""
    try:
        with _turn(journal):
            _train(journal)
    except Stopped as wish:
        journal.close(state=_ENDED[wish.args[0]])
    except Exception as error:
        journal.close(state=runs.FAILED, cause=_cause(error))
        with contextlib.suppress(OSError):
            traceback.print_exception(error)
        return 1
    return 0


@contextlib.contextmanager
def _turn(journal: Journal) -> Iterator[None]:
    """Wait until no other run trains and none that was made earlier waits; then hold the place.

    A trial of a sweep has one of several places, as many as its terms say. On a server, the users take turns; a
    cluster gives a run its turn itself.
    """
    if processes.node_here():
        journal.check_wish()
        yield
        return
    places = [_place(number) for number in range(journal.run.terms.together)]
    turn = queue.turn_of(journal.run.folder)
    with contextlib.ExitStack() as held:
        if turn is not None:
            held.callback(turn.give_back)
        while True:
            journal.check_wish()
            ahead = journal.run.ahead()
            doing = f"waiting for {ahead[0].name}" if ahead else "waiting"
            if not ahead and (lock := next(filter(_taken, places), None)) is not None:
                # On a server the user's own turn has come; now that among all users.
                if turn is None or turn.take():
                    held.callback(lock.release)
                    break
                lock.release()
                doing = turn.said
            journal.status(lazily=True, doing=doing)
            time.sleep(POLL_S)
        yield


def _place(number: int) -> filelock.FileLock:
    return filelock.FileLock(runs.runs_folder() / f".trainer{number or ''}.lock")


def _taken(place: filelock.BaseFileLock) -> bool:
    """Take a place unless another has it; tell whether it is taken now."""
    try:
        place.acquire(blocking=False)
    except filelock.Timeout:
        return False
    return True


def _train(journal: Journal) -> None:
    """Prepare, fit, evaluate, save."""
    run = journal.run
    journal.status(state=runs.RUNNING, started=max(time.time(), journal.status_now.place), doing="preparing the images")
    recipe, dataset = run.recipe, catalogue.open_dataset(run.recipe.dataset)
    runs.check_unchanged(run, dataset)

    def preparing(*now: Any) -> None:
        journal.status(lazily=True, doing=progress_text(*now))
        journal.check_wish()

    begin = run.checkpoint()
    kind = None if begin and begin.has_a_pretrained_network else features.beginning(recipe)
    # Where the network learns from what a frozen one makes of the images, these need not be kept.
    images = np.empty(0) if kind else prepared_images(dataset, recipe.steps, preparing, look=False)
    shape = shape_after(dataset, recipe.steps) if kind else images.shape[1:]
    divided = parts(dataset, recipe.split, run.decided)
    sizes = layer_sizes(recipe.network.layers, shape)
    if problem := memory_problem(sizes, recipe.fit.batch_size, psutil.virtual_memory().available):
        raise RunError(problem)
    _check_disk(run, sum(size.parameters for size in sizes))
    done = begin.progress.epoch if begin else 0
    checkpoint.remove_after(run.checkpoint_folder, done)
    kept_epochs.remove_after(run, done)
    journal.cut(done, begin.progress.untold if begin else ())
    journal.check_wish()

    journal.status(doing="starting TensorFlow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if run.terms.together > 1 and not processes.node_here():
        os.environ["TF_NUM_INTRAOP_THREADS"] = str(run.terms.threads(os.cpu_count() or 1))
    # TensorFlow's import keeps one processor busy for seconds; meanwhile another looks for changed bytes.
    with ThreadPoolExecutor(1) as thread:
        whole = thread.submit(look_at, dataset, recipe.steps)
        import_keras()
        if not whole.result() and not kind:
            images = prepared_images(dataset, recipe.steps, preparing)
    from core.nn.generation.training import GenerativeTraining
    from core.nn.inference import dataset_features
    from core.nn.training.loop import Training

    if kind:
        images = dataset_features.made(dataset, kind, preparing)
    training: Training | GenerativeTraining
    if recipe.generator is not None:
        training = GenerativeTraining(journal, recipe, images, divided, begin)
    else:
        training = Training(journal, recipe, images, divided, begin, shape)
    _write_environment(run)
    journal.check_wish()
    training.fit()
    training.finish()


def _check_disk(run: Run, parameters: int) -> None:
    """Make sure that the checkpoints will fit: two are kept while a third is written, each with two moments a weight.

    Beside them are the weights of some epochs.

    Raises:
        StorageError: they will not.
    """
    needed = 4 * parameters * (3 * (checkpoint.KEPT + 1) + 1 + kept_epochs.how_many(4 * parameters))
    free = shutil.disk_usage(run.folder).free
    if free < needed:
        raise StorageError(
            f"Could not save the run: its network of {parameters:,} parameters needs {needed / 1e6:,.0f} MB for "
            f"checkpoints, and the disk has {free / 1e6:,.0f} MB left. Free some space and resume it."
        )


def _write_environment(run: Run) -> None:
    """Keep what the run was made with."""
    import keras
    import numpy
    import tensorflow as tf

    versions = {"python": platform.python_version(), "tensorflow": tf.__version__, "keras": keras.__version__}
    machine = {"system": platform.platform(), "processors": os.cpu_count(), "numpy": numpy.__version__}
    checked.write(run.folder / "environment.json", {**versions, **machine}, indent=1)


def _cause(error: Exception) -> str:
    """Say for a person why the training failed."""
    if isinstance(error, PixelwiseError):
        return str(error)
    if isinstance(error, OSError) and error.errno in _STORAGE:
        return storage_sentence("the run", error)
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "Out of memory. Choose a smaller batch size or close other programs, then train again."
    if "No space left on device" in str(error):
        return storage_sentence("the run", OSError(errno.ENOSPC, str(error)))
    first_line = (str(error).strip().splitlines() or ["no message"])[0]
    return f"The training failed: {type(error).__name__}: {first_line} All of it is in the run's train.log."


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
