"""Networks and curves for other programs: what is written can be read, and gives the same answers."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.datasets.sources import catalogue
from core.evaluation import calibration
from core.nn.inference.export import export
from core.prediction.photo_predictions import Prediction
from core.recipes.fit import Fit
from core.runs import FINISHED, Run, RunError
from core.runs import export as exports
from core.storage.progress import quiet
from tests.paths import PROJECT, SHARED
from tests.processes.trainings import begin
from tests.unit.made_runs import made_run
from tests.unit.photo_files import saved


@pytest.fixture
def run(data_home: Path) -> Run:
    """A run whose network was not trained."""
    import keras

    from core.nn.layers.build import build_model

    made = made_run()
    keras.utils.set_random_seed(0)
    build_model(made.recipe.network, (8, 8, 1)).save(made.folder / "model.keras")
    return made


def inside(path: Path) -> Path:
    """Unpack a zip; return its folder."""
    folder = path.with_suffix("")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


def asked(folder: Path, *photos: Path) -> list[dict[str, Any]]:
    """Return what the program in an exported network's folder says of photos."""
    command = [sys.executable, "predict.py", *map(str, photos)]
    printed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in printed.splitlines()]


def write(run: Run, kind: str) -> Path:
    path = run.folder / "exports" / exports.FORMATS[kind].file
    export(str(run.folder), kind, str(path), quiet)
    return path


@pytest.mark.parametrize("fit", [Fit(), Fit(mirrored=True, shifted=1)], ids=["one view", "six views"])
def test_litert_answers_as_the_network_does(run: Run, fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras
    import tensorflow as tf

    from core.nn.inference.test_time_augmentation import for_prediction
    from core.nn.layers.build import build_model

    for_prediction(build_model(run.recipe.network, (8, 8, 1), fit)).save(run.folder / "model.keras")
    monkeypatch.setattr(calibration, "fitted_temperature", lambda _found: 2.5)
    path = write(run, "litert")
    assert exports.exported_file(run, "litert") == path
    images = np.random.default_rng(0).integers(0, 256, (1, 8, 8, 1)).astype(np.float32)
    interpreter = tf.lite.Interpreter(str(inside(path) / "network.tflite"))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], images)
    interpreter.invoke()
    answers = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    plain = keras.saving.load_model(run.folder / "model.keras")(images, training=False)
    assert answers == pytest.approx(calibration.of(run).apply(np.asarray(plain)), abs=1e-5)
    assert answers != pytest.approx(np.asarray(plain), abs=1e-3)


def odd_photos(folder: Path) -> list[Path]:
    """Return two photos in color, in gray and with transparent parts."""
    from sklearn.datasets import load_sample_images

    photos = []
    for place, pixels in enumerate(load_sample_images().images):
        whole = Image.fromarray(pixels)
        half = whole.crop((whole.width // 3, 0, whole.width, whole.height)).transpose(Image.Transpose.ROTATE_90)
        see_through = half.convert("RGBA")
        see_through.putalpha(Image.linear_gradient("L").resize(half.size))
        for name, data in {
            "photo.jpg": saved(whole, "JPEG"),
            "gray.png": saved(half.convert("L"), "PNG"),
            "seen through.png": saved(see_through, "PNG"),
        }.items():
            photos.append(folder / f"{place} {name}")
            photos[-1].write_bytes(data)
    return photos


PHOTOS, PETS_FILE = SHARED / "photos", SHARED / "datasets" / "cats-vs-dogs.zip"


def photos_of_pets(folder: Path) -> list[Path]:
    """Return 200 photos: 24 of several sizes, others from the published archive."""
    found = sorted(PHOTOS.glob("*.jpg"))
    with zipfile.ZipFile(PETS_FILE) as archive:
        names = [each.filename for each in archive.infolist() if each.filename.endswith(".jpg") and each.file_size]
        for name in names[:: len(names) // 200][: 200 - len(found)]:
            found.append(folder / name.replace("/", " "))
            found[-1].write_bytes(archive.read(name))
    return found


def images_of_digits(folder: Path) -> list[Path]:
    """Return 200 digits that no training learns from, as files: gray, and in colors."""
    digits, made = catalogue.open_dataset("digits"), []
    for place, index in enumerate(digits.select("test")[:200].tolist()):
        image = digits.image(index)
        made.append(folder / f"{index}.png")
        made[-1].write_bytes(saved(image if place % 2 else image.convert("RGB"), "PNG"))
    return made


def assert_exports_answer_as_predict_does(run: Run, photos: list[Path]) -> None:
    """Export a run as each kind that can be made here, and ask each about photos."""
    from core.prediction import photo_predictions, worker

    try:
        answers = list(photo_predictions.predict_photos(run, (each.read_bytes() for each in photos), total=len(photos)))
    finally:
        worker.shut_down()
    names = run.about.class_names
    expected = np.array([each.probabilities for each in answers if isinstance(each, Prediction)])
    assert len(expected) == len(photos)
    for kind in ("keras", "litert", *([] if exports.FORMATS["onnx"].missing else ["onnx"])):
        folder = inside(write(run, kind))
        assert (folder / "labels.txt").read_text(encoding="utf-8").splitlines() == list(names)
        told = json.loads((folder / "network.json").read_text(encoding="utf-8"))
        assert tuple(told["class_names"]) == names
        assert told["temperature"] == calibration.of(run).temperature
        assert f"temperature {told['temperature']:.2f}" in (folder / "README.txt").read_text(encoding="utf-8")
        said = asked(folder, *photos)
        found = np.array([[each["probabilities"][name] for name in names] for each in said])
        difference = np.abs(found - expected).max()
        print(f"{kind}: largest difference {difference:.1e} over {len(photos)} photos")
        assert difference < 1e-3, kind
        assert [each["label"] for each in said] == [names[label] for label in expected.argmax(axis=1)], kind


def test_exports_answer_real_photos_as_predict_does(data_home: Path, tmp_path: Path) -> None:
    """Two hundred of pets and six odd ones; these alone where the others are not there."""
    run = Run(shutil.copytree(PROJECT / "models" / "pets", data_home / "runs" / "mine"))
    of_pets = photos_of_pets(tmp_path) if PETS_FILE.exists() and PHOTOS.exists() else []
    assert len(of_pets) in (0, 200)
    assert_exports_answer_as_predict_does(run, [*odd_photos(tmp_path), *of_pets])


def test_exports_answer_two_hundred_digits_as_predict_does(data_home: Path, tmp_path: Path, trained_here: None) -> None:
    run = begin("digits-cnn", epochs=2)
    assert run.status().state == FINISHED
    digits = images_of_digits(tmp_path)
    assert len(digits) == 200
    assert_exports_answer_as_predict_does(run, digits)


def test_a_gray_network_that_cannot_be_calibrated_is_exported_and_says_so(run: Run, tmp_path: Path) -> None:
    import keras

    (run.folder / "evaluation.npz").unlink()
    photo = tmp_path / "seven.png"
    digit = catalogue.open_dataset("digits").image(7)
    photo.write_bytes(saved(digit, "PNG"))
    folder = inside(write(run, "keras"))
    model = keras.saving.load_model(run.folder / "model.keras")
    expected = np.asarray(model(np.asarray(digit, np.float32)[np.newaxis, ..., np.newaxis], training=False))[0]
    (said,) = asked(folder, photo)
    assert [said["probabilities"][str(label)] for label in range(10)] == pytest.approx(expected, abs=1e-5)
    told = json.loads((folder / "network.json").read_text(encoding="utf-8"))
    assert told["temperature"] is None
    assert "Not calibrated" in told["calibration"]
    assert "Not calibrated" in (folder / "README.txt").read_text(encoding="utf-8")


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
