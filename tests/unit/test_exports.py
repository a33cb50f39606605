"""What a run leaves to take away, without TensorFlow: the folder as a zip, and what is said of the rest."""

import os
import zipfile
from pathlib import Path

import pytest

from core import exports, runs
from core.recipe import find_recipe
from core.runs import RunError
from tests.unit.made_runs import made_run


def test_the_folder_is_packed_without_what_is_of_no_use_elsewhere(data_home: Path) -> None:
    run = made_run()
    (run.folder / "checkpoint").mkdir()
    (run.folder / "checkpoint" / "epoch-00003.npz").write_bytes(b"weights")
    (run.folder / "exports").mkdir()
    for name in ("exports/model.onnx", "stop", ".resuming.lock"):
        (run.folder / name).write_bytes(b"x")
    with exports.archive(run) as file, zipfile.ZipFile(file) as archive:
        names = {name.removeprefix(f"{run.name}/") for name in archive.namelist()}
        assert archive.read(f"{run.name}/recipe.json") == (run.folder / "recipe.json").read_bytes()
        assert archive.testzip() is None
    expected = {"recipe.json", "dataset.json", "status.json", "metrics.jsonl", "evaluation.npz"}
    assert names == {*expected, "checkpoint/epoch-00003.npz"}
    assert exports.archive_bytes(run) > (run.folder / "evaluation.npz").stat().st_size


def test_what_cannot_be_made_is_said(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.create(find_recipe("digits-cnn"))
    assert not exports.can_be_made(run, "litert")
    with pytest.raises(RunError, match="yet to make LiteRT of"):
        exports.make(run, "litert")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert exports.FORMATS["onnx"].missing == ("onnx", "tf2onnx")
    with pytest.raises(RunError, match="pip install onnx tf2onnx"):
        exports.make(run, "onnx")


def test_a_file_that_is_older_than_its_run_is_made_again(data_home: Path) -> None:
    run = made_run()
    assert exports.made(run, "tensorboard") is None
    path = run.folder / "exports" / "tensorboard.zip"
    path.parent.mkdir()
    path.write_bytes(b"x")
    assert exports.made(run, "tensorboard") == path
    (run.folder / "metrics.jsonl").touch()
    newer = path.stat().st_mtime_ns + 1_000_000_000

    os.utime(run.folder / "metrics.jsonl", ns=(newer, newer))
    assert exports.made(run, "tensorboard") is None
