"""Networks and curves for other programs: what is written can be read, and gives the same answers."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from core import exports
from core.nn.export import export
from core.progress import quiet
from core.recipe import Fit
from core.runs import Run, RunError
from tests.unit.made_runs import made_run


@pytest.fixture
def run(data_home: Path) -> Run:
    """A run whose network was not trained."""
    import keras

    from core.nn.build import build_model

    made = made_run()
    keras.utils.set_random_seed(0)
    build_model(made.recipe.network, (8, 8, 1)).save(made.folder / "model.keras")
    return made


def write(run: Run, kind: str) -> Path:
    path = run.folder / "exports" / exports.FORMATS[kind].file
    export(str(run.folder), kind, str(path), quiet)
    return path


@pytest.mark.parametrize("fit", [Fit(), Fit(mirrored=True, shifted=1)], ids=["one view", "six views"])
def test_litert_answers_as_the_network_does(run: Run, fit: Fit) -> None:
    import keras
    import tensorflow as tf

    from core.nn.build import build_model
    from core.nn.views import for_prediction

    for_prediction(build_model(run.recipe.network, (8, 8, 1), fit)).save(run.folder / "model.keras")
    path = write(run, "litert")
    assert exports.made(run, "litert") == path
    pictures = np.random.default_rng(0).integers(0, 256, (1, 8, 8, 1)).astype(np.float32)
    interpreter = tf.lite.Interpreter(str(path))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pictures)
    interpreter.invoke()
    answers = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    expected = keras.saving.load_model(run.folder / "model.keras")(pictures, training=False)
    assert answers == pytest.approx(np.asarray(expected), abs=1e-5)


def test_tensorboards_files_hold_the_curves(run: Run) -> None:
    import tensorflow as tf

    path = write(run, "tensorboard")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(run.folder / "logs")
    (file,) = (run.folder / "logs" / run.name / "validation").iterdir()
    events = [tf.compat.v1.Event.FromString(record.numpy()) for record in tf.data.TFRecordDataset(str(file))]
    assert events[0].file_version == "brain.Event:2"
    found = {(event.step, value.tag): value.simple_value for event in events for value in event.summary.value}
    epochs = [record for record in run.metrics() if record["kind"] == "epoch"]
    assert len(found) == 2 * len(epochs)
    assert found[2, "accuracy"] == pytest.approx(epochs[1]["val_accuracy"])
    assert list(path.parent.iterdir()) == [path], "nothing is left beside it"


@pytest.mark.skipif(not exports.FORMATS["onnx"].missing, reason="ONNX can be made here")
def test_what_keras_cannot_make_is_said_in_a_sentence(run: Run) -> None:
    with pytest.raises(RunError, match=r"cannot make \.onnx of this network: No module named"):
        write(run, "onnx")
    assert list((run.folder / "exports").iterdir()) == []
