"""What a run leaves to take away, without TensorFlow: the folder as a zip, and what is said of the rest."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from core import runs
from core.recipes.recipe import find_recipe
from core.runs import RunError, export
from tests.unit.made_runs import made_run


def test_the_folder_is_packed_without_what_is_of_no_use_elsewhere(data_home: Path) -> None:
    run = made_run()
    (run.folder / "checkpoint").mkdir()
    (run.folder / "checkpoint" / "epoch-00003.npz").write_bytes(b"weights")
    (run.folder / "exports").mkdir()
    for name in ("exports/model.onnx", "stop", ".resuming.lock"):
        (run.folder / name).write_bytes(b"x")
    with zipfile.ZipFile(io.BytesIO(export.archive(run))) as archive:
        names = {name.removeprefix(f"{run.name}/") for name in archive.namelist()}
        assert archive.read(f"{run.name}/recipe.json") == (run.folder / "recipe.json").read_bytes()
        assert archive.testzip() is None
    expected = {"recipe.json", "dataset.json", "status.json", "metrics.jsonl", "evaluation.npz"}
    assert names == {*expected, "checkpoint/epoch-00003.npz"}
    assert export.archive_bytes(run) > (run.folder / "evaluation.npz").stat().st_size


def test_what_a_link_leads_to_stays_here(data_home: Path, tmp_path: Path) -> None:
    run, outside = made_run(), tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.log").write_text("secret", encoding="utf-8")
    (run.folder / "train.log").symlink_to(outside / "secret.log")
    (run.folder / "checkpoint").symlink_to(outside)
    (run.folder / "away.json").symlink_to(outside / "nowhere")
    with zipfile.ZipFile(io.BytesIO(export.archive(run))) as archive:
        assert not any(b"secret" in archive.read(name) for name in archive.namelist())
        assert f"{run.name}/recipe.json" in archive.namelist()
    assert export.archive_bytes(run) == sum(
        path.stat().st_size for path in run.folder.iterdir() if not path.is_symlink()
    )


def test_a_network_that_is_a_link_is_not_exported(data_home: Path, tmp_path: Path) -> None:
    run, outside = made_run(), tmp_path / "outside.keras"
    outside.write_bytes(b"secret")
    (run.folder / "model.keras").unlink(missing_ok=True)
    (run.folder / "model.keras").symlink_to(outside)
    with pytest.raises(RunError, match=r"has no model\.keras yet"):
        export.make(run, "keras")


def test_a_file_from_before_1980_is_packed_too(data_home: Path) -> None:
    run = made_run()
    os.utime(run.folder / "recipe.json", (0, 0))
    with zipfile.ZipFile(io.BytesIO(export.archive(run))) as archive:
        assert f"{run.name}/recipe.json" in archive.namelist()


def test_what_cannot_be_made_is_said(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.create(find_recipe("digits-cnn"))
    assert not export.can_be_made(run, "litert")
    with pytest.raises(RunError, match="yet to make LiteRT of"):
        export.make(run, "litert")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert export.FORMATS["onnx"].missing == ("onnx", "tf2onnx")
    with pytest.raises(RunError, match="pip install onnx tf2onnx"):
        export.make(run, "onnx")


def test_a_file_that_is_older_than_its_run_is_made_again(data_home: Path) -> None:
    run = made_run()
    assert export.exported_file(run, "tensorboard") is None
    path = run.folder / "exports" / "tensorboard.zip"
    path.parent.mkdir()
    path.write_bytes(b"x")
    assert export.exported_file(run, "tensorboard") == path
    (run.folder / "metrics.jsonl").touch()
    newer = path.stat().st_mtime_ns + 1_000_000_000

    os.utime(run.folder / "metrics.jsonl", ns=(newer, newer))
    assert export.exported_file(run, "tensorboard") is None
