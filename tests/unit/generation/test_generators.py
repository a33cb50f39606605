"""What generators make of noise, with networks that are functions here."""

from typing import Any

import numpy as np
import pytest

from core.generation.generators import GAN, GENERATORS, FlowMatching, Generator
from core.generation.noise import noise, one_hot

SHAPE = (8, 8, 1)
LABELS = one_hot(np.array([1, 2]), 3)


@pytest.mark.parametrize("kind", GENERATORS.values(), ids=list(GENERATORS))
def test_a_generator_goes_to_json_and_back_and_says_what_it_draws(kind: type[Generator]) -> None:
    made = kind()
    assert kind.from_json(made.to_json()) == made
    assert made.title
    assert made.sentence
    drawn = made.draws(np.random.default_rng(0), 5, SHAPE)
    assert {len(each) for each in drawn.values()} == {5}
    assert {each.dtype for each in drawn.values()} == {np.dtype(np.float32)}
    assert drawn["noise"].shape == (5, *made.noise_shape(SHAPE))


@pytest.mark.parametrize("steps", [1, 2, 12])
def test_a_flow_ends_at_the_image_that_its_network_always_sees(steps: int) -> None:
    image = np.linspace(-1, 1, 64, dtype=np.float32).reshape(1, *SHAPE)
    asked: list[tuple[int, ...]] = []

    def network(images: np.ndarray, times: np.ndarray, labels: np.ndarray) -> np.ndarray:
        asked.append((len(images), times.shape[1], labels.shape[1]))
        return np.repeat(image, len(images), axis=0)

    *before, found = FlowMatching(steps=steps).stages(network, noise(0, 2, SHAPE), LABELS)
    assert len(before) == steps
    np.testing.assert_array_equal(before[0], noise(0, 2, SHAPE))
    np.testing.assert_allclose(found, np.repeat(image, 2, axis=0), atol=1e-4)
    assert set(asked) == {(4, 32, 3)}, "with the label and without"


def test_a_flow_solves_its_equation_to_second_order() -> None:
    """With x̂ = x·(1 − (1 − t)) + … chosen so that dx/dt = x, a sample ends e times as far."""

    def errors(steps: int) -> float:
        def network(images: np.ndarray, times: np.ndarray, labels: np.ndarray) -> np.ndarray:
            time = np.arcsin(times[:, :1]).reshape(-1, 1, 1, 1)
            return images + (1 - time) * images

        start = noise(0, 1, SHAPE)
        made = FlowMatching(steps=steps, guidance=1.0).images(network, start, LABELS[:1])
        return float(np.abs(made - np.e * start).max())

    assert errors(10) < 0.25
    assert errors(40) < errors(10) / 3


def test_guidance_pushes_away_from_what_any_class_gives() -> None:
    def network(images: np.ndarray, times: np.ndarray, labels: np.ndarray) -> np.ndarray:
        return np.broadcast_to(labels.sum(axis=1).reshape(-1, 1, 1, 1), images.shape).astype(np.float32)

    found = {
        guidance: FlowMatching(guidance=guidance).images(network, noise(0, 2, SHAPE), LABELS).mean()
        for guidance in (0.0, 1.0, 2.0)
    }
    assert found == pytest.approx({0.0: 0.0, 1.0: 1.0, 2.0: 2.0}, abs=1e-4)


def test_a_gan_makes_images_at_once() -> None:
    def network(*given: Any) -> np.ndarray:
        assert [each.shape for each in given] == [(2, 32), (2, 3)]
        return np.ones((2, *SHAPE), np.float32)

    assert GAN().images(network, noise(0, 2, (32,)), LABELS).min() == 1
