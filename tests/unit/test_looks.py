"""How far a page may be from how it looked last."""

import io

import sklearn.datasets
from PIL import Image, ImageDraw

from tests.browser.looks import difference

PHOTO = Image.fromarray(sklearn.datasets.load_sample_image("china.jpg")).resize((360, 225))
PLAIN = Image.new("RGB", (360, 225), "white")


def test_an_image_kept_with_loss_is_the_same() -> None:
    data = io.BytesIO()
    PHOTO.save(data, "WEBP", quality=80)
    with Image.open(data) as image:
        assert difference(PHOTO, image.convert("RGB")) < 0.01


def test_a_button_elsewhere_and_another_size_are_not() -> None:
    before, after = PLAIN.copy(), PLAIN.copy()
    ImageDraw.Draw(before).rectangle((10, 10, 60, 22), fill="navy")
    ImageDraw.Draw(after).rectangle((10, 40, 60, 52), fill="navy")
    assert difference(before, after) > 0.01
    assert difference(before, PLAIN.resize((360, 200))) == 1
