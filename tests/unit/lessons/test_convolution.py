"""Convolution and pooling: sizes, presets, and that the browser's script gives the same numbers as these functions."""

import json
import subprocess
from itertools import product
from typing import Any

import numpy as np
import pytest

from core.lessons import convolution, pooling
from core.lessons.convolution import PADDINGS, PRESETS, convolved, output_size, padding_sides, preset, size_formula
from tests.node import node
from tests.paths import PROJECT

CASES = [
    (shape, size, stride, padding)
    for shape, size, stride, padding in product([(1, 1), (5, 7), (8, 6)], [1, 2, 3, 5], [1, 2, 3], PADDINGS)
]


def plane(shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(shape[0]).integers(0, 256, shape).astype(np.float64)


def kernel(size: int) -> np.ndarray:
    return np.random.default_rng(size).normal(size=(size, size))


@pytest.fixture(scope="module")
def by_script() -> list[dict[str, Any]]:
    """What the script makes of each case."""
    program = node()
    if program is None:
        pytest.skip("there is no node on this machine")
    asked = [
        {
            "plane": {"width": shape[1], "height": shape[0], "values": plane(shape).ravel().tolist()},
            "window": {"size": size, "stride": stride, "padding": padding},
            "kernel": kernel(size).ravel().tolist(),
            "right": size - 2,
            "down": stride - 2,
        }
        for shape, size, stride, padding in CASES
    ]
    script = PROJECT / "tests" / "javascript" / "sliding_numbers.js"
    done = subprocess.run([program, str(script)], input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def same(given: dict[str, Any], expected: np.ndarray) -> bool:
    values = np.array(given["values"], np.float64)
    return (given["height"], given["width"]) == expected.shape and np.allclose(values, expected.ravel(), atol=1e-9)


def test_the_script_of_the_page_gives_the_same_numbers(by_script: list[dict[str, Any]]) -> None:
    assert len(by_script) == len(CASES)
    for given, (shape, size, stride, padding) in zip(by_script, CASES, strict=True):
        image, case = plane(shape), (shape, size, stride, padding)
        moved = pooling.shifted(image, size - 2, stride - 2)
        assert same(given["convolved"], convolved(image, kernel(size), stride, padding)), case
        for how in (pooling.MAX, pooling.AVERAGE):
            assert same(given[how], pooling.pooled(image, size, stride, padding, how)), case
        assert same(given["shifted"], moved), case
        assert given["change"] == pytest.approx(pooling.change(image, moved)._asdict()), case
        before = [padding_sides(side, size, stride, padding)[0] for side in shape]
        assert [given["at"]["top"], given["at"]["left"]] == [-each for each in before], case


def test_what_remains_at_the_end_is_dropped() -> None:
    image = np.arange(49).reshape(7, 7)
    assert convolved(image, preset("identity", 2), 2).tolist() == image[0:6:2, 0:6:2].tolist()
    assert pooling.pooled(image, 3, 3).shape == (2, 2)
    assert size_formula(7, 2, 2, "valid") == "⌊(7 − 2) / 2⌋ + 1 = 3"
    assert size_formula(7, 2, 2, "same") == "⌈7 / 2⌉ = 4"


def test_a_filter_larger_than_the_image_has_no_place() -> None:
    assert convolved(plane((1, 1)), kernel(3)).shape == (0, 0)
    assert pooling.pooled(plane((2, 1)), 2, 1).shape == (1, 0)
    assert size_formula(1, 3, 1, "valid") == "1 < 3: no place"


def test_a_filter_over_channels_sums_them() -> None:
    image, weights = np.random.default_rng(0).normal(size=(2, 5, 5, 3))[:, :, :, :]
    by_channel = sum(convolved(image[..., each], weights[:3, :3, each]) for each in range(3))
    assert convolved(image, weights[:3, :3], bias=2.0) == pytest.approx(by_channel + 2)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_does_what_its_name_says(name: str, size: int) -> None:
    flat = np.full((9, 9), 100.0)
    found = convolved(flat, preset(name, size))
    assert preset(name, size).shape == (size, size)
    # An edge filter answers nothing where there is no edge; the others keep how bright an image is.
    assert found == pytest.approx(np.full(found.shape, 0.0 if "edge" in PRESETS[name][0] else 100.0))


def test_an_edge_filter_answers_to_its_own_edge_most() -> None:
    image = np.zeros((9, 9))
    image[:, 5:] = 255
    strongest = {name: np.abs(convolved(image, preset(name, 3))).max() for name in ("vertical", "horizontal")}
    assert strongest == {"vertical": 4 * 255, "horizontal": 0}
    assert np.abs(convolved(image.T, preset("horizontal", 3))).max() == 4 * 255


def test_sizes_are_those_that_the_layers_announce() -> None:
    from core.networks.layers.base import slid

    for size, window, stride, padding in product(range(1, 9), range(1, 6), range(1, 4), PADDINGS):
        if padding == "same" or window <= size:
            announced = slid((size, size), window, stride, same=padding == "same")[0]
            assert output_size(size, window, stride, padding) == announced


def test_an_image_is_moved_by_whole_pixels() -> None:
    image = np.arange(9).reshape(3, 3)
    assert pooling.shifted(image, 1, 0).tolist() == [[0, 0, 1], [3, 3, 4], [6, 6, 7]]
    assert pooling.shifted(image, 0, -1).tolist() == [[3, 4, 5], [6, 7, 8], [6, 7, 8]]
    assert pooling.change(image, image) == (0, 0)
    assert pooling.change(image, image + 2) == (2, 1)
    assert convolution.preset("identity", 3).sum() == 1
