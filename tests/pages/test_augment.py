"""The Augment page: presets, what is saved, pictures by number, and addresses good and bad."""

from dataclasses import asdict

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import saved
from core.augmentation import Augmentation
from core.augmentation.presets import PRESETS
from core.augmentation.texts import NAMES
from core.datasets import store
from core.datasets.store import About
from tests.pages.opening import said, show
from tests.pages.test_pages import finished_run

PAGE = "augment.py"


def settings(app: AppTest) -> dict[str, object]:
    """Return the settings that are not as they come."""
    off = Augmentation()
    values = {name: app.session_state[f"augment_{name}"] for name in off.to_json() if name != "kind"}
    neutral = {"brightness_range": (1.0, 1.0), "contrast_range": (1.0, 1.0)}
    return {name: value for name, value in values.items() if value != neutral.get(name, getattr(off, name))}


def not_off(augmentation: Augmentation) -> dict[str, object]:
    off = asdict(Augmentation())
    return {name: value for name, value in asdict(augmentation).items() if value != off[name]}


def settings_in_address(app: AppTest) -> set[str]:
    return set(app.query_params) & {*NAMES, "settings"}


def two_pictures() -> dict[str, np.ndarray]:
    pictures = np.zeros((2, 8, 8, 3), np.uint8)
    return {"pictures": pictures, "labels": np.array([0, 1], np.int16), "splits": np.zeros(2, np.uint8)}


def in_address(app: AppTest, parameter: str) -> str:
    texts = app.query_params[parameter]
    return texts if isinstance(texts, str) else ",".join(texts)


@pytest.mark.parametrize("view", ["contact-sheet", "extremes", "one-setting", "is-it-safe", "code"])
def test_every_view_opens_with_and_without_settings(app: AppTest, view: str) -> None:
    show(app, PAGE, view=view)
    assert not app.error
    show(app, PAGE, view=view, rotation_range="20", horizontal_flip="true")
    assert not app.error
    assert in_address(app, "rotation_range") == "20"


def test_it_begins_with_what_suits_the_data_set_until_something_is_changed(app: AppTest) -> None:
    store.write(About("photos", "Photos", "", "", ("a", "b"), (8, 8, 3)), two_pictures())
    show(app, PAGE, dataset="digits")
    assert settings(app) == not_off(PRESETS["digits"].augmentation)
    assert app.selectbox(key="augment_start").value == PRESETS["digits"].title
    assert not settings_in_address(app)
    show(app, PAGE, dataset="photos")
    assert settings(app) == not_off(PRESETS["gentle"].augmentation)
    app.toggle(key="augment_vertical_flip").set_value(True).run()
    assert {"vertical_flip", "horizontal_flip", "rotation_range"} <= settings_in_address(app)
    show(app, PAGE, dataset="digits")
    assert settings(app) == not_off(PRESETS["gentle"].augmentation) | {"vertical_flip": True}


def test_no_setting_at_all_is_a_choice_that_a_link_keeps(app: AppTest) -> None:
    show(app, PAGE)
    app.selectbox(key="augment_start").select(PRESETS["nothing"].title).run()
    assert settings_in_address(app) == {"settings"}
    show(app, PAGE, settings="none")
    assert settings(app) == {}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_everything(app: AppTest, name: str) -> None:
    show(app, PAGE, rotation_range="99", fill_mode="wrap")
    app.selectbox(key="augment_start").select(PRESETS[name].title).run()
    assert not app.exception
    assert settings(app) == not_off(PRESETS[name].augmentation)


def test_what_is_saved_can_be_loaded_linked_to_and_deleted(app: AppTest) -> None:
    show(app, PAGE, rotation_range="12", brightness_range="0.5,1.5")
    app.text_input(key="augment_name").input("mine *own*").run()
    app.button(key="augment_save").click().run()
    assert not app.exception
    kept = Augmentation.from_json(saved.load("augmentation", "mine *own*"))
    assert kept == Augmentation(rotation_range=12.0, brightness_range=(0.5, 1.5))
    app.selectbox(key="augment_start").select(PRESETS["nothing"].title).run()
    assert settings(app) == {}
    app.selectbox(key="augment_start").select("mine *own*").run()
    assert settings(app) == {"rotation_range": 12.0, "brightness_range": (0.5, 1.5)}
    next(button for button in app.button if button.label == "Delete").click().run()
    assert not app.exception
    assert saved.names("augmentation") == []


def test_pasted_json_sets_everything_and_nonsense_is_said(app: AppTest) -> None:
    show(app, PAGE, shear_range="7")
    app.text_area(key="augment_pasted").input("rotation 20").run()
    app.button(key="augment_pasted_use").click().run()
    assert "This is no JSON" in app.error[0].value.replace("\\", "")
    assert settings(app) == {"shear_range": 7.0}
    app.text_area(key="augment_pasted").input('{"rotation_range": 20, "vertical_flip": true}').run()
    app.button(key="augment_pasted_use").click().run()
    assert not app.error
    assert settings(app) == {"rotation_range": 20.0, "vertical_flip": True}


def test_a_name_that_cannot_be_is_refused_in_words(app: AppTest) -> None:
    show(app, PAGE)
    for name in (" ", PRESETS["gentle"].title):
        app.text_input(key="augment_name").input(name).run()
        app.button(key="augment_save").click().run()
        assert len(app.error) == 1
    assert saved.names("augmentation") == []


def test_what_is_saved_and_damaged_is_said_and_the_rest_stays(app: AppTest) -> None:
    saved.save("augmentation", "old", {"kind": "Augmentation", "rotation_range": 999})
    show(app, PAGE, shear_range="7")
    app.selectbox(key="augment_start").select("old").run()
    assert not app.exception
    assert "rotation_range must be a number from 0 to 180" in app.error[0].value.replace("\\", "")
    assert settings(app) == {"shear_range": 7.0}


@pytest.mark.parametrize(
    ("parameter", "text", "sentence"),
    [
        ("rotation_range", "999", "must be a number from 0 to 180"),
        ("rotation_range", "nan", "must be a number from 0 to 180"),
        ("zoom_range", "-3,9", "must be two numbers from 0.1 to 4"),
        ("zoom_range", "1.2,0.8", "the lower first"),
        ("fill_mode", "![](x)", "must be one of"),
        ("horizontal_flip", "perhaps", "must be true or false"),
        ("erasing_value", "1.5", "must be a whole number"),
    ],
)
def test_nonsense_in_the_address_is_said_and_the_rest_stays(
    app: AppTest, parameter: str, text: str, sentence: str
) -> None:
    show(app, PAGE, width_shift_range="0.25", erasing="0.5", **{parameter: text})
    (warning,) = app.warning
    assert sentence in warning.value.replace("\\", "")
    assert settings(app) == {"width_shift_range": 0.25, "erasing": 0.5}
    assert parameter not in app.query_params


def test_shifts_in_pixels_come_from_the_address_and_stand_there_again(app: AppTest) -> None:
    show(app, PAGE, width_shift_range="3", height_shift_range="2")
    assert app.session_state["augment_shift_unit"] == "pixels"
    assert settings(app) == {"width_shift_range": 3.0, "height_shift_range": 2.0}
    assert in_address(app, "width_shift_range") == "3"


@pytest.mark.parametrize("text", ["", "x", "-1", "1797", "1,,2", "0,1,2,3,4,5,6,7,8", "99999999999"])
def test_pictures_that_are_not_there_are_said(app: AppTest, text: str) -> None:
    show(app, PAGE, pictures=text or " ")
    (error,) = app.error
    assert "numbers from 0 to 1,796" in error.value.replace("\\", "")


def test_other_pictures_are_as_many_and_the_draws_are_numbered(app: AppTest) -> None:
    show(app, PAGE, pictures="5", seed="7", tiles="32")
    next(button for button in app.button if button.label == "Others").click().run()
    assert in_address(app, "pictures").isdecimal()
    next(button for button in app.button if button.label == "Draw anew").click().run()
    assert in_address(app, "seed") == "8"
    assert in_address(app, "tiles") == "32"


def test_code_has_the_settings_and_the_note_on_exchanged_shifts(app: AppTest) -> None:
    show(app, PAGE, view="code", width_shift_range="0.2", rotation_range="30")
    generator, layers, recipe = (each.value for each in app.code)
    assert "rotation_range=30" in generator
    assert "Keras 3 exchanges the two shifts" in generator
    assert "RandomTranslation" in layers
    assert '"width_shift_range": 0.2' in recipe


def test_without_a_run_it_leads_to_training_and_with_one_to_the_check(app: AppTest) -> None:
    show(app, PAGE, view="is-it-safe")
    assert "has finished yet" in said(app)
    run = finished_run()
    (run.folder / "model.keras").write_bytes(b"torn")
    show(app, PAGE, view="is-it-safe", horizontal_flip="true")
    assert "has finished yet" not in said(app)
    assert any(button.label == "Check these settings" for button in app.button)
