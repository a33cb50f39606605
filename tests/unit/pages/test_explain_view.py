"""What a view of the Explain page is given."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core import runs
from core.preprocessing import Flip, Pipeline, Resize, StepError
from core.recipes.recipe import find_recipe
from pages.explain.view import Subject


def test_a_photo_is_brought_to_what_the_network_takes_or_refused(data_home: Path) -> None:
    photo = Image.new("RGB", (300, 200), (250, 10, 10))
    recipe = find_recipe("digits-cnn")
    subject = Subject(runs.create(replace(recipe, steps=Pipeline((Resize(12, 10),))), "digits"), photo, "a photo")
    assert subject.batch.shape == (1, 10, 12, 1)
    bare = runs.create(replace(recipe, steps=Pipeline((Flip(),))), "digits")
    assert Subject(bare, photo.resize((8, 8)), "a photo").batch.shape == (1, 8, 8, 1)
    with pytest.raises(StepError, match="300×200 gray pixels of this image, and its network takes 8×8 gray"):
        _ = Subject(bare, photo, "a photo").batch
