"""Folds spread classes evenly, divide no group, and are the seed's own; too many are said before anything starts."""

from pathlib import Path

import numpy as np
import pytest

from core.datasets.folds import folds_by_class, folds_by_group
from core.recipes.recipe import find_recipe
from core.recipes.script import recipe_script
from core.recipes.split import Split
from core.runs import runs_folder
from core.settings import SettingError
from core.training.parts import parts
from tests.unit.datasets.test_groups import imported, lesions
from tests.unit.recipes.test_script import exported, loaded
from tests.unit.test_cli import call


def test_each_class_is_spread_to_within_one_image() -> None:
    labels = np.repeat([0, 1, 2], [50, 23, 7])
    fold = folds_by_class(labels, 5, 3)
    counts = np.array([np.bincount(fold[labels == label], minlength=5) for label in range(3)])
    assert (np.ptp(counts, axis=1) <= 1).all()
    assert np.ptp(counts.sum(axis=0)) <= 1
    assert np.array_equal(fold, folds_by_class(labels, 5, 3))
    assert not np.array_equal(fold, folds_by_class(labels, 5, 4))


def test_groups_stay_whole_and_classes_about_even() -> None:
    rng = np.random.default_rng(0)
    groups = rng.integers(-1, 60, 600)
    labels = np.where(groups < 0, rng.integers(0, 2, 600), groups % 3 > 0)
    fold = folds_by_group(labels, groups, 5, 0)
    assert all(len(set(fold[groups == group])) == 1 for group in range(60))
    counts = np.array([np.bincount(fold[labels == label], minlength=5) for label in (0, 1)])
    assert (counts > 0.6 * counts.mean(axis=1, keepdims=True)).all()


def test_a_script_takes_the_same_fold(data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = imported(lesions(tmp_path / "lesions.zip"))
    split = Split(folds=3, fold=2)
    expected = parts(made, split)
    assert not set(made.groups[expected.train]) & set(made.groups[expected.validation])  # type: ignore[index]
    recipe = find_recipe("digits-dense").for_dataset(made.about, len(made)).with_settings({"split": split.__dict__})
    found = loaded(recipe_script(recipe, made.about), exported(made, tmp_path / "exported.npz"), monkeypatch)
    assert np.array_equal(found["train"], expected.train)
    assert np.array_equal(found["validation"], expected.validation)


def test_too_many_folds_are_said_before_anything_starts(data_home: Path, tmp_path: Path) -> None:
    imported(lesions(tmp_path / "lesions.zip"))
    said = call("train", "digits-dense", "--dataset", "mine", "--folds", "6").output
    assert "Mine cannot be divided into 6 folds: its class" in said
    assert "groups to train and validate" in said
    assert "at least 2 folds" in call("train", "digits-dense", "--folds", "1").output
    assert "from 1 to 20" in call("train", "digits-dense", "--folds", "21").output
    assert "Choose one" in call("train", "digits-dense", "--folds", "3", "--repeats", "2").output
    assert (
        "validates on the test images"
        in call("train", "digits-dense", "--folds", "3", "--set", "split.validation=test").output
    )
    assert not list(runs_folder().glob("*"))


def test_a_recipe_without_folds_keeps_its_identity_and_odd_folds_are_refused() -> None:
    recipe = find_recipe("digits-cnn")
    assert recipe.with_settings({"split.fold": 3}).identity == recipe.identity
    assert recipe.with_settings({"split.folds": 3}).identity != recipe.identity
    for folds, fold in ((1, 1), (3, 4)):
        with pytest.raises(SettingError, match="fold"):
            Split(folds=folds, fold=fold)
