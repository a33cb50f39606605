"""A run's network and curves as files for other programs, made by a job: only TensorFlow knows how."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from core import home
from core.errors import storing
from core.progress import Progress
from core.runs import Run, RunError

# TensorBoard shows curves of one name and several folders in one chart.
_SERIES = {
    "training": {"loss": "loss", "accuracy": "accuracy", "learning rate": "learning_rate"},
    "validation": {"loss": "val_loss", "accuracy": "val_accuracy"},
}


def export(folder: str, kind: str, path: str, progress: Progress) -> None:
    """Make a file of a run.

    Args:
        folder: the run's.
        kind: one of `core.exports.FORMATS`.
        path: where it belongs; it is there whole or not at all.
        progress: told what is done.

    Raises:
        RunError: Keras cannot make it; the message says why.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    run, target = Run(Path(folder)), Path(path)
    progress("starting TensorFlow", 0, 0, "")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with storing(target.name):
        target.parent.mkdir(exist_ok=True)
        with home.replacing(target) as beside:
            if kind == "tensorboard":
                progress("writing the curves", 0, 0, "")
                _write_logs(run, beside)
            else:
                progress("converting the network", 0, 0, "")
                _convert(run, kind, beside)


def _convert(run: Run, kind: str, path: Path) -> None:
    """Write the network as Keras exports it."""
    import keras

    model = keras.saving.load_model(run.folder / "model.keras", compile=False)
    model(np.zeros((1, *model.input_shape[1:]), np.float32))  # ONNX is made only of what was called once.
    try:
        model.export(str(path), format=kind, verbose=False)
    except OSError:
        raise
    except Exception as error:  # Converters raise whatever they come upon.
        first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise RunError(f"Keras {keras.__version__} cannot make {path.suffix} of this network: {first_line}") from error


def _write_logs(run: Run, path: Path) -> None:
    """Write a zip with an event file of each series, one step an epoch."""
    records = [record for record in run.metrics() if record["kind"] == "epoch"]
    created, scratch = run.status().created, path.with_suffix(".events")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        try:
            for series, tags in _SERIES.items():
                _write_events(scratch, records, tags, created)
                archive.write(scratch, f"{run.name}/{series}/events.out.tfevents.{created:.0f}.pixelwise")
        finally:
            scratch.unlink(missing_ok=True)


def _write_events(path: Path, records: list[dict[str, Any]], tags: dict[str, str], created: float) -> None:
    """Write an event file: for each epoch's record the values of the tags, those that are numbers."""
    import tensorflow as tf

    event, summary = tf.compat.v1.Event, tf.compat.v1.Summary
    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(event(wall_time=created, file_version="brain.Event:2").SerializeToString())
        for step, record in enumerate(records, start=1):
            values = {tag: record.get(name) for tag, name in tags.items()}
            found = [summary.Value(tag=tag, simple_value=value) for tag, value in values.items() if value is not None]
            told = event(wall_time=created + record["seconds"], step=step, summary=summary(value=found))
            writer.write(told.SerializeToString())
