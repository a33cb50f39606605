"""How Adam's moments of a run are kept, and of which runs there are none."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.evaluation import adam_moments
from core.evaluation.adam_moments import AdamMoments
from core.recipes.recipe import find_recipe
from core.runs import Run
from tests.unit.made_runs import made_run


def made(names: tuple[str, ...] = ("conv2d/kernel[0, 0, 0, 1]", "dense/kernel[3, 4]"), steps: int = 5) -> AdamMoments:
    numbers = np.arange(2.0 * steps).reshape(2, steps)
    return AdamMoments(names, numbers, numbers / 10, numbers / 100, np.full(steps, 0.001), 40, 2, 1e-6)


def test_they_are_kept_until_the_model_changes_and_damage_is_like_none(tmp_path: Path) -> None:
    run = Run(tmp_path)
    (tmp_path / "model.keras").write_bytes(b"one")
    assert adam_moments.load(run) is None
    adam_moments.keep(run, adam_moments.file_of(run), made())
    found = adam_moments.load(run)
    assert found is not None
    assert (found.names, found.of, found.epoch, found.apart) == (made().names, 40, 2, 1e-6)
    assert (found.first == made().first).all()
    path = adam_moments.file_of(run).path
    path.write_bytes(path.read_bytes()[:300])
    assert adam_moments.load(run) is None


@pytest.mark.parametrize(
    "wrong",
    [made(names=("only one",)), made(steps=0), replace(made(), values=np.full((2, 5), np.nan)), made(names=())],
    ids=["names", "no steps", "no numbers", "no names"],
)
def test_what_cannot_be_is_like_none(tmp_path: Path, wrong: AdamMoments) -> None:
    run = Run(tmp_path)
    (tmp_path / "model.keras").write_bytes(b"one")
    adam_moments.keep(run, adam_moments.file_of(run), wrong)
    assert adam_moments.load(run) is None


def test_a_run_without_moments_is_told_why(data_home: Path) -> None:
    assert adam_moments.problem(made_run()) == ""
    muon = replace(find_recipe("digits-cnn"), optimiser=find_recipe("pets-128-muon").optimiser)
    assert "trained with Muon" in adam_moments.problem(made_run(recipe=muon))
    frozen = replace(find_recipe("digits-cnn"), network=find_recipe("transfer-frozen").network, augmentation=None)
    assert "behind a pretrained network" in adam_moments.problem(made_run(recipe=frozen))
