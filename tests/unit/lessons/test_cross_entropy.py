"""Softmax and cross-entropy; the same numbers hold the component's script to them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.lessons import cross_entropy

NUMBERS = json.loads((Path(__file__).parents[2] / "data" / "lesson_cross_entropy.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", NUMBERS)
def test_probabilities_and_losses_are_those_that_the_script_is_held_to(case: dict[str, Any]) -> None:
    probabilities = cross_entropy.softmax(np.array(case["logits"]))
    wanted = cross_entropy.targets(case["label"], len(probabilities), case["smoothing"])
    assert probabilities == pytest.approx(case["probabilities"], abs=1e-12)
    assert cross_entropy.cross_entropy(probabilities, wanted) == pytest.approx(case["loss"], abs=1e-12)


def test_logits_of_probabilities_give_them_again_and_sum_to_nothing() -> None:
    logits = cross_entropy.logits_of(np.array([0.7, 0.25, 0.05, 0.0], np.float32))
    assert logits.sum() == pytest.approx(0, abs=1e-12)
    assert cross_entropy.softmax(logits) == pytest.approx([0.7, 0.25, 0.05, 1e-7], abs=1e-6)


def test_the_worst_images_make_up_most_of_the_loss() -> None:
    found = cross_entropy.batch_losses(np.array([0.01] * 5 + [0.99] * 95, np.float32), most=10)
    assert found is not None
    assert found.mean == pytest.approx(0.05 * -np.log(0.01) + 0.95 * -np.log(0.99), rel=1e-5)
    assert found.worst == pytest.approx(5 * -np.log(0.01) / (100 * found.mean), rel=1e-5)
    assert len(found.probabilities) == 10
    assert found.median == pytest.approx(-np.log(0.99), rel=1e-5)


@pytest.mark.parametrize("odd", [[], [0.5, np.nan]])
def test_of_no_images_and_of_no_numbers_nothing_is_told(odd: list[float]) -> None:
    assert cross_entropy.batch_losses(np.array(odd, np.float32)) is None


def test_images_that_cost_nothing_have_no_worst() -> None:
    found = cross_entropy.batch_losses(np.ones(3, np.float32))
    assert found is not None
    assert (found.mean, found.worst) == (0, 0)
