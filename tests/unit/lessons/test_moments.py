"""Adam's moments of a weight: from its gradients, and back."""

import numpy as np
import pytest

from core.lessons import moments


def test_gradients_are_found_again_from_the_first_moment_and_the_first_step_is_the_rate() -> None:
    gradients = np.random.default_rng(0).normal(size=200)
    found = moments.course(gradients, np.full(200, 0.01), 0.9, 0.999, 1e-12)
    assert moments.gradients_of(found.first, 0.9) == pytest.approx(gradients)
    assert found.first[:2] == pytest.approx([0.1 * gradients[0], 0.09 * gradients[0] + 0.1 * gradients[1]])
    assert found.second[0] == pytest.approx(0.001 * gradients[0] ** 2)
    assert found.steps[0] == pytest.approx(-0.01 * np.sign(gradients[0])), "what both lack at first is made good"


def test_without_memory_each_step_is_the_gradients_sign_and_no_gradient_moves_nothing() -> None:
    gradients = np.array([2.0, -0.5, 0.0])
    found = moments.course(gradients, np.array([0.1, 0.2, 0.3]), 0.0, 0.0, 1e-7)
    assert found.steps == pytest.approx([-0.1, 0.2, 0], abs=1e-6)
