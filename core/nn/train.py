"""The trainer: `python -m core.nn.train RUN_DIR` trains the run of a folder and writes all it does into it.

It waits for its turn (one trains at a time), trains, writes metrics as it goes, stops at the next batch when the
stop file appears or SIGTERM comes, and leaves model, predictions and a final status. TensorFlow is imported only when
the turn has come.
"""

import contextlib
import errno
import json
import math
import os
import platform
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import filelock
import numpy as np

from core import home, processes, runs
from core.datasets import catalogue
from core.errors import PixelwiseError, storage_sentence
from core.evaluation import Predictions
from core.prepare import Parts, parts, prepared_pictures
from core.runs import Run

STATUS_S = 0.5
POLL_S = 0.5
# Space held from the start, given up when the disk is full, so that the run can still say so.
_RESERVE_BYTES = 65_536
_EVALUATION_BATCH = 1024


class Stopped(Exception):  # noqa: N818 not an error: the user wanted it
    """The user asked to stop before there was anything to keep."""


class Journal:
    """What the trainer writes into the run's folder while it works, and the wish to stop that it finds there."""

    def __init__(self, run: Run) -> None:
        """Take the run over: from now on its status names this process."""
        self.run = run
        self.terminated = False
        self._status = run.status()
        self._written = 0.0
        self._reserve = run.folder / "reserve"
        self._reserve.write_bytes(bytes(_RESERVE_BYTES))
        self._metrics = (run.folder / "metrics.jsonl").open("a", encoding="utf-8")
        pid, began = processes.own()
        self.status(pid=pid, pid_started=began)

    def status(self, *, lazily: bool = False, **changes: Any) -> None:
        """Change the status and write it; `lazily` at most each `STATUS_S` seconds."""
        now = time.time()
        self._status = replace(self._status, heartbeat=now, **changes)
        if not lazily or now - self._written >= STATUS_S:
            self._written = now
            self.run.write_status(self._status)

    def record(self, **values: Any) -> None:
        """Append a record to `metrics.jsonl`; numbers that are not finite become `None`."""
        finite = {name: _finite(value) for name, value in values.items()}
        self._metrics.write(json.dumps(finite) + "\n")
        self._metrics.flush()

    def close(self, **changes: Any) -> None:
        """Write the final status and tidy up, also on a full disk."""
        self._reserve.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._metrics.close()
        self.status(ended=time.time(), doing="", seconds_left=None, **changes)
        self.run.stop_file.unlink(missing_ok=True)

    @property
    def stop_wanted(self) -> bool:
        """Whether the user, or the system, asked to stop."""
        return self.terminated or self.run.stop_file.exists()

    def check_stop(self) -> None:
        """Raise `Stopped` when that is wanted."""
        if self.stop_wanted:
            raise Stopped


def main(folder: Path) -> int:
    """Train the run of a folder; return 0 when it finished or was stopped, else 1."""
    journal = Journal(Run(folder))

    def terminate(_signal: int, _frame: object) -> None:
        journal.terminated = True

    signal.signal(signal.SIGTERM, terminate)
    try:
        with _turn(journal):
            _train(journal)
    except Stopped:
        journal.close(state=runs.STOPPED)
    except Exception as error:
        journal.close(state=runs.FAILED, cause=_cause(error))
        with contextlib.suppress(OSError):
            traceback.print_exception(error)
        return 1
    return 0


@contextlib.contextmanager
def _turn(journal: Journal) -> Iterator[None]:
    """Wait until no other run trains and none that was made earlier waits; then hold the place."""
    lock = filelock.FileLock(runs.runs_folder() / ".trainer.lock")
    while True:
        journal.check_stop()
        ahead = journal.run.ahead()
        if not ahead:
            try:
                lock.acquire(blocking=False)
                break
            except filelock.Timeout:
                pass
        journal.status(lazily=True, doing=f"waiting for {ahead[0].name}" if ahead else "waiting")
        time.sleep(POLL_S)
    try:
        yield
    finally:
        lock.release()


def _train(journal: Journal) -> None:
    """Prepare, fit, evaluate, save."""
    journal.status(state=runs.RUNNING, started=time.time(), doing="preparing the pictures")
    recipe = journal.run.recipe
    dataset = catalogue.open_dataset(recipe.dataset)
    pictures = prepared_pictures(dataset, recipe.steps)
    divided = parts(dataset, recipe.split, journal.run.decided)
    labels = divided.labels
    journal.check_stop()

    journal.status(doing="starting TensorFlow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    from core.nn.build import compiled_model
    from core.nn.feed import training_data
    from core.nn.live import Live

    keras.utils.set_random_seed(recipe.fit.seed)
    model = compiled_model(recipe, pictures.shape[1:], len(divided.train))
    _write_environment(journal.run)
    journal.check_stop()

    journal.status(doing="training")
    data, callbacks = training_data(recipe, pictures, divided)
    with contextlib.redirect_stdout(sys.stderr):
        model.fit(
            **data,
            epochs=recipe.fit.epochs,
            validation_data=(pictures[divided.validation], labels[divided.validation]),
            validation_batch_size=max(recipe.fit.batch_size, _EVALUATION_BATCH),
            callbacks=[*callbacks, Live(journal, recipe.fit, len(divided.train))],
            verbose=0,
        )
    stopped = journal.stop_wanted

    journal.status(doing="looking at the validation and test pictures", seconds_left=None)
    predictions = _evaluate(model, pictures, divided)
    journal.status(doing="saving")
    _save(journal.run, model, predictions)
    result = {
        f"{part}_{name}": float(value)
        for part, found in predictions.items()
        for name, value in (("accuracy", found.accuracy), ("loss", np.mean(found.losses)))
    }
    if stopped:
        journal.close(state=runs.STOPPED, result=result)
    else:
        journal.close(state=runs.FINISHED, fraction=1.0, result=result)


def _evaluate(model: Any, pictures: np.ndarray, divided: Parts) -> dict[str, Predictions]:
    """Predict the validation and the test pictures; once where they are the same."""

    def predict(ids: np.ndarray) -> Predictions:
        probabilities = model.predict(pictures[ids], batch_size=_EVALUATION_BATCH, verbose=0)
        return Predictions(ids, divided.labels[ids], probabilities)

    test = predict(divided.test)
    same = divided.validation is divided.test
    return {"validation": test if same else predict(divided.validation), "test": test}


def _save(run: Run, model: Any, predictions: dict[str, Predictions]) -> None:
    """Write the model and the predictions, each whole or not at all."""
    with home.replacing(run.folder / "model.keras") as beside:
        model.save(beside)
    arrays = {
        f"{part}_{name}": getattr(found, name)
        for part, found in predictions.items()
        for name in ("ids", "labels", "probabilities")
    }
    with home.replacing(run.folder / "evaluation.npz") as beside:
        np.savez(beside, **arrays)


def _write_environment(run: Run) -> None:
    """Keep what the run was made with."""
    import keras
    import tensorflow as tf

    versions = {"python": platform.python_version(), "tensorflow": tf.__version__, "keras": keras.__version__}
    machine = {"system": platform.platform(), "processors": os.cpu_count(), "numpy": np.__version__}
    home.replace_text(run.folder / "environment.json", json.dumps({**versions, **machine}, indent=1))


def _cause(error: Exception) -> str:
    """Say for a person why the training failed."""
    if isinstance(error, PixelwiseError):
        return str(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
        return storage_sentence("the run", error)
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "There was not enough memory. Choose a smaller batch size, or close other programs, and train again."
    if "No space left on device" in str(error):
        return storage_sentence("the run", OSError(errno.ENOSPC, str(error)))
    first_line = (str(error).strip().splitlines() or ["no message"])[0]
    return f"The training failed: {type(error).__name__}: {first_line} All of it is in the run's train.log."


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
