"""The Augment page: presets, what is saved, images by number, and addresses good and bad."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.augmentation import OPERATIONS, Augmentation, Operation
from core.augmentation.presets import PRESETS
from core.augmentation.texts import NAMES, text_of, value_of
from core.datasets import store
from core.datasets.store import About
from core.images import samples
from core.runs import folders
from core.storage import user_library
from pages.components.live_slider import Slider, live_sliders
from tests.pages.opening import said, show
from tests.pages.test_pages import finished_run
from tests.paths import PROJECT
from tests.unit.operation_examples import EXAMPLES

PAGE = "augment"


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


def two_images() -> dict[str, np.ndarray]:
    images = np.zeros((2, 8, 8, 3), np.uint8)
    return {"pictures": images, "labels": np.array([0, 1], np.int16), "splits": np.zeros(2, np.uint8)}


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
    store.write(About("photos", "Photos", "", "", ("a", "b"), (8, 8, 3)), two_images())
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
    kept = Augmentation.from_json(user_library.load("augmentation", "mine *own*"))
    assert kept == Augmentation(rotation_range=12.0, brightness_range=(0.5, 1.5))
    app.selectbox(key="augment_start").select(PRESETS["nothing"].title).run()
    assert settings(app) == {}
    app.selectbox(key="augment_start").select("mine *own*").run()
    assert settings(app) == {"rotation_range": 12.0, "brightness_range": (0.5, 1.5)}
    next(button for button in app.button if button.label == "Delete").click().run()
    assert not app.exception
    assert user_library.names("augmentation") == []


def test_pasted_json_sets_everything_and_nonsense_is_said(app: AppTest) -> None:
    show(app, PAGE, shear_range="7")
    app.text_area(key="augment_pasted").input("rotation 20").run()
    app.button(key="augment_pasted_use").click().run()
    assert "Not valid JSON" in app.error[0].value.replace("\\", "")
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
    assert user_library.names("augmentation") == []


def test_what_is_saved_and_damaged_is_said_and_the_rest_stays(app: AppTest) -> None:
    user_library.save("augmentation", "old", {"kind": "Augmentation", "rotation_range": 999})
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
def test_images_that_are_not_there_are_said(app: AppTest, text: str) -> None:
    show(app, PAGE, pictures=text or " ")
    (error,) = app.error
    assert "numbers from 0 to 1,796" in error.value.replace("\\", "")


def test_other_images_are_as_many_and_the_draws_are_numbered(app: AppTest) -> None:
    show(app, PAGE, pictures="5", seed="7", tiles="32")
    next(button for button in app.button if button.label == "Other images").click().run()
    assert in_address(app, "pictures").isdecimal()
    next(button for button in app.button if button.label == "Resample").click().run()
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
    assert any(button.label == "Run safety check" for button in app.button)


def test_a_presets_name_goes_when_the_settings_leave_it(app: AppTest) -> None:
    show(app, PAGE)
    app.selectbox(key="augment_start").select(PRESETS["strong"].title).run()
    assert app.selectbox(key="augment_start").value == PRESETS["strong"].title
    app.session_state["augment_rotation_range"] = 180.0
    app.run()
    assert not app.exception
    assert app.selectbox(key="augment_start").value is None
    assert settings(app)["rotation_range"] == 180.0, "what was set stays"


def test_one_setting_is_the_one_moved_last_or_the_one_chosen(app: AppTest) -> None:
    show(app, PAGE, view="one-setting", rotation_range="20", shear_range="7")
    assert app.selectbox(key="augment_one_setting").value == "the one moved last"
    assert "**Rotation** only" in said(app)
    app.session_state["augment_shear_range"] = 9.0
    app.run()
    assert "**Shear** only" in said(app)
    app.selectbox(key="augment_one_setting").set_value("rotation_range").run()
    assert "**Rotation** only" in said(app)


def test_what_has_just_been_saved_is_called_saved(app: AppTest) -> None:
    show(app, PAGE, rotation_range="12")
    app.text_input(key="augment_name").input("mine").run()
    app.button(key="augment_save").click().run()
    assert "Saved as “mine”" in said(app)
    assert "already in use" not in said(app)
    app.session_state["augment_rotation_range"] = 13.0
    app.run()
    assert "This name is already in use" in said(app)


def test_any_photo_can_be_augmented(app: AppTest) -> None:
    for view in ("contact-sheet", "extremes", "one-setting", "code"):
        show(app, PAGE, source="photos", view=view, rotation_range="20")
        assert not app.error
    app.selectbox(key="photo_built_in").set_value("chelsea.jpg").run()
    assert not app.exception
    show(app, PAGE, source="upload", view="contact-sheet")
    assert "No photo yet" in said(app)
    app.file_uploader(key="photo_upload").set_value(("cat.jpg", samples.photo("chelsea.jpg"), "image/jpeg")).run()
    assert not app.exception
    assert "No photo yet" not in said(app)
    app.file_uploader(key="photo_upload").set_value(("x.png", b"no image", "image/png")).run()
    assert "Not a supported image" in app.error[0].value


def test_the_shipped_network_tells_whether_it_is_safe_where_it_knows_the_classes(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(About("photos", "Photos", "", "", ("cat", "DOG"), (8, 8, 3)), two_images())
    store.write(About("fruit", "Fruit", "", "", ("apple", "pear"), (8, 8, 3)), two_images())
    monkeypatch.setattr(folders, "SHIPPED", PROJECT / "models")
    show(app, PAGE, dataset="photos", view="is-it-safe")
    assert "It learned from Cats and dogs" in said(app)
    assert any(each.label == "Run safety check" for each in app.button)
    show(app, PAGE, dataset="fruit", view="is-it-safe")
    assert "No run on Fruit has finished yet" in said(app)
    assert [each.proto.label for each in app.get("page_link") if "Train on" in each.proto.label] == ["Train on Fruit"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.__name__)
def test_every_operation_has_its_controls_and_its_place_in_the_address(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, operation: type[Operation]
) -> None:
    offered: dict[str, tuple[str, Slider]] = {}

    def recording(groups: Mapping[str, Sequence[Slider]], *, key: str) -> bool:
        offered.update({slider.key: (heading, slider) for heading, sliders in groups.items() for slider in sliders})
        return live_sliders(groups, key=key)

    monkeypatch.setattr("pages.augment.settings.live_sliders", recording)
    names = operation.names()
    texts = {name: text_of(EXAMPLES[name]) for name in names}
    show(app, PAGE, **texts)
    assert not app.warning
    for name in names:
        key = f"augment_{name}"
        assert in_address(app, name) == texts[name]
        assert app.session_state[key] == value_of(name, texts[name])
        if isinstance(EXAMPLES[name], bool):
            assert app.toggle(key=key).value
        else:
            heading, slider = offered[key]
            assert heading == operation.group
            assert slider.within(EXAMPLES[name]) == EXAMPLES[name]
    for view in ("extremes", "one-setting", "code"):
        show(app, PAGE, view=view, **texts)
        assert not app.error
