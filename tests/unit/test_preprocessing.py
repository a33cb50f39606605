"""Every registered step: it keeps modes in order, and the code it prints does the same as the step."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from core.preprocessing import STEPS, Grayscale, Pipeline, Resize, Step

PHOTO = Image.fromarray(load_sample_images().images[0])
VARIANTS: list[Step] = [kind() for kind in STEPS.values()] + [
    replace(Resize(), width=50, height=31, how=how, resampling=resampling)
    for how in Resize.setting_of("how").choices
    for resampling in Resize.setting_of("resampling").choices
]


def run_code(code: str, picture: Image.Image) -> Image.Image:
    names = {"picture": picture}
    exec(code, names)  # noqa: S102 the code that a user is given to paste
    return names["picture"]


@pytest.mark.parametrize("step", VARIANTS, ids=str)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_printed_code_gives_the_same_pixels(step: Step, mode: str) -> None:
    picture = PHOTO.convert(mode)
    before = picture.tobytes()
    applied = step.apply(picture)
    assert applied.mode in ("L", "RGB")
    assert picture.tobytes() == before
    assert np.array_equal(np.asarray(run_code(Pipeline((step,)).code(), picture)), np.asarray(applied))


def test_a_pipeline_applies_its_steps_in_order_and_goes_to_json_and_back() -> None:
    pipeline = Pipeline((Grayscale(), Resize(width=50, height=50)))
    assert pipeline.apply(PHOTO).size == (50, 50)
    assert pipeline.apply(PHOTO).mode == "L"
    assert Pipeline.from_json(pipeline.to_json()) == pipeline


def test_gray_weighs_colours_as_the_eye_does() -> None:
    gray = [Grayscale().apply(Image.new("RGB", (1, 1), colour)).getpixel((0, 0)) for colour in ("red", "lime", "blue")]
    assert gray == [76, 150, 29]


def test_fill_keeps_the_shape_and_cuts_the_ends() -> None:
    wide = Image.new("RGB", (300, 100), "black")
    wide.paste("white", (100, 0, 200, 100))
    filled = Resize(width=10, height=10, how="fill", resampling="nearest").apply(wide)
    assert filled.getextrema() == ((255, 255),) * 3
    assert Resize(width=10, height=10).apply(wide).getpixel((0, 5)) == (0, 0, 0)
