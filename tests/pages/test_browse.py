"""The Browse page: filters, order and address; what stands in the address is shown, and the other way round."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.datasets import decisions, store
from core.datasets.audit import report
from core.datasets.decisions import EXCLUDE, KEPT, RELABEL, UNSURE
from core.datasets.features import imagenet_classes, label_check
from core.datasets.sources import catalogue
from core.datasets.store import About, Dataset
from core.prediction import worker
from core.settings import SettingError
from core.storage import jobs
from core.training import features
from tests.pages.opening import said, show
from tests.unit.datasets.test_imagenet_classes import last_layer
from tests.unit.made_features import keep_features
from tests.unit.photos import array_set


@pytest.fixture
def pets(data_home: Path) -> Dataset:
    """Three images with file names, one of them hostile, in a class whose name is Markdown."""
    about = About("pets", "Pets", "a *source*", "", ("cat", "![](http://x/y)"), (2, 2, 3))
    labels, splits = np.array([0, 1, 1], np.int16), np.array([0, 0, 1], np.uint8)
    images = np.zeros((3, 2, 2, 3), np.uint8)
    arrays: dict[str, np.ndarray] = {"pictures": images, "labels": labels, "splits": splits}
    folder = store.write(about, arrays).folder
    (folder / "names.txt").write_text("a.jpg\n:red[b].jpg\nc.jpg", encoding="utf-8")
    return store.read(folder)


def address(app: AppTest) -> dict[str, list[str]]:
    parameters = {name: value if isinstance(value, list) else [value] for name, value in app.query_params.items()}
    return {name: texts for name, texts in parameters.items() if name != "dataset"}


def test_what_is_chosen_filters_and_stands_in_the_address(app: AppTest) -> None:
    show(app, "browse")
    assert "**1,797 images**" in said(app)
    assert address(app) == {}
    app.button_group(key="split_digits").set_value("test").run()
    app.button_group(key="classes_digits").set_value([7, 3]).run()
    app.selectbox(key="sort_digits").set_value("sharpness").run()
    app.toggle(key="descending_digits").set_value(True).run()
    assert not app.exception
    assert "**73 images**" in said(app)
    assert address(app) == {"split": ["test"], "class": ["3", "7"], "sort": ["-sharpness"]}
    app.button_group(key="classes_digits").set_value([]).run()
    assert "**360 images**" in said(app)
    assert address(app) == {"split": ["test"], "sort": ["-sharpness"]}


def test_a_link_shows_what_stands_in_it(app: AppTest) -> None:
    show(app, "browse", dataset="digits", split="test", **{"class": "7"}, sort="random", seed="5", per="24", page="2")
    assert "**36 images**" in said(app)
    assert app.button_group(key="split_digits").value == "test"
    assert app.selectbox(key="sort_digits").value == "random"
    assert app.number_input(key="seed_digits").value == 5
    assert address(app) == {
        "split": ["test"],
        "class": ["7"],
        "sort": ["random"],
        "seed": ["5"],
        "per": ["24"],
        "page": ["2"],
    }


def test_another_choice_begins_at_the_first_page(app: AppTest) -> None:
    show(app, "browse", dataset="digits", page="3")
    assert address(app) == {"page": ["3"]}
    app.button_group(key="split_digits").set_value("train").run()
    assert address(app) == {"split": ["train"]}


def test_an_image_in_the_address_is_open_with_what_is_known_of_it(app: AppTest) -> None:
    show(app, "browse", dataset="digits", picture="5")
    assert "image 5 · 8×8 pixels, gray" in said(app)
    assert "mode L · pixels 64 bytes · brightness" in said(app)
    app.button(key="enlarged_Next").click().run()
    assert "image 6 · 8×8 pixels, gray" in said(app)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("split", "x"),
        ("class", "<img>"),
        ("name", "![](x)"),
        ("sort", "-"),
        ("sort", "beauty"),
        ("sort", "size"),
        ("seed", "-1"),
        ("seed", "9" * 40),
        ("decision", "burn"),
        ("page", "0"),
        ("page", "9" * 8),
        ("page", "one"),
        ("per", "7"),
        ("picture", "1797"),
        ("picture", "-1"),
        ("picture", "²"),
        ("view", "x"),
    ],
)
def test_nonsense_in_the_address_shows_all(app: AppTest, parameter: str, value: str) -> None:
    show(app, "browse", dataset="digits", **{parameter: value})
    assert not app.error
    assert "**1,797 images**" in said(app)


def test_file_names_filter_and_stay_text(app: AppTest, pets: Dataset) -> None:
    show(app, "browse", dataset="pets", picture="1")
    assert "\\:\u2060red\\[b\\]\\.jpg" in said(app)
    assert "\\!\\[\\]\\(http\\:\u2060//x/y\\)" in said(app)
    app.text_input(key="name_pets").set_value("C.JP").run()
    assert "**1 image**" in said(app)
    assert address(app) == {"name": ["C.JP"]}
    app.text_input(key="name_pets").set_value("![](http://x/y)").run()
    assert "No images match these filters" in said(app)


def test_decisions_are_made_on_one_and_undone(app: AppTest, pets: Dataset) -> None:
    show(app, "browse", dataset="pets", picture="2")
    app.button(key="exclude").click().run()
    assert "**excluded**" in said(app)
    app.button(key="unsure").click().run()
    assert decisions.current(pets)[2].decision == UNSURE
    app.button(key="undo_one").click().run()
    assert decisions.current(pets)[2].decision == EXCLUDE
    app.button(key="keep").click().run()
    assert decisions.current(pets)[2].decision == KEPT, "a review that is resumed knows that it was looked at"


def test_undo_takes_back_what_was_decided_on_the_open_image_and_says_so(app: AppTest, pets: Dataset) -> None:
    decisions.decide(pets, [0, 2], EXCLUDE)
    decisions.decide(pets, [1], UNSURE)
    show(app, "browse", dataset="pets", picture="2")
    assert app.button(key="undo_one").help == "Takes back on this image: excluded."
    app.button(key="undo_one").click().run()
    assert {index: each.decision for index, each in decisions.current(pets).items()} == {0: EXCLUDE, 1: UNSURE}
    assert "Taken back: excluded" in said(app)
    assert app.button(key="undo_one").disabled
    app.run()
    assert "Taken back" not in said(app)


def test_a_review_is_resumed_with_the_images_that_nobody_looked_at(app: AppTest, pets: Dataset) -> None:
    show(app, "browse", dataset="pets", picture="1")
    app.button(key="keep").click().run()
    assert "**kept as it is**" in said(app)
    assert decisions.decided(pets) == decisions.Decided(), "training takes it as it is"
    show(app, "browse", dataset="pets", decision="kept")
    assert "**1 image**" in said(app)
    show(app, "browse", dataset="pets", decision="keep")
    assert f"**{len(pets) - 1} images**" in said(app)


def test_what_becomes_of_an_image_is_said_by_its_part(app: AppTest) -> None:
    digits = catalogue.open_dataset("digits")
    train, test = int(digits.select("train")[0]), int(digits.select("test")[0])
    show(app, "browse", dataset="digits", picture=str(train))
    assert "Nothing decided: training uses it as it is." in said(app)
    show(app, "browse", dataset="digits", picture=str(test))
    assert "training uses it" not in said(app)
    app.button(key="exclude").click().run()
    assert "Test images stay as published" in said(app)


def test_decisions_are_made_on_all_that_the_filters_leave(app: AppTest, pets: Dataset) -> None:
    show(app, "browse", dataset="pets", split="train")
    app.radio(key="decide_all").set_value(RELABEL).run()
    app.selectbox(key="decide_all_label").set_value(1).run()
    assert app.button(key="decide_all_go").label == "Relabel: 2 images"
    app.button(key="decide_all_go").click().run()
    assert not app.exception
    # The second has the class already.
    assert {index: made.label for index, made in decisions.current(pets).items()} == {0: 1}
    app.selectbox(key="decision_pets").set_value(RELABEL).run()
    assert "**1 image**" in said(app)
    app.button(key="undo_last").click().run()
    assert decisions.current(pets) == {}
    assert "No images match these filters" in said(app)


def test_what_was_chosen_is_there_again_after_another_page(app: AppTest) -> None:
    show(app, "browse", dataset="digits", split="test", picture="7")
    show(app, "train")
    app.query_params.clear()
    show(app, "browse")
    assert "**360 images**" in said(app)
    assert address(app) == {"split": ["test"]}


@pytest.mark.parametrize("view", ["overview", "map", "audit"])
def test_each_view_opens_by_its_address(app: AppTest, view: str) -> None:
    show(app, "browse", dataset="digits", view=view, split="test", picture="3")
    assert not app.error
    assert "**360 images**" in said(app)
    assert "image 3 · 8×8 pixels, gray" in said(app)


def test_a_finding_of_the_audit_is_a_filter_that_can_be_taken_away(app: AppTest, pets: Dataset) -> None:
    found = report.audit(pets).finding("exact-duplicates")
    assert found
    show(app, "browse", dataset="pets", view="audit")
    app.button(key="finding_exact-duplicates").click().run()
    assert f"**{len(found.ids)} images**" in said(app)
    assert address(app) == {"finding": ["exact-duplicates"]}
    app.button(key=f"only_{found.title}").click().run()
    assert "**3 images**" in said(app)
    assert address(app) == {}


def test_a_data_set_that_is_not_here_leads_to_where_it_is_got(app: AppTest) -> None:
    show(app, "browse", dataset="mnist")
    assert "MNIST is not installed yet" in said(app)
    assert app.get("page_link")[0].proto.page == "datasets"
    assert "mnist" not in catalogue.available()


def test_a_lasso_on_the_map_shows_its_images_beneath(app: AppTest) -> None:
    show(app, "browse", dataset="digits", view="map")
    assert "in the lasso" not in said(app)
    app.session_state["only_digits"] = {"Map selection": (3, 5, 8)}
    app.run()
    assert not app.exception
    assert "**3 images in the lasso**" in said(app)
    app.session_state["gallery_open_Browse"] = 5
    app.run()
    assert "image 5 " in said(app)


def test_a_map_by_what_images_show_offers_the_features_it_needs(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(features, "start", started.append)
    show(app, "browse", dataset="digits", view="map")
    app.button_group(key="map_by").set_value("features").run()
    assert address(app) == {"view": ["map"], "by": ["features"]}
    assert "look at 1,797 images once: about 14 s" in said(app)
    assert "Showing the map by pixels in the meantime" in said(app)
    app.button(key="features_map").click().run()
    assert started == ["digits"]


def test_a_map_by_what_images_show_opens_by_its_address(app: AppTest, pets: Dataset) -> None:
    keep_features(pets, np.eye(3))
    show(app, "browse", dataset="pets", view="map", by="features")
    assert "images that show similar things close together" in said(app)
    assert "in the meantime" not in said(app)
    assert not app.error


def test_why_there_are_no_features_is_said(app: AppTest, pets: Dataset) -> None:
    job = jobs.Job(jobs.folder() / features.job_key("pets"))
    job.folder.mkdir(parents=True)
    (job.folder / "job.json").write_text('{"call": "core.nn.inference.dataset_features:run", "arguments": {}}')
    cause = "The weights of EfficientNetLite0 cannot be read: the package is not installed. Install it again."
    job.write_status(jobs.JobStatus(jobs.FAILED, 1e9, cause=cause))
    show(app, "browse", dataset="pets", view="map", by="features")
    assert "the package is not installed" in app.error[0].value
    app.button(key=f"close_{job.key}map").click().run()
    assert not app.error
    assert app.button(key="features_map")


def test_an_image_is_shown_with_more_like_it(app: AppTest, pets: Dataset) -> None:
    show(app, "browse", dataset="pets", picture="1")
    assert "**More like this**" in said(app)
    assert app.button(key="features_similar")
    keep_features(pets, np.array([[1, 0], [1, 1], [0, 1]]))
    show(app, "browse", dataset="pets", picture="1")
    assert "**More like this** · cat: 1 of 2, \\!\\[\\]" in said(app)


def test_labels_are_checked_on_request_and_what_is_found_opens(
    app: AppTest, data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = np.arange(40) % 2
    pixels = np.zeros((40, 2, 2, 1), np.uint8)
    dataset = array_set("forty", pixels, [*labels[:39], 0], ("cat", "![](http://x/y)"))
    started: list[str] = []
    monkeypatch.setattr(label_check, "start", started.append)
    show(app, "browse", dataset="forty", view="audit")
    assert "sees in 40 images. It takes about 5.2 s" in said(app)
    app.button(key="check_labels").click().run()
    assert started == ["forty"]
    label_check.check(dataset, np.eye(2, dtype=np.float16)[labels])
    app.run()
    assert "gets 97\\.5% of the labels right" in said(app)
    app.button(key="finding_label-errors").click().run()
    assert "**1 image**" in said(app)
    assert address(app) == {"finding": ["label-errors"]}
    app.session_state["gallery_open_Browse"] = 39
    app.run()
    assert "train · like **\\!\\[\\]" in said(app)
    assert not app.exception


def test_what_images_show_is_a_filter(app: AppTest, pets: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imagenet_classes, "lite_weights", last_layer)
    show(app, "browse", dataset="pets", shows="palace")
    assert "This filter needs a pretrained network" in said(app)
    assert "**3 images**" in said(app)
    keep_features(pets, np.array([[0, 1], [0.8, 0], [1, 0]]))
    show(app, "browse", dataset="pets", shows="palace")
    assert "**2 images**" in said(app)
    app.multiselect(key="shows_pets").set_value(["palace", "daisy"]).run()
    assert "**3 images**" in said(app)
    assert address(app) == {"shows": ["palace", "daisy"]}
    show(app, "browse", dataset="pets", shows="unicorn")
    assert "ImageNet has no class “unicorn”" in app.warning[0].value
    assert "**3 images**" in said(app)


def test_a_package_that_is_missing_is_said_where_images_are_sought_by_what_they_show(
    app: AppTest, pets: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_features(pets, np.eye(3))
    show(app, "browse", dataset="pets", shows="palace", picture="1")

    def missing() -> None:
        raise SettingError("The weights of EfficientNetLite0 cannot be read. Install it again.")

    monkeypatch.setattr(imagenet_classes, "lite_weights", missing)
    (pets.folder / "imagenet-classes.npz").unlink()
    app.run()
    assert not app.exception
    assert "The weights of EfficientNetLite0 cannot be read" in said(app).replace("\\", "")
    assert "**3 images**" in said(app)


def test_images_like_a_photo_are_shown_the_most_alike_first_until_that_is_taken_away(
    app: AppTest, pets: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imagenet_classes, "lite_weights", last_layer)
    keep_features(pets, np.array([[1, 0], [1, 1], [0, 1]]))
    asked: list[tuple[int, ...]] = []

    def ask(_function: object, images: np.ndarray) -> np.ndarray:
        asked.append(images.shape)
        return np.eye(1, 1280, 1, dtype=np.float32)

    monkeypatch.setattr(worker, "ask", ask)
    show(app, "browse", dataset="pets", shows="palace")
    app.multiselect(key="shows_pets").set_value([]).run()
    app.file_uploader(key="like_pets").upload("note.jpg", b"no photo", "image/jpeg").run()
    assert "note\\.jpg" in app.error[0].value
    photo = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(photo, "JPEG")
    app.file_uploader(key="like_pets").upload("red.jpg", photo.getvalue(), "image/jpeg").run()
    assert asked == [(1, 224, 224, 3)]
    assert app.session_state["only_pets"] == {"Like your photo": (2, 1, 0)}
    app.button(key="only_Like your photo").click().run()
    assert not app.exception
    assert app.session_state["only_pets"] == {}, "the file that is still there does not come again"
    assert len(asked) == 1
