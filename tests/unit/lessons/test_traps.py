"""The traps of the book's recipes, and its table of figures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import runs
from core.lessons import book, traps
from core.recipes.recipe import find_recipe
from tests.unit.made_runs import made_run

IMAGE = np.random.default_rng(0).integers(0, 256, (12, 10, 3), np.uint8)


def test_unscaled_numbers_make_outputs_255_times_as_large_and_a_loss_far_above_an_even_guess() -> None:
    plain, scaled = traps.first_outputs(IMAGE, 1.0), traps.first_outputs(IMAGE, 1 / 255)
    assert plain.outputs == pytest.approx(255 * scaled.outputs)
    assert scaled.loss == pytest.approx(np.log(10), abs=0.05)
    assert plain.loss > 4
    assert plain.surest > 0.8 > scaled.surest
    black = traps.first_outputs(np.zeros((3, 3, 1), np.uint8), 1.0)
    assert black.loss == pytest.approx(np.log(10))


def test_turning_leaves_the_given_image_as_it_is() -> None:
    before = IMAGE.copy()
    turned = traps.turned(IMAGE, 90)
    assert (before == IMAGE).all()
    assert (turned != IMAGE).any()
    square = np.arange(9, dtype=np.uint8).reshape(3, 3, 1)
    assert (traps.turned(square, 90)[..., 0] == np.rot90(square[..., 0])).all(), "counterclockwise"


def test_one_step_too_few_makes_every_second_epoch_one_batch() -> None:
    assert traps.batches_of_epochs(391, 390, 4) == [390, 1, 390, 1]
    assert traps.batches_of_epochs(391, 391, 3) == [391, 391, 391]
    assert traps.batches_of_epochs(10, 4, 4) == [4, 4, 2, 4]


def test_the_table_has_the_books_seven_and_answers_that_were_measured() -> None:
    assert len(book.RECIPES) == 7
    for row in book.RECIPES:
        assert row.recipe.book_accuracy is not None
        assert find_recipe(row.modern).dataset == row.recipe.dataset
        assert book.MODERN[row.modern].accuracy > row.recipe.book_accuracy
    for each in [*book.MODERN.values(), *(row.ours for row in book.RECIPES if row.ours)]:
        assert each.how.startswith("python -m bench.")


def test_a_run_counts_as_ones_own_of_a_recipe_whatever_its_seed_unless_it_was_changed(data_home: Path) -> None:
    recipe = find_recipe("digits-cnn")
    assert book.own_accuracy("digits-cnn") is None
    other = made_run(recipe=recipe.with_settings({"fit.epochs": 3}))
    assert book.own_run("digits-cnn") is None, other.name
    worded = replace(recipe.with_settings({"fit.seed": 5}), teaches="What another version said of it.")
    run = made_run([1, 2], recipe=worded)
    found = book.own_accuracy("digits-cnn")
    assert found is not None
    assert found[0] == run
    assert found[1] == pytest.approx(1 - 2 / 360)
    run.write_status(runs.Status(runs.FAILED, 1.0, ended=2.0))
    assert book.own_run("digits-cnn") is None
