"""A run's network and curves as files for other programs, made by a job: only TensorFlow knows how.

A network leaves with everything that its answers take: in a zip with the steps and class names, a program that answers
photos as the page Predict does, and its temperature inside.
"""

import json
import os
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import as_storage_error
from core.evaluation import calibration, threshold
from core.recipes import script
from core.runs import Run, RunError
from core.runs import export as exports
from core.storage.derived import DerivedFile
from core.storage.progress import Progress
from core.training import data

# TensorBoard shows curves of one name and several folders in one chart.
_SERIES = {
    "training": {"loss": "loss", "accuracy": "accuracy", "learning rate": "learning_rate"},
    "validation": {"loss": "val_loss", "accuracy": "val_accuracy"},
}


def export(folder: str, kind: str, path: str, progress: Progress) -> None:
    """Make a file of a run.

    Args:
        folder: the run's.
        kind: one of `core.runs.export.FORMATS`.
        path: where it belongs; it is there whole or not at all.
        progress: told what is done.

    Raises:
        RunError: Keras cannot make it; the message says why.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    run, target = Run(Path(folder)), Path(path)
    file = DerivedFile(target, *exports.file_of(run, kind).sources)
    progress("starting TensorFlow", 0, 0, "")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with as_storage_error(target.name):
        target.parent.mkdir(exist_ok=True)
        with file.write() as beside:
            if kind == "tensorboard":
                progress("writing the curves", 0, 0, "")
                _write_logs(run, beside)
            else:
                progress("converting the network", 0, 0, "")
                _pack(run, kind, beside)


def _pack(run: Run, kind: str, path: Path) -> None:
    """Write a zip with the network, calibrated, and what belongs to it."""
    temperature: float | None
    recipe, about, file = run.recipe, run.about, exports.FORMATS[kind].network
    try:
        fitted = calibration.of(run)
        temperature, certainty = fitted.temperature, f"{fitted.said} The network divides by it itself."
    except RunError as error:
        temperature, certainty = None, f"Not calibrated, take the probabilities with a pinch of salt. {error}"
    scratch = path.with_suffix(Path(file).suffix)
    try:
        shape = _convert(run, kind, scratch, temperature or 1.0)
        said = {
            "run": run.name,
            "title": run.title,
            "class_names": about.class_names,
            "input": dict(zip(("height", "width", "channels"), shape, strict=True)),
            "steps": recipe.steps.applied.to_json(),
            "temperature": temperature,
            "calibration": certainty,
        }
        program = script.predicting_code(
            kind, file, recipe.steps, data.sufficient_side(recipe), gray=about.size[2] == 1
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(scratch, file)
            archive.writestr("network.json", json.dumps(said, indent=1, ensure_ascii=False))
            # Line by line, as programs for LiteRT look for them.
            archive.writestr("labels.txt", "".join(f"{' '.join(name.split())}\n" for name in about.class_names))
            archive.writestr("predict.py", program)
            archive.writestr("README.txt", _read_me(run, file, shape, certainty))
    finally:
        scratch.unlink(missing_ok=True)


def _read_me(run: Run, file: str, shape: tuple[int, ...], certainty: str) -> str:
    height, width, channels = shape
    booked = threshold.decision_threshold(run)
    colours = "gray" if channels == 1 else "red, green, blue"
    paragraphs = [
        f"{' '.join(run.title.split())}: a network from Pixelwise (run {run.name})",
        "python predict.py photo.jpg answers photos as Pixelwise's page Predict does. It begins with what it needs.",
        f"{file} takes float32 of the shape (n, {height}, {width}, {channels}), {colours} from 0 to 255, and gives the "
        "probabilities of the classes in the order of network.json and labels.txt. The steps that make such images of "
        "photos are in network.json and, as code, in predict.py.",
        certainty,
        f"Left to Pixelwise: to ask a person instead where the probability is below {booked.threshold:.1%}, and where "
        "an image is unlike those that the run learned from.",
    ]
    return "\n\n".join(textwrap.fill(paragraph, 100) for paragraph in paragraphs) + "\n"


def _convert(run: Run, kind: str, path: Path, temperature: float) -> tuple[int, ...]:
    """Write the network as Keras exports it; return height, width and channels of what it takes."""
    import keras

    model = calibrated(keras.saving.load_model(run.folder / "model.keras", compile=False), temperature)
    shape = tuple(model.input_shape[1:])
    if kind == "keras":
        model.save(path)
        return shape
    model(np.zeros((1, *shape), np.float32))  # ONNX is made only of what was called once.
    try:
        model.export(str(path), format=kind, verbose=False)
    except OSError:
        raise
    except Exception as error:  # Converters raise whatever they come upon.
        first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise RunError(f"Keras {keras.__version__} cannot make {path.suffix} of this network: {first_line}") from error
    return shape


def calibrated(model: Any, temperature: float) -> Any:
    """Return a Keras model whose probabilities are another's, calibrated as `core.evaluation.calibration` does."""
    import keras

    if temperature == 1:
        return model
    # Below that, 32 bits have no probabilities.
    logits = keras.ops.log(keras.ops.maximum(model.output, float(np.finfo(np.float32).tiny)))
    return keras.Model(model.inputs, keras.ops.softmax(logits / temperature))


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
