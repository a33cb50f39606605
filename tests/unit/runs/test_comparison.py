"""Runs beside each other: what a change fixed and broke, whether it is chance, and what differs."""

import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from core import runs
from core.charts.run_curves import RunCurve, overlaid
from core.datasets import decisions
from core.datasets.sources import catalogue
from core.networks.layers import Dropout
from core.networks.network import Network
from core.recipes.recipe import find_recipe
from core.runs import Run, comparison
from core.runs.comparison import Comparison, ComparisonError, recipe_differences
from tests.paths import PROJECT
from tests.unit.made_runs import made_run, predictions, unsigned, write_metrics
from tests.unit.runs.test_runs import own_process


def pair(both_right: int, fixed: int, broken: int, both_wrong: int) -> Comparison:
    """Make a comparison of so many images of each kind, in this order."""
    n = both_right + fixed + broken + both_wrong
    ids, labels = np.arange(100, 100 + n), np.zeros(n, np.int16)
    kinds = np.repeat(["right", "fixed", "broken", "wrong"], [both_right, fixed, broken, both_wrong])
    before = np.flatnonzero((kinds == "fixed") | (kinds == "wrong"))
    after = np.flatnonzero((kinds == "broken") | (kinds == "wrong"))
    return Comparison(predictions(ids, labels, before.tolist()), predictions(ids, labels, after.tolist()))


def test_images_are_sorted_into_fixed_broken_and_both_wrong() -> None:
    found = pair(3, 2, 1, 2)
    assert found.fixed.tolist() == [103, 104]
    assert found.broken.tolist() == [105]
    assert found.both_wrong.tolist() == [106, 107]
    assert found.difference == pytest.approx(1 / 8)


def test_the_surest_stand_first() -> None:
    found = pair(0, 3, 0, 0)
    found.after.probabilities[1, 0] = 0.9
    assert found.fixed.tolist() == [101, 100, 102]


def test_the_interval_is_bonett_and_prices() -> None:
    # M. W. Fagerland, S. Lydersen, P. Laake, "Recommended tests and confidence intervals for paired binomial
    # proportions", Statistics in Medicine 33 (2014): airways before and after a transplantation, −0.508 to −0.0134.
    found = pair(1, 1, 7, 12)
    assert found.difference == pytest.approx(-6 / 21)
    assert found.interval == pytest.approx((-0.5084, -0.0134), abs=1e-4)


def test_the_test_is_mcnemars_exact_one() -> None:
    # The same data: 2 · (1 + 8) / 2⁸.
    assert pair(1, 1, 7, 12).chance == pytest.approx(0.0703125)
    assert pair(5, 0, 0, 2).chance == 1
    assert pair(5, 4, 4, 0).chance == 1


@pytest.mark.parametrize(
    ("found", "verdict", "said"),
    [
        (pair(50, 0, 0, 4), "same", "No change: both runs are right and wrong on the same images"),
        (pair(300, 12, 9, 39), "unclear", "Not significant: 12 fixed and 9 broken of 360 images"),
        (pair(300, 30, 5, 25), "better", "Significantly better: 30 fixed and 5 broken of 360 images, +6.9"),
        (pair(300, 5, 30, 25), "worse", "Significantly worse: 5 fixed and 30 broken of 360 images, −6.9"),
    ],
)
def test_noise_is_not_called_progress(found: Comparison, verdict: str, said: str) -> None:
    assert found.verdict == verdict
    assert found.sentence.startswith(said)


def test_runs_that_differ_by_the_seed_of_chance_are_called_unclear_as_often_as_promised() -> None:
    rng = np.random.default_rng(0)
    verdicts = [pair(300, fixed, 20 - fixed, 40).verdict for fixed in rng.binomial(20, 0.5, 1000)]
    assert np.mean([verdict in ("better", "worse") for verdict in verdicts]) < 0.05


def test_two_runs_are_compared_on_the_images_of_a_part(data_home: Path) -> None:
    before, after = made_run(range(10)), made_run(range(8, 14))
    found = comparison.compare(before, after, "test")
    test = catalogue.open_dataset("digits").select("test")
    assert found.images == 360
    assert sorted(found.fixed) == test[:8].tolist()
    assert sorted(found.broken) == test[10:14].tolist()
    assert found.before.ids[found.position(int(test[3]))] == test[3]
    assert comparison.compare(before, after, "validation").verdict == "same"


def test_runs_on_other_images_are_not_compared(data_home: Path) -> None:
    before, after = made_run(), made_run()
    with np.load(after.folder / "evaluation.npz") as stored:
        arrays = dict(stored)
    np.savez(after.folder / "evaluation.npz", **{**arrays, "validation_ids": arrays["validation_ids"] + 1})
    with pytest.raises(ComparisonError, match="divide the dataset differently"):
        comparison.compare(before, after, "validation")
    np.savez(after.folder / "evaluation.npz", **{**arrays, "validation_labels": 9 - arrays["validation_labels"]})
    with pytest.raises(ComparisonError, match="relabeled"):
        comparison.compare(before, after, "validation")
    about = unsigned(after.folder / "dataset.json")
    (after.folder / "dataset.json").write_text(about.replace('"content_hash": "', '"content_hash": "0'))
    with pytest.raises(ComparisonError, match="Digits as it was at another time"):
        comparison.compare(before, runs.Run(after.folder), "test")
    with pytest.raises(runs.RunError, match="no predictions yet"):
        comparison.compare(before, runs.create(find_recipe("digits-cnn")), "test")


def test_recipes_differ_in_what_differs_and_nothing_else() -> None:
    recipe = find_recipe("digits-cnn")
    changed = recipe.with_settings({"fit.epochs": 5, "optimiser.learning_rate": 0.01, "augmentation.rotation_range": 9})
    assert recipe_differences([recipe, replace(recipe, name="x", title="X", teaches="y")]) == []
    assert [(each.setting, each.values) for each in recipe_differences([recipe, changed, recipe])] == [
        ("augmentation.rotation_range", ("0", "9", "0")),
        ("optimiser.learning_rate", ("0.001", "0.01", "0.001")),
        ("fit.epochs", ("30", "5", "30")),
    ]


def test_a_layer_that_is_taken_out_does_not_shift_the_others() -> None:
    recipe = find_recipe("digits-cnn")
    layers = recipe.network.layers
    without = replace(recipe, network=Network((*layers[:5], *layers[6:])))
    other_rate = replace(recipe, network=Network((*layers[:5], Dropout(rate=0.1), *layers[6:])))
    (found,) = recipe_differences([recipe, without, other_rate])
    assert (found.setting, found.values) == ("layer 6, Dropout", ("Dropout(rate=0.25)", "–", "Dropout(rate=0.1)"))
    (found,) = recipe_differences([recipe, other_rate])
    assert (found.setting, found.values) == ("layer 6, Dropout: rate", ("0.25", "0.1"))


def test_last_layers_stand_side_by_side() -> None:
    found = recipe_differences([find_recipe("exercise-51"), find_recipe("digits-dense")])
    assert not [each for each in found if each.setting.startswith("last layer")], "both have ten softmax units"


def test_runs_differ_by_their_data_too(data_home: Path) -> None:
    first = runs.create(find_recipe("digits-cnn"))
    decisions.decide(catalogue.open_dataset("digits"), [3, 4], decisions.EXCLUDE)
    second = runs.create(find_recipe("digits-cnn"))
    (found,) = comparison.differences([first, second])
    assert (found.setting, found.values) == ("decisions on images", ("–", "2 excluded, 0 relabeled"))


def test_a_row_says_what_came_of_a_run(data_home: Path) -> None:
    run = made_run(range(36), title="Mine")
    run.annotate(note="good", star=True)
    found = comparison.row(run)
    assert (found.title, found.recipe, found.data) == ("Mine", "Digits: convolutional network", "Digits")
    assert (found.epoch, found.epochs, found.seconds) == (3, 3, 7.5)
    assert found.test == pytest.approx(0.9)
    assert (found.star, found.note, found.state) == (True, "good", runs.FINISHED)
    told = dict(zip(comparison.FIELDS, json.loads(found.as_json), strict=True))
    assert (told["name"], told["test"], told["duration"]) == (run.name, found.test, "7.5 s")


def test_a_row_follows_its_run(data_home: Path) -> None:
    run = runs.create(find_recipe("digits-cnn"))
    pid, began = own_process()
    run.write_status(replace(run.status(), state=runs.RUNNING, pid=pid, pid_started=began, epochs=30, epoch=2))
    write_metrics(run, 2)
    first = comparison.row(run)
    assert (first.state, first.epoch, first.test) == (runs.RUNNING, 2, None)
    assert first.validation is not None
    run.write_status(replace(run.status(), pid=2**22 + 1))
    assert comparison.row(run).state == runs.INTERRUPTED
    (run.folder / "status.json").write_text("{")
    assert comparison.row(run).state == "damaged"


def test_runs_that_have_ended_are_not_read_twice(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(20):
        made_run()
    first = comparison.rows()
    assert len(first) == 20

    def read_again(*_arguments: object) -> None:
        raise AssertionError("a run that ended and did not change was read again")

    monkeypatch.setattr(runs.Run, "status", read_again)
    assert comparison.rows() == first


def test_curves_of_runs_are_laid_over_each_other(data_home: Path) -> None:
    made = [made_run(epochs=4, seed=seed) for seed in range(2)]
    drawn = [RunCurve(f"run <b>{place}", place, comparison.epochs(run)) for place, run in enumerate(made)]
    chart = overlaid(drawn, "accuracy", parts=("validation", "training"), against="seconds")
    assert len(chart.lines) == 4
    assert chart.lines[-1].x == [2.5, 5.0, 7.5, 10.0]
    assert chart.lines[-1].y[0] == drawn[1].epochs[0]["val_accuracy"]
    assert chart.lines[0].colour == chart.lines[2].colour != chart.lines[1].colour
    assert chart.lines[-1].name == "run <b>1, validation", "the component shows it as text"


def test_full_titles_tell_runs_apart(data_home: Path) -> None:
    plain, renamed, again, damaged = made_run(), made_run(title="mine"), made_run(), made_run()
    # 22 November 2026, 20:55:03 in Universal Time: the first and the third in the same second.
    for run, seconds in ((plain, 0), (renamed, 1), (again, 0)):
        run.write_status(replace(run.status(), created=1795380903.0 + seconds))
    (damaged.folder / "status.json").write_text("{")
    pets = Run(PROJECT / "models" / "pets")
    titles = comparison.full_titles([plain, renamed, damaged, pets], ZoneInfo("Europe/Vienna"))
    assert titles == {
        plain.name: "Digits: convolutional network · 22 Nov, 21:55:03",
        renamed.name: "mine · 22 Nov, 21:55:04",
        damaged.name: f"{damaged.name} · damaged",
        pets.name: f"{pets.title} · comes with Pixelwise",
    }
    alike = comparison.full_titles([plain, again])
    assert alike[plain.name].endswith(plain.name)
    assert alike[again.name].endswith(again.name)
