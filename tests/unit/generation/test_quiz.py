"""The guessing game: fair pairs, and a verdict that knows what chance does."""

import numpy as np

from core.generation.quiz import rounds, verdict


def test_each_sample_is_shown_once_beside_a_real_image_of_its_class() -> None:
    samples, real = np.repeat(np.arange(10), 5), np.arange(200) % 9
    found = rounds(samples, real, seed=1)
    assert sorted(each.sample for each in found) == list(range(45)), "no image shows the tenth class"
    assert all(samples[each.sample] == real[each.real] == each.label for each in found)
    assert 10 < sum(each.made_first for each in found) < 35
    assert found == rounds(samples, real, seed=1) != rounds(samples, real, seed=2)


def test_the_verdict_tells_skill_from_luck() -> None:
    assert verdict([]) == ""
    assert "2 of 2" in verdict([True, True])
    assert "cannot" not in verdict([True] * 9 + [False])
    assert "you can tell" in verdict([True] * 9 + [False])
    assert "1.1%" in verdict([True] * 9 + [False]), "11 of 1,024 games"
    assert "no better than guessing" in verdict([True, False] * 5)
