"""Runs that come with Pixelwise: found beside the code, after a user's own, and out of reach of what changes runs."""

import shutil
from pathlib import Path

import pytest

from core import runs
from core.recipes.recipe import find_recipe
from core.runs import RunError, folders
from core.runs.model_files import GENERATOR


@pytest.fixture
def models(data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shipped runs with one, `pets`."""
    folder = tmp_path / "models"
    monkeypatch.setattr(folders, "SHIPPED", folder)
    made = runs.create(find_recipe("digits-cnn"))
    (made.folder / "model.keras").touch()
    folder.mkdir()
    shutil.move(made.folder, folder / "pets")
    return folder


def test_a_shipped_run_predicts_on_a_fresh_machine(models: Path) -> None:
    (pets,) = runs.with_model()
    assert pets == runs.shipped()[0]
    assert pets.folder == models / "pets"
    assert runs.find("pets", runs.with_model()) == pets


def test_a_shipped_run_that_makes_images_is_none_that_predicts(models: Path) -> None:
    made = runs.create(find_recipe("gan-digits"))
    (made.folder / GENERATOR).touch()
    shutil.move(made.folder, models / "gan-digits")
    own = runs.create(find_recipe("flow-digits"))
    assert [run.name for run in runs.generating()] == [own.name, "gan-digits"]
    assert [run.name for run in runs.shipped()] == ["pets"]


def test_a_users_own_run_comes_first(models: Path) -> None:
    own = runs.create(find_recipe("digits-cnn"))
    (own.folder / "model.keras").touch()
    assert [run.name for run in runs.with_model()] == [own.name, "pets"]


def test_what_changes_runs_never_finds_a_shipped_one(models: Path) -> None:
    assert runs.all_runs() == []
    with pytest.raises(RunError, match="There is no run 'pets'"):
        runs.find("pets")


def test_without_models_there_is_none(models: Path) -> None:
    shutil.rmtree(models)
    assert runs.shipped() == []
