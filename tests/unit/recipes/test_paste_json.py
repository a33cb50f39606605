"""Settings pasted as JSON, alone and in a recipe; nonsense is refused in a sentence."""

import json

import pytest

from core.augmentation import Augmentation
from core.preprocessing import Grayscale, Pipeline, Resize
from core.recipes import paste_json
from core.recipes.recipe import named_recipes
from core.settings import SettingError

STEPS = Pipeline((Grayscale(), Resize(width=20, height=10)))
TURNED = Augmentation(rotation_range=20.0, zoom_range=(0.9, 1.1))


def test_what_was_copied_comes_back() -> None:
    assert paste_json.pipeline(json.dumps(STEPS.to_json())) == STEPS
    assert paste_json.augmentation(json.dumps(TURNED.to_json())) == TURNED
    assert paste_json.augmentation('{"rotation_range": 20, "zoom_range": [0.9, 1.1]}') == TURNED


@pytest.mark.parametrize("name", named_recipes())
def test_a_recipes_part_is_taken(name: str) -> None:
    recipe = named_recipes()[name]
    text = json.dumps(recipe.to_json())
    assert paste_json.pipeline(text) == recipe.steps
    assert paste_json.augmentation(text) == (recipe.augmentation or Augmentation())


@pytest.mark.parametrize(
    "text",
    ["", "rotation 20", "[" * 100_000, "7", '"x"', "[1]", '{"x": 1}', '{"steps": 3}', '[{"kind": "X"}]'],
)
def test_nonsense_is_refused_in_words(text: str) -> None:
    for read in (paste_json.augmentation, paste_json.pipeline):
        with pytest.raises(SettingError, match=r"\.$|unknown|Unknown"):
            read(text)


@pytest.mark.parametrize("text", ['{"rotation_range": 999}', '{"zoom_range": [2]}', '{"augmentation": {"x": 1}}'])
def test_values_that_are_not_taken_are_named(text: str) -> None:
    with pytest.raises(SettingError):
        paste_json.augmentation(text)
