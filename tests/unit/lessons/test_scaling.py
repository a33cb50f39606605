"""What scaling does to a first layer's outputs, and what a run of exercise 52 a shows."""

from dataclasses import replace

import numpy as np
import pytest

from core.lessons import collapse, scaling
from core.lessons.collapse import Evidence, evidence, in_words, newest
from core.recipes.recipe import find_recipe
from tests.unit.made_runs import made_run

_IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype(np.uint8)


def test_outputs_shrink_by_what_the_input_shrinks() -> None:
    plain, scaled = (scaling.first_outputs(_IMAGE, way) for way in (scaling.UNSCALED, scaling.SCALED))
    assert scaled.range == pytest.approx(tuple(each / 255 for each in plain.range))
    assert plain.sizes.sum() == pytest.approx(1)
    # As many tens as 255 is: about two and a half.
    assert plain.sizes.argmax() - scaled.sizes.argmax() == pytest.approx(24, abs=2)
    assert plain.deviation == pytest.approx(255 * scaled.deviation)
    assert (plain.input_range, scaled.input_range) == ((0, 255), (0, 1))


def test_standardised_input_is_about_0_and_1() -> None:
    given = scaling.prepared(_IMAGE, scaling.STANDARDISED)
    assert given.mean(axis=(0, 1)) == pytest.approx([0, 0, 0])
    assert given.std(axis=(0, 1)) == pytest.approx([1, 1, 1])
    assert not scaling.prepared(np.full((3, 3, 1), 7, np.uint8), scaling.STANDARDISED).any()


def test_a_large_image_is_like_its_parts_and_a_small_one_has_no_place() -> None:
    large = scaling.first_outputs(np.tile(_IMAGE, (30, 20, 1)), scaling.UNSCALED)
    assert large.deviation == pytest.approx(scaling.first_outputs(_IMAGE, scaling.UNSCALED).deviation, rel=0.05)
    small = scaling.first_outputs(np.zeros((1, 1, 1), np.uint8), scaling.UNSCALED)
    assert (small.range, small.deviation, small.sizes.sum()) == ((0, 0), 0, 0)


def test_a_run_shows_its_first_loss_and_its_most_frequent_answer(data_home: object) -> None:
    assert newest(collapse.UNSCALED) is None
    recipe = replace(find_recipe("digits-cnn"), name=collapse.UNSCALED)
    run = made_run(range(36), recipe=recipe)
    found = newest(collapse.UNSCALED)
    assert found is not None
    assert found.name == run.name
    shown = evidence(found)
    assert shown.first_loss == pytest.approx(2.05, abs=0.06)
    assert shown.guessing == 0.1
    assert shown.same_answer is not None
    assert 0.1 <= shown.same_answer < 0.2


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Evidence(110.0, 0.1, 0.1, 1.0, "ship", 0.1), "cost 110, 48 times that. It collapsed: 100%"),
        (Evidence(2.4, 0.99, 0.6, 0.12, "cat", 0.1), "about that. It did not collapse, but it overfits: 99.0%"),
        (Evidence(None, 0.12, 0.11, 0.5, "cat", 0.1), "It has hardly learned: 12.0%"),
        (Evidence(None, 0.5, 0.45, None, "", 0.1), "It learns: 50.0%"),
        (Evidence(None, None, None, None, "", 0.1), ""),
    ],
)
def test_what_happened_is_said_with_its_figures(found: Evidence, expected: str) -> None:
    assert expected in in_words(found)
