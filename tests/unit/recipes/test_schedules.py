"""Schedules of the learning rate: where they begin, peak and end."""

import pytest

from core.recipes.schedules import SCHEDULES, Constant, Cosine, OneCycle, StepDecay


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("epochs", [1, 7, 100])
def test_every_schedule_stays_between_nothing_and_the_optimisers_rate(kind: str, epochs: int) -> None:
    factors = [SCHEDULES[kind]().factor(epochs * share / 50, epochs) for share in range(51)]
    assert all(0 <= factor <= 1 for factor in factors)
    assert max(factors) == pytest.approx(1)


def test_a_constant_rate_stays() -> None:
    assert Constant().factor(3.5, 10) == 1


def test_steps_fall_at_whole_epochs() -> None:
    steps = StepDecay(every=2, drop=0.5)
    assert [steps.factor(done, 6) for done in (0, 1.99, 2, 3.5, 4)] == [1, 1, 0.5, 0.5, 0.25]


def test_cosine_warms_up_and_ends_at_its_final_share() -> None:
    cosine = Cosine(warm_up=0.1, final=0.2)
    assert cosine.factor(0, 10) == 0
    assert cosine.factor(0.5, 10) == pytest.approx(0.5)
    assert cosine.factor(1, 10) == pytest.approx(1)
    assert cosine.factor(5.5, 10) == pytest.approx(0.6)  # half-way down
    assert cosine.factor(10, 10) == pytest.approx(0.2)


def test_one_cycle_rises_once_and_falls_to_almost_nothing() -> None:
    cycle = OneCycle(warm_up=0.25, initial=0.1, final=0.01)
    assert cycle.factor(0, 8) == pytest.approx(0.1)
    assert cycle.factor(1, 8) == pytest.approx(0.55)  # half-way up
    assert cycle.factor(2, 8) == pytest.approx(1)
    assert cycle.factor(8, 8) == pytest.approx(0.01)
    falling = [cycle.factor(done, 8) for done in (2, 3, 4, 5, 6, 7, 8)]
    assert falling == sorted(falling, reverse=True)
