"""An augmentation's values as texts of an address, there and back; and the presets."""

from dataclasses import asdict

import pytest

from core.augmentation import Augmentation
from core.augmentation.presets import PRESETS
from core.augmentation.texts import NAMES, text_of, value_of
from core.settings import SettingError


@pytest.mark.parametrize("name", PRESETS)
def test_every_value_of_a_preset_goes_there_and_back(name: str) -> None:
    augmentation = PRESETS[name].augmentation
    texts = {field: text_of(value) for field, value in asdict(augmentation).items()}
    assert Augmentation(**{field: value_of(field, text) for field, text in texts.items()}) == augmentation


def test_texts_are_as_a_person_would_type_them() -> None:
    shown = Augmentation(rotation_range=45.0, zoom_range=(0.8, 1.2), horizontal_flip=True, fill_mode="wrap")
    texts = {field: text_of(getattr(shown, field)) for field in NAMES}
    assert texts["rotation_range"] == "45"
    assert texts["zoom_range"] == "0.8,1.2"
    assert texts["horizontal_flip"] == "true"
    assert texts["fill_mode"] == "wrap"
    assert texts["brightness_range"] == ""


def test_one_number_as_zoom_is_a_pair() -> None:
    assert value_of("zoom_range", "0.2") == (0.8, 1.2)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("rotation_range", ""),
        ("rotation_range", "inf"),
        ("rotation_range", "1,2"),
        ("rotation_range", "1e9"),
        ("zoom_range", "1,2,3"),
        ("horizontal_flip", "1"),
        ("erasing_value", "1.5"),
        ("fill_mode", "3"),
    ],
)
def test_what_a_field_does_not_take_is_refused(field: str, text: str) -> None:
    with pytest.raises(SettingError, match=field):
        value_of(field, text)


def test_the_digits_preset_never_mirrors() -> None:
    digits = PRESETS["digits"].augmentation
    assert not digits.horizontal_flip
    assert not digits.vertical_flip
