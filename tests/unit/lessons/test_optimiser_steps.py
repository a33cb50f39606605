"""Optimisers on surfaces of two weights; the same numbers hold the component's script to them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.lessons.optimiser_steps import ADAM, KINDS, MOMENTUM, SGD, SURFACES, Rates, Surface, race

NUMBERS = json.loads((Path(__file__).parents[2] / "data" / "lesson_optimisers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", NUMBERS, ids=lambda case: f"{case['kind']} {case['surface']}")
def test_paths_are_those_that_the_script_is_held_to(case: dict[str, Any]) -> None:
    surface, steps = SURFACES[case["surface"]], case["steps"]
    found = race(case["kind"], Rates(*case["rates"]), surface, surface.start, steps)
    assert found.diverged == case["diverged"]
    assert len(found.points) - 1 == (steps if found.diverged is None else found.diverged - 1)
    assert found.points[-1] == pytest.approx(case["last"], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("surface", SURFACES.values(), ids=list(SURFACES))
def test_gradients_are_the_slopes(surface: Surface) -> None:
    for x, y in np.random.default_rng(0).uniform(-2, 2, (20, 2)).tolist():
        slopes = (
            (surface.value(x + 1e-6, y) - surface.value(x - 1e-6, y)) / 2e-6,
            (surface.value(x, y + 1e-6) - surface.value(x, y - 1e-6)) / 2e-6,
        )
        assert surface.gradient(x, y) == pytest.approx(slopes, rel=1e-5, abs=1e-6)


def test_each_reaches_the_bottom_of_the_bowl() -> None:
    for kind in KINDS:
        points = race(kind, Rates(0.05), SURFACES["bowl"], (-1.6, 1.2), 600).points
        assert SURFACES["bowl"].value(*points[-1]) < 0.01, kind


def test_a_rate_beyond_two_over_the_curvature_diverges_and_no_point_is_nan() -> None:
    ravine = SURFACES["ravine"]
    assert race(SGD, Rates(2 / 8 * 0.99), ravine, ravine.start, 300).diverged is None
    found = race(SGD, Rates(2 / 8 * 1.05), ravine, ravine.start, 300)
    assert found.diverged
    assert np.isfinite(found.points).all()
    huge = race(MOMENTUM, Rates(1e200), SURFACES["rosenbrock"], (-1.5, 2.2), 300)
    assert huge.diverged == 1
    assert race(ADAM, Rates(0.05), SURFACES["bowl"], (0.0, 0.0), 5).points[-1] == pytest.approx([0, 0])
