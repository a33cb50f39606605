"""The command line: every command has help, bad input gives one sentence and status 1, and JSON is JSON."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from core import runs
from core.cli import main


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
    assert " ".join(first.split()) == "digits 1,437 train 360 test 10 classes 8×8×1"
    assert "python -m core datasets add mnist" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["datasets", "add", "mnits"], "did you mean 'mnist'"),
        (["datasets", "add", "mnist", "--from", "nowhere.npz"], "There is no file nowhere.npz"),
        (["datasets", "remove", "mnist"], "There is no data set mnist"),
        (["train", "digits-cn"], "did you mean 'digits-cnn'"),
        (["train", "nowhere.json"], "There is no recipe file"),
        (["train", "exercise-51"], "MNIST is not on this machine"),
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


def test_train_waits_and_predict_answers_each_photo(data_home: Path, tmp_path: Path) -> None:
    trained = call("train", "digits-cnn", "--set", "fit.epochs=2", "--wait")
    assert trained.exit_code == 0, trained.output
    last = json.loads(trained.stdout.splitlines()[-1])
    assert list(last) == ["run", "state", "seconds", "test_accuracy", "test_loss"]
    assert last["state"] == "finished"
    assert last["run"] in call("runs", "list").output
    assert json.loads(call("runs", "show", "latest").stdout)["status"]["state"] == "finished"

    seven = Path(__file__).parents[1] / "browser" / "seven.png"
    empty = tmp_path / "empty.jpg"
    empty.touch()
    result = call("predict", str(empty), str(seven), "nowhere.png", "--json", "--run", last["run"])
    assert result.exit_code == 1
    bad, good, missing = map(json.loads, result.stdout.splitlines())
    assert (bad["file"], bad["reason"]) == (str(empty), "empty")
    assert missing["reason"] == "not-readable"
    assert list(good) == ["file", "label", "probability", "probabilities", "decision"]
    assert sum(good["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert good["label"] == max(good["probabilities"], key=good["probabilities"].__getitem__)
    assert call("predict", str(seven)).exit_code == 0
    assert call("runs", "remove", "latest").exit_code == 0
    assert runs.all_runs() == []
