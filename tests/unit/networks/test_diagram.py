"""The drawing of a network: no two labels stand over each other, whatever the network and the images."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageFont

from core.images import image_io
from core.networks import diagram
from core.networks.layer_sizes import layer_sizes
from core.networks.layers import LAYERS, AveragePool2D, Conv2D, Dense, Dropout, Flatten, Layer, MaxPool2D, Pretrained
from core.networks.pretrained import PRETRAINED
from core.recipes.recipe import named_recipes

SHAPES = [(8, 8, 1), (28, 28, 1), (64, 64, 3), (200, 9, 3), (9, 200, 3)]
_TEXT = "{http://www.w3.org/2000/svg}text"


def labels(svg: str) -> list[tuple[float, float, float, str]]:
    """Return each text's height on the sheet, where it begins and ends as Pillow's own letters have it, and itself."""
    found = []
    for text in ElementTree.fromstring(svg).iter(_TEXT):  # noqa: S314 our own
        width = ImageFont.load_default(float(text.attrib["font-size"])).getlength(text.text or "")
        middle = float(text.attrib["x"])
        found.append((float(text.attrib["y"]), middle - width / 2, middle + width / 2, text.text or ""))
    return [each for each in found if each[3]]


def drawn(layers: tuple[Layer, ...], shape: tuple[int, int, int]) -> str:
    image = Image.fromarray(np.zeros(shape, np.uint8)[..., :3].squeeze())
    image.thumbnail((64, 64))
    return diagram.drawing(layers, layer_sizes(layers, shape), shape, image=image_io.png(image))


def assert_apart(svg: str) -> None:
    width = float(re.findall(r'width="(\d+)"', svg)[0])
    found = labels(svg)
    for line in {y for y, *_ in found}:
        here = sorted((left, right, text) for y, left, right, text in found if y == line)
        assert here[0][0] >= 0
        assert here[-1][1] <= width, here[-1]
        for (_, right, first), (left, _, second) in pairwise(here):
            assert left - right >= 2, f"{first!r} and {second!r}"


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", named_recipes())
def test_labels_of_named_recipes_stand_apart(name: str, shape: tuple[int, int, int]) -> None:
    assert_apart(drawn(named_recipes()[name].network.layers, shape))


@pytest.mark.parametrize("seed", range(200))
def test_labels_of_any_network_stand_apart(seed: int) -> None:
    chance = np.random.default_rng(seed)
    kinds = [
        *(LAYERS[name]() for name in LAYERS),
        Dropout(0.95),
        Conv2D(1024, 15, 8, "same"),
        MaxPool2D(8),
        AveragePool2D(8),
        Dense(8192, "sigmoid"),
        *(Pretrained(name) for name in PRETRAINED),
    ]
    layers = [kinds[chance.integers(len(kinds))] for _ in range(chance.integers(0, 12))]
    end = (Flatten(), Dense(int(chance.choice([2, 10, 1000])), "softmax"))
    assert_apart(drawn((*layers, *end), SHAPES[chance.integers(len(SHAPES))]))


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_is_drawn_under_its_label(name: str) -> None:
    layer = LAYERS[name]()
    svg = drawn((layer, Flatten(), Dense(10, "softmax")), (64, 64, 3))
    assert [text for *_, text in labels(svg)].count(layer.drawing().label) >= 1
    assert layer.drawing().colour in svg
    assert "does not fit" not in svg
