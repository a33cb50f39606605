"""The Preprocess page without a browser: pipelines from presets, links and one's own, images, jobs, bad input."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.datasets.sources import catalogue
from core.images.image_io import from_array
from core.preprocessing import Crop, Grayscale, Normalisation, Pipeline, Resize, load_preset
from core.preprocessing.whole_dataset import apply_job, zip_job
from core.storage import jobs, user_library
from core.storage.jobs import FINISHED, Job, JobStatus
from tests.pages.opening import said, show
from tests.unit.photos import photo_set

PAGE = "preprocess"


def steps_of(app: AppTest) -> Pipeline:
    return Pipeline(tuple(entry.step for entry in app.session_state["pipeline_entries"]))


def view(app: AppTest, name: str) -> AppTest:
    app.button_group(key="preprocess_view").set_value(name).run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def link(pipeline: Pipeline) -> str:
    return json.dumps(pipeline.to_json())


def test_it_begins_with_no_step_and_says_what_to_do(app: AppTest) -> None:
    show(app, PAGE)
    assert "No active steps" in said(app)
    for name in ("Six images", "Resampling", "Normalization", "Code", "Whole dataset"):
        view(app, name)
        assert not app.error


def test_a_preset_brings_steps_and_numbers_and_is_saved_and_deleted(app: AppTest) -> None:
    show(app, PAGE)
    app.selectbox(key="pipeline_start").set_value((False, "MNIST style")).run()
    assert [type(step).__name__ for step in steps_of(app).steps] == ["Grayscale", "Resize"]
    app.text_input(key="pipeline_name").set_value("my *own*").run()
    app.button(key="pipeline_save").click().run()
    assert not app.exception
    assert load_preset("my *own*").pipeline == steps_of(app)
    assert load_preset("my *own*").normalisation == Normalisation("0 to 1")
    app.selectbox(key="pipeline_start").set_value((True, "my *own*")).run()
    assert not app.exception
    app.button(key="pipeline_delete_my *own*").click().run()
    assert not app.exception
    assert user_library.names("pipeline") == []


def test_steps_are_added_switched_moved_and_removed(app: AppTest) -> None:
    show(app, PAGE)
    for kind in ("Rotate", "Flip", "Crop"):
        app.selectbox(key="pipeline_add").set_value(kind).run()
        assert not app.exception
    first, second, third = (entry.number for entry in app.session_state["pipeline_entries"])
    app.button(key=f"step_{third}_move_up").click().run()
    app.toggle(key=f"step_{second}_on").set_value(False).run()
    app.button(key=f"step_{first}_remove").click().run()
    assert [(type(step).__name__, step.on) for step in steps_of(app).steps] == [("Crop", True), ("Flip", False)]
    show(app, "home")
    show(app, PAGE)
    assert [(type(step).__name__, step.on) for step in steps_of(app).steps] == [("Crop", True), ("Flip", False)]


def test_choices_and_sliders_change_the_step(app: AppTest) -> None:
    show(app, PAGE, steps=link(Pipeline((Resize(width=20, height=20),))))
    (number,) = (entry.number for entry in app.session_state["pipeline_entries"])
    app.button_group(key=f"step_{number}_how").set_value("pad").run()
    app.color_picker(key=f"step_{number}_colour").set_value("#ff0000").run()
    app.session_state[f"step_{number}_width"] = 33
    app.run()
    assert steps_of(app).steps == (Resize(width=33, height=20, how="pad", colour="#ff0000"),)
    show(app, "home")
    show(app, PAGE)
    assert steps_of(app).steps == (Resize(width=33, height=20, how="pad", colour="#ff0000"),)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("[", "Not valid JSON"),
        ("7", "Steps are a list"),
        ('[{"kind": "Resize", "width": 0}]', "width must be a whole number from 1 to 4096; received 0"),
        ('[{"kind": "Resize", "width": 100000}]', "received 100000"),
        ('[{"kind": "Shrink"}]', "Unknown step kind"),
        ("[" * 100_000, "Not valid JSON"),
    ],
)
def test_nonsense_in_the_address_is_said_above_the_steps(app: AppTest, address: str, sentence: str) -> None:
    show(app, PAGE, steps=address)
    (error,) = app.error
    assert sentence in error.value.replace("\\", "")
    assert steps_of(app) == Pipeline()
    app.selectbox(key="pipeline_add").set_value("Flip").run()
    assert not app.error, "said once"


def test_an_image_that_is_not_there_is_said(app: AppTest) -> None:
    show(app, PAGE, dataset="digits", picture="99999")
    assert "has no image 99999" in app.warning[0].value
    show(app, PAGE, dataset="digits", picture="!!")
    assert "has no image" in app.warning[0].value


def test_a_step_that_cannot_be_applied_says_so_at_its_card_and_the_rest_stays(app: AppTest) -> None:
    pipeline = Pipeline((Grayscale(), Crop(left=0, top=0, width=400, height=4), Resize(width=5, height=5)))
    show(app, PAGE, steps=link(pipeline))
    (error,) = app.error
    assert "Crop a box: the box from" in error.value.replace("\\", "")
    assert "step 2 failed" in said(app)
    view(app, "Step by step")
    assert any("1 · Grayscale" in each.proto.body for each in app.get("html"))
    view(app, "Whole dataset")
    assert "Image 0" in "".join(each.value for each in app.error)


def test_an_upload_that_is_no_image_is_named_and_one_that_is_stays_on_a_page_change(app: AppTest) -> None:
    show(app, PAGE, source="upload")
    app.file_uploader(key="photo_upload").upload("my_cat.png", b"no image", "image/png").run()
    assert app.error[0].value.startswith("my\\_cat\\.png: ")
    data = io.BytesIO()
    Image.new("RGB", (70, 50), "#336699").save(data, "PNG")
    app.file_uploader(key="photo_upload").upload("sea.png", data.getvalue(), "image/png").run()
    assert not app.error
    show(app, "home")
    show(app, PAGE, source="upload")
    assert any("70×50" in each.proto.body for each in app.get("html"))


def test_built_in_photos_and_pixels_of_one(app: AppTest) -> None:
    show(app, PAGE, source="photos", steps=link(Pipeline((Resize(width=1, height=1),))))
    assert any("640×427" in each.proto.body and "1×1" in each.proto.body for each in app.get("html"))
    for name in ("Resampling", "Normalization", "Code"):
        view(app, name)
    assert "image.resize((1, 1)" in app.code[0].value


def test_images_of_several_sizes_and_a_pipeline_that_fails_for_some(app: AppTest) -> None:
    rng = np.random.default_rng(0)
    made = [from_array(rng.integers(0, 256, (20 + 9 * n, 60 - 5 * n, 3), np.uint8)) for n in range(8)]
    photo_set("mixed", made, [0, 1] * 4, ["cat", "dog"])
    show(app, PAGE, dataset="mixed", steps=link(Pipeline((Crop(left=0, top=0, width=50, height=20),))))
    view(app, "Six images")
    (tiles,) = [each.proto.body for each in app.get("html") if "<figure" in each.proto.body]
    assert tiles.count("<figure") == 6
    assert "reaches outside the image" in tiles
    view(app, "Whole dataset")
    assert "reaches outside the image" in app.error[0].value
    show(app, PAGE, dataset="mixed", steps=link(Pipeline((Resize(width=9, height=9, how="fit"),))))
    assert "different shapes" in said(app)
    assert app.button(key="apply_all").disabled


@pytest.mark.parametrize("how", ["0 to 1", "−1 to 1", "standardised"])
def test_normalisation_shows_what_happens_to_the_numbers(app: AppTest, how: str) -> None:
    show(app, PAGE, dataset="digits")
    view(app, "Normalization")
    app.button_group[-1].set_value(how).run()
    assert not app.exception
    assert app.session_state["pipeline_normalisation"].how == how
    assert "Rescaling(scale=" in app.code[0].value


def test_standardisation_says_which_images_it_measured(app: AppTest) -> None:
    show(app, PAGE, dataset="digits")
    view(app, "Normalization")
    app.button_group[-1].set_value("standardised").run()
    digits = catalogue.open_dataset("digits")
    train = digits.images[digits.select("train")]
    found = app.session_state["pipeline_normalisation"]
    assert (found.means, found.deviations) == (pytest.approx((train.mean(),)), pytest.approx((train.std(),)))
    assert "of all 1,437 training images of " in said(app)
    app.session_state["pipeline_normalisation"] = replace(found, means=(9.0,))
    app.run()
    assert "not measured here" in said(app)
    app.session_state["pipeline_normalisation"] = found
    show(app, PAGE, dataset="digits", steps=link(Pipeline((Resize(width=12, height=10),))))
    app.session_state["pipeline_normalisation"] = found
    view(app, "Normalization")
    assert "the steps or the dataset were others" in said(app)
    app.button(key="work_out").click().run()
    assert not app.exception
    assert "of all 1,437 training images" in said(app)
    assert app.session_state["pipeline_normalisation"] != found


def test_the_whole_set_is_applied_as_a_job_and_told(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []

    def start(key: str, call: str, arguments: dict[str, object]) -> Job:
        started.append(key)
        work = {
            "core.preprocessing.whole_dataset:apply_job": apply_job,
            "core.preprocessing.whole_dataset:zip_job": zip_job,
        }[call]
        folder = jobs.folder() / key
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "job.json").write_text(json.dumps({"call": call, "arguments": arguments}))
        result = work(**arguments, progress=lambda *_: None)  # type: ignore[arg-type]
        Job(folder).write_status(JobStatus(FINISHED, 0.0, result=result))
        return Job(folder)

    monkeypatch.setattr(jobs, "start", start)
    show(app, PAGE, dataset="digits", steps=link(Pipeline((Resize(width=12, height=10),))))
    view(app, "Whole dataset")
    app.button(key="apply_all").click().run()
    app.button(key="zip_all").click().run()
    assert not app.exception
    assert started == ["apply-digits", "zip-digits"]
    told = [each.value for each in app.success]
    assert "shape (1,797, 10, 12, 1)" in told[0]
    assert "a zip of" in told[1]
    app.button(key=f"step_{app.session_state['pipeline_entries'][0].number}_remove").click().run()
    app.run()
    assert "earlier steps" in app.success[0].value


def test_a_damaged_saved_pipeline_is_left_out(app: AppTest, data_home: Path) -> None:
    user_library.save("pipeline", "old", {"steps": [{"kind": "Gone"}], "normalisation": {}})
    show(app, PAGE)
    app.selectbox(key="pipeline_start").set_value((True, "old")).run()
    assert "cannot be used" in app.error[0].value


def test_pasted_steps_are_built_and_nonsense_is_said(app: AppTest) -> None:
    show(app, "preprocess")
    app.text_area(key="pipeline_pasted").input('{"steps": 3}').run()
    app.button(key="pipeline_pasted_use").click().run()
    assert "Steps are a list" in app.error[0].value.replace("\\", "")
    app.text_area(key="pipeline_pasted").input('[{"kind": "Grayscale"}, {"kind": "Flip"}]').run()
    app.button(key="pipeline_pasted_use").click().run()
    assert not app.error
    assert "2 · Flip" in said(app)
