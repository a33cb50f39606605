"""Pairs of trainings: they differ in one thing, are found again, and what came of them is said with figures."""

from dataclasses import replace
from pathlib import Path

import pytest

from core import runs
from core.datasets.sources import catalogue
from core.lessons import pairs
from core.lessons.pairs import Outcome
from core.runs import Run, comparison
from tests.unit.made_runs import write_metrics


@pytest.mark.parametrize("kind", pairs.TITLES)
def test_the_two_recipes_differ_in_what_the_pair_is_about_alone(kind: str) -> None:
    about = catalogue.open_dataset("digits").about
    without, with_it = pairs.recipes(kind, about, 1797)
    same = replace(with_it, name=without.name, title=without.title, teaches=without.teaches)
    assert same != without
    if kind == pairs.AUGMENTATION:
        assert replace(same, augmentation=None) == without
    else:
        assert replace(same, network=without.network) == without
        changed = [str(layer) for layer in same.network.layers if layer not in without.network.layers]
        assert changed, "the network has what it is about"


def test_large_and_many_images_are_brought_down() -> None:
    about = replace(catalogue.open_dataset("digits").about, size=(0, 0, 3), as_files=True, class_names=("a", "b"))
    recipe, _ = pairs.recipes(pairs.DROPOUT, about, 50_000)
    assert recipe.split.pictures == 2500
    assert recipe.steps.size_after(640, 480) == (32, 32)
    assert recipe.network.layers[-1].output_shape((128,)) == (2,)


def test_a_pair_is_found_again_until_one_of_it_is_removed(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(Run, "start", lambda run: started.append(run.name))
    dataset = catalogue.open_dataset("digits")
    made = pairs.start(pairs.DROPOUT, dataset)
    assert started == [made.without.name, made.with_it.name]
    found = pairs.find(pairs.DROPOUT, "digits")
    assert found == made
    assert pairs.find(pairs.L2, "digits") is None
    assert pairs.find(pairs.DROPOUT, "mnist") is None
    write_metrics(made.without, 2)
    told = pairs.outcome(made.without)
    assert told.training == comparison.epochs(made.without)[-1]["accuracy"]
    assert told.test is None
    made.without.write_status(runs.Status(runs.FINISHED, 1.0, ended=2.0))
    made.without.remove()
    assert pairs.find(pairs.DROPOUT, "digits") is None


def test_what_changed_is_said_with_its_figures() -> None:
    said = pairs.in_words(pairs.DROPOUT, Outcome(1.0, 0.9, 0.89), Outcome(0.95, 0.93, 0.92))
    assert "10.0 points without dropout and 2.0 with it" in said
    assert "Test accuracy is 3.0 points higher" in said
    assert "no figures" in pairs.in_words(pairs.L2, Outcome(None, None, None), Outcome(0.9, 0.9, 0.9))
