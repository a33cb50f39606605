"""The trainer as a process: it finishes, stops, waits its turn, fails in words and is never believed when killed."""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from core import runs
from core.datasets import store
from core.evaluation import predictions
from core.prediction import worker
from core.recipes.recipe import find_recipe
from core.storage import checked
from tests.processes.trainings import begin, ended, trains, wait_for


def test_a_run_finishes_and_leaves_everything_that_pages_need(data_home: Path) -> None:
    run = begin("digits-cnn", epochs=3)
    status = wait_for(run, ended)
    assert (status.state, status.epoch, status.fraction, status.cause) == (runs.FINISHED, 3, 1.0, "")
    assert status.pictures_per_second
    left = {path.name for path in run.folder.iterdir()}
    expected = ["recipe", "dataset", "status", "environment"]
    files = {f"{name}.json" for name in expected} | {"metrics.jsonl", "train.log", "model.keras", "evaluation.npz"}
    assert left == files | {"checkpoint", "epochs", "live.npz"}
    assert [path.name for path in run.checkpoints] == ["epoch-00003.npz"]
    records = run.metrics()
    epochs = [record for record in records if record["kind"] == "epoch"]
    batches = [record for record in records if record["kind"] == "batch"]
    assert [record["epoch"] for record in epochs] == [1.0, 2.0, 3.0]
    assert {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "pictures_per_second"} <= set(epochs[0])
    assert sum(epochs[-1]["class_shares"]) == pytest.approx(1.0, abs=1e-3)
    assert epochs[-1]["memory_mb"] > 100
    assert batches[0]["epoch"] < 1.0, "the curve begins within the first epoch"

    found = predictions.load(run, "validation")
    assert found.accuracy == pytest.approx(epochs[-1]["val_accuracy"], abs=1e-6)
    assert np.mean(found.losses) == pytest.approx(epochs[-1]["val_loss"], rel=1e-3)
    last = run.seen()
    assert last
    assert (last.epoch, last.filters.shape[1:], last.maps.shape[1:]) == (3, (3, 3, 1), (8, 8))
    assert len(last.filters) == len(last.maps) > 1
    wrong = found.ids[found.predicted != found.labels]
    assert set(last.ids[: len(wrong)]) == set(wrong[: len(last.ids)])
    assert np.array_equal(last.predicted != last.labels, np.isin(last.ids, wrong))
    assert status.result["test_accuracy"] == predictions.load(run, "test").accuracy
    assert not set(found.ids) & set(predictions.load(run, "test").ids)

    # Prediction by the worker, through the run's own steps, gives what the trainer stored.
    digits = store.read(store.folder_of("digits"))
    photos = [digits.image(int(index)).convert("RGB") for index in found.ids[:40]]
    probabilities, seen = worker.predict(run, photos)
    assert probabilities == pytest.approx(found.probabilities[:40], abs=1e-5)
    assert (seen[0].mode, seen[0].size) == ("L", (8, 8))
    process = worker._submit(os.getpid).result(30)
    time.sleep(1.1)  # loky looks for leaks after a second: one that loads a network must stay.
    one, _ = worker.predict(run, photos[:1])
    assert one[0] == pytest.approx(probabilities[0], abs=1e-6)
    with ThreadPoolExecutor(1) as other:
        asked = other.submit(lambda: worker._submit(os.getpid).result(30))
    assert asked.result() == process, "all threads share it: each run of a page may be one"


def test_a_run_with_augmentation_tells_as_much_and_validates_on_plain_images(data_home: Path) -> None:
    recipe = find_recipe("digits-cnn").with_settings({"fit.epochs": 2, "augmentation.rotation_range": 20})
    run = runs.create(recipe, "digits")
    run.start()
    status = wait_for(run, ended)
    assert (status.state, status.epoch, status.fraction, status.cause) == (runs.FINISHED, 2, 1.0, "")
    assert status.pictures_per_second
    records = run.metrics()
    epochs = [record for record in records if record["kind"] == "epoch"]
    assert [record["epoch"] for record in epochs] == [1.0, 2.0]
    assert next(record for record in records if record["kind"] == "batch")["epoch"] < 1.0
    found = predictions.load(run, "validation")
    assert found.accuracy == pytest.approx(epochs[-1]["val_accuracy"], abs=1e-6)
    assert "Warning" not in run.log_file.read_text(), "nothing that a user need look after"


@pytest.mark.usefixtures("trained_here")
def test_what_is_kept_computes_with_32_bits_also_when_the_training_took_16(data_home: Path) -> None:
    import keras

    run = begin("digits-cnn", epochs=1, precision="mixed_bfloat16")
    assert wait_for(run, ended).state == runs.FINISHED
    model = keras.saving.load_model(run.folder / "model.keras", compile=False)
    assert {layer.dtype_policy.name for layer in model.layers} == {"float32"}
    found = predictions.load(run, "test")
    images = store.read(store.folder_of("digits")).images[found.ids[:40]]
    assert np.asarray(model(images)) == pytest.approx(found.probabilities[:40], abs=1e-5)


@pytest.mark.usefixtures("trained_here")
def test_the_worker_that_is_killed_is_replaced(data_home: Path) -> None:
    run = begin(epochs=1)
    wait_for(run, ended)
    photo = Image.new("RGB", (30, 40), "white")
    first, _ = worker.predict(run, [photo])
    os.kill(worker._submit(os.getpid).result(30), signal.SIGKILL)
    again, _ = worker.predict(run, [photo])
    assert np.array_equal(first, again)
    (run.folder / "model.keras").write_bytes(b"torn")
    with pytest.raises(runs.RunError, match="cannot be read"):
        worker.predict(run, [photo])


def test_a_run_stops_within_a_batch_and_keeps_what_it_learned(data_home: Path) -> None:
    recipe = find_recipe("digits-cnn").with_settings({"augmentation.rotation_range": 20})
    run = begin(recipe, epochs=1000)
    wait_for(run, trains)
    run.stop()
    status = wait_for(run, ended)
    assert status.state == runs.STOPPED
    assert status.fraction < 1
    assert status.kept_epoch
    assert run.has_model
    assert run.has_evaluation
    assert not run.stop_file.exists()


def test_a_killed_trainer_is_interrupted_and_the_next_takes_its_turn(data_home: Path) -> None:
    first = begin(epochs=1000)
    status = wait_for(first, trains)
    if sys.platform != "win32":
        assert psutil.Process(status.pid).nice() > psutil.Process().nice(), "pages go first"
    second = begin(epochs=1)
    third = begin(epochs=1)
    assert wait_for(third, lambda status: bool(status.pid)).state == runs.WAITING
    assert second.ahead() == [first]
    assert third.ahead() == [first, second]
    third.stop()
    assert wait_for(third, ended).state == runs.STOPPED
    assert not third.has_model
    assert second.status().state == runs.WAITING
    assert status.pid
    os.kill(status.pid, signal.SIGKILL)
    assert wait_for(first, ended).state == runs.INTERRUPTED
    assert wait_for(second, ended).state == runs.FINISHED
    assert not first.has_model, "nothing half-written"


@pytest.mark.usefixtures("trained_here")
def test_failures_are_told_in_words(data_home: Path) -> None:
    shrunk = find_recipe("exercise-51").to_json()
    pool = {"kind": "MaxPool2D", "pool_size": 8}
    shrunk["network"] = [pool, pool, *shrunk["network"][3:]]
    impossible = runs.create(type(find_recipe("exercise-51")).from_json(shrunk), "digits")
    impossible.start()
    status = wait_for(impossible, ended)
    assert status.state == runs.FAILED
    assert status.cause.startswith("Layer 2 (MaxPool2D) cannot work on what comes before it, 1 × 1 × 1.")

    gone = runs.create(find_recipe("digits-dense"))
    path = gone.folder / "recipe.json"
    checked.write(path, {**checked.read_json(path), "dataset": "vanished"})
    gone.start()
    status = wait_for(gone, ended)
    assert (status.state, status.cause[:28]) == (runs.FAILED, "Unknown dataset 'vanished': ")


def test_a_trainer_that_cannot_begin_is_told(data_home: Path) -> None:
    run = runs.create(find_recipe("digits-dense"))
    (run.folder / "metrics.jsonl").mkdir()
    run.start()
    status = wait_for(run, ended)
    assert status.state == runs.FAILED
    assert "could not start" in status.cause
