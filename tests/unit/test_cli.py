"""The command line: every command has help, bad input gives one sentence and status 1, and JSON is JSON."""

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

from core import runs
from core.cli import main, predict_command
from core.datasets import store
from core.datasets.audit import report
from core.datasets.features import label_check
from core.datasets.sources import catalogue
from core.evaluation.threshold import DecisionThreshold
from core.prediction.photo_predictions import Prediction
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.storage import jobs
from tests.unit.datasets.test_importing import pets, zipped
from tests.unit.made_runs import made_run


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize("path", commands(main), ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...]) -> None:
    result = call(*path, "--help")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 4


def test_datasets_are_listed(data_home: Path) -> None:
    result = call("datasets", "list")
    first = result.output.splitlines()[0]
    assert " ".join(first.split()) == "digits 1,437 train 360 test 10 classes 8×8 px, gray"
    assert "python -m core datasets add mnist" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["datasets", "add", "mnits"], "did you mean 'mnist'"),
        (["serve", "--secrets", "nowhere.toml"], "nowhere.toml, which says how the class signs in"),
        (["datasets", "add", "mnist", "--from", "nowhere.npz"], "There is no file nowhere.npz"),
        (["datasets", "remove", "mnist"], "There is no dataset mnist"),
        (["train", "digits-cn"], "did you mean 'digits-cnn'"),
        (["train", "nowhere.json"], "There is no recipe file"),
        (["train", "exercise-51"], "MNIST is not installed"),
        (["train", "digits-cnn", "--set", "fit.epochs=0"], "epochs must be a whole number from 1 to 1000"),
        (["train", "digits-cnn", "--set", "fit.epoch=1"], "did you mean 'fit.epochs'"),
        (["runs", "show", "x"], "There is no run 'x'"),
        (["runs", "stop", "x"], "There is no run 'x'"),
        (["runs", "remove", "latest"], "There is no run 'latest'"),
        (["predict", "x.png"], "No run can predict yet"),
        (["predict", "x.png", "--run", "x"], "There is no run 'x'"),
    ],
)
def test_bad_input_gives_one_sentence(data_home: Path, arguments: list[str], said: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output
    assert runs.all_runs() == []


def test_a_recipe_with_an_unknown_field_is_refused_with_the_files_name(data_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"version": 1, "name": "mine", "dataset": "digits", "network": [], "colour": 1}))
    result = call("train", str(path))
    assert result.exit_code == 1
    assert "mine.json: Unknown field in the recipe: 'colour'" in result.output


def test_a_damaged_run_does_not_hide_the_others(data_home: Path) -> None:
    damaged, whole = (runs.create(find_recipe("digits-dense")) for _ in range(2))
    (damaged.folder / "dataset.json").write_text("{")
    result = call("runs", "list")
    assert result.exit_code == 0
    lines = {line.split()[0]: line for line in result.output.splitlines()}
    assert "is damaged" in lines[damaged.name]
    assert "waiting" in lines[whole.name]


def test_images_of_ones_own_are_added(data_home: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "pets.zip", {**pets(), "pets/cat/bad.jpg": b"x"})
    result = call("datasets", "add", "mine", "--from", str(path), "--title", "My pets", "--test-share", "0.5")
    assert result.exit_code == 0, result.output
    assert "20 accepted, 1 refused, 0 junk files skipped" in result.output
    assert "refused: pets/cat/bad.jpg: Not a supported image." in result.output
    assert "9 train 11 test 2 classes 12×10 px, color" in " ".join(call("datasets", "list").output.split())
    again = call("datasets", "add", "other", "--from", str(path), "--test-share", "0.5")
    assert "Dataset ID: mine" in again.output


def test_what_is_understood_is_printed_and_other_classes_can_be_chosen(data_home: Path, tmp_path: Path) -> None:
    images = list(pets().values())
    names = [f"plants/{version}/{kind}/{n}.png" for version in ("gray", "color") for kind in "ab" for n in range(5)]
    path = str(zipped(tmp_path / "plants.zip", dict(zip(names, images, strict=True))))
    shown = call("datasets", "add", "mine", "--from", path, "--plan")
    assert shown.exit_code == 0, shown.output
    assert "Folders, 2 classes: a 5, b 5" in shown.output
    assert "Splits, stratified at random: 8 train, 2 test" in shown.output
    assert "Left out: 10 images in plants/gray. Another version of the images in color." in shown.output
    assert "Other classes: --labels folders:3:gray (3rd folder, only gray: a, b)" in shown.output
    assert store.names() == []
    call("datasets", "add", "gray", "--from", path, "--labels", "folders:3:gray")
    assert {name.split("/")[1] for name in catalogue.open_dataset("gray").names} == {"gray"}
    wrong = call("datasets", "add", "wrong", "--from", path, "--labels", "folders:2")
    assert "Check: color, gray: these look like versions of the same images, not like classes." in wrong.output
    assert "--plan shows what" in call("datasets", "add", "mnist", "--plan").output
    assert "received 'levels'" in call("datasets", "add", "x", "--from", path, "--labels", "levels").output


def test_an_audit_is_printed_and_kept(data_home: Path, tmp_path: Path) -> None:
    twice = {**pets(), "pets/dog/copy.png": pets()["pets/cat/0.png"]}
    call("datasets", "add", "mine", "--from", str(zipped(tmp_path / "pets.zip", twice)))
    result = call("datasets", "audit", "mine")
    assert result.exit_code == 0, result.output
    assert "different labels" in result.output.lower()
    assert report.load(catalogue.open_dataset("mine"))
    assert "'nowhere'" in call("datasets", "audit", "nowhere").output


def test_labels_are_checked_by_a_job_and_the_findings_printed(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, labels = catalogue.open_dataset("digits"), catalogue.open_dataset("digits").labels
    features = np.eye(10, dtype=np.float16)[labels]
    features[7] = features[0]
    job = jobs.Job(jobs.folder() / "labels-of-digits")
    job.folder.mkdir(parents=True)

    def start(name: str) -> jobs.Job:
        job.write_status(jobs.JobStatus(jobs.FINISHED, 1e9))
        label_check.check(dataset, features)
        return job

    monkeypatch.setattr(label_check, "start", start)
    printed = call("datasets", "check-labels", "digits")
    assert printed.exit_code == 0
    assert "gets 99.9% of the labels right" in printed.output
    assert "image 7: labeled 7, more likely 0" in printed.output
    failed = jobs.JobStatus(jobs.FAILED, 1e9, cause="The weights of EfficientNetLite0 cannot be read.")
    job.write_status(failed)
    monkeypatch.setattr(label_check, "start", lambda _name: job)
    printed = call("datasets", "check-labels", "digits")
    assert (printed.exit_code, printed.output) == (1, "Error: The weights of EfficientNetLite0 cannot be read.\n")


def test_an_audit_that_cannot_be_kept_is_printed_all_the_same(
    data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("datasets", "add", "mine", "--from", str(zipped(tmp_path / "pets.zip", pets())))

    def read_only(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("core.storage.data_home.replace_text", read_only)
    result = call("datasets", "audit", "mine")
    assert "Checked, and nothing found" in result.output
    assert "the audit of mine: the disk is read-only" in result.output
    assert result.exit_code == 1


def test_json_tells_a_class_called_ask_from_asking_somebody(data_home: Path) -> None:
    run, booked = made_run(), DecisionThreshold(0.7, "")
    sure = Prediction(np.array([0.9, *[0.1 / 9] * 9]), np.zeros((8, 8, 1), np.uint8), b"")
    usual = ["file", "label", "probability", "probabilities", "decision"]
    assert list(predict_command._said("x.png", sure, run, booked)) == usual
    about = json.loads((run.folder / "dataset.json").read_text(encoding="utf-8"))
    about["class_names"][0] = "ask"
    about.pop("checksum", None)
    (run.folder / "dataset.json").write_text(json.dumps(about), encoding="utf-8")
    run = Run(run.folder)
    said = [predict_command._said("x.png", each, run, booked) for each in (sure, replace(sure, known=False))]
    assert [each["decision"] for each in said] == ["ask", "ask"]
    assert [each["asked"] for each in said] == [False, True]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "x" * 1_000_000),
        ("title", "x" * 1_000_000),
        ("dataset", "x" * 1_000_000),
        ("initial_weights", "x" * 200),
        ("fit.epochs", "9" * 1_000_000),
        ("fit.epochs", "x" * 1_000_000),
        ("fit.batch_size", "[" * 1_000_000),
        ("x" * 1_000_000, "1"),
        ("fit.label_smoothing", "NaN"),
        ("fit.epochs", "1" + "0" * 400),
        ("book_accuracy", "NaN"),
        ("book_accuracy", "1" + "0" * 400),
        ("network", "[" + '{"kind": "Flatten"},' * 3000 + '{"kind": "Dense", "units": 2, "activation": "softmax"}]'),
        ("title", '"\\ud800"'),
        ("name", '"a\\u0000b"'),
        ("name", '"a\\nb"'),
        ("name", '"\\ud800"'),
    ],
    ids=lambda text: text[:20],
)
def test_no_setting_ends_in_a_traceback_or_a_flood(data_home: Path, name: str, value: str) -> None:
    result = call("train", "digits-dense", "--set", f"{name}={value}")
    assert result.exit_code in (1, 2)
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    assert len(result.output) < 1000
    assert not (data_home / "runs").exists()
