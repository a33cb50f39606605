"""The Datasets page: what is found is shown before it is written, imports leave a report, bad files get a sentence."""

import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.datasets import store
from core.datasets.sources import catalogue, importing, uploads
from tests.pages.opening import said, show
from tests.unit.datasets.test_importing import image, pets, zipped
from tests.unit.small_sets import imported

PAGE = "datasets"


def upload(app: AppTest, data: bytes) -> AppTest:
    (uploader,) = [each for each in app.file_uploader if str(each.key).startswith("upload_own")]
    uploader.upload("My_pets.zip", data, "application/zip").run()
    assert not app.exception
    return app


def until_said(app: AppTest, text: str) -> None:
    """Open the page again and again, as it does itself while a job goes on, until it says something."""
    end = time.monotonic() + 90
    while text not in said(app).replace("\\", ""):
        assert time.monotonic() < end, said(app)
        time.sleep(0.1)
        app.run()
        assert not app.exception


def test_a_zip_is_shown_then_imported_with_a_report(app: AppTest, tmp_path: Path) -> None:
    show(app, PAGE)
    bad = {"pets/cat/![](https://x/y).jpg": b"x", "pets/dog/Thumbs.db": b"x"}
    upload(app, zipped(tmp_path / "x.zip", {**pets(), **bad}).read_bytes())
    assert "**21 images** in 2 classes, splits stratified at random" in said(app)
    assert "1 junk file is skipped." in said(app)
    assert app.text_input(key="title_My_pets.zip").value == "My pets"
    assert store.names() == ["digits"], "nothing is written yet"
    app.text_input(key="title_My_pets.zip").set_value("Our pets")
    app.button(key="import").click().run()
    until_said(app, "**Our pets**: 20 images accepted, 1 refused")
    assert "**Our pets**  \n20 images (16 train, 4 test)" in said(app).replace("\\", "")
    assert not list(uploads.folder().iterdir()), "an upload is not kept twice"
    app.button(key="report_our-pets").click().run()
    assert not app.exception
    assert "1 file refused, 1 junk file" in said(app)


def test_doubtful_classes_are_said_and_others_are_a_click_away(app: AppTest, tmp_path: Path) -> None:
    images = list(pets().values())
    names = [f"plants/{version}/{kind}/{n}.png" for version in ("gray", "color") for kind in "ab" for n in range(5)]
    show(app, PAGE)
    upload(app, zipped(tmp_path / "x.zip", dict(zip(names, images, strict=True))).read_bytes())
    assert "**10 images** in 2 classes" in said(app)
    assert "Left out: 10 images in plants/gray. Another version of the images in color." in said(app).replace("\\", "")
    ways = app.radio(key="labelling_My_pets.zip_None")
    offered = ["Folders: a, b", "3rd folder, only gray: a, b", "2nd folder: color, gray", "3rd folder: a, b"]
    assert [option.replace("\\", "") for option in ways.options] == offered
    ways.set_value("folders:2").run()
    assert "**20 images** in 2 classes" in said(app)
    assert "these look like versions of the same images" in app.warning[0].value
    app.button(key="import").click().run()
    until_said(app, "20 images accepted")
    assert catalogue.open_dataset("my-pets").about.class_names == ("color", "gray")


def test_labels_of_a_table_are_read_and_its_columns_can_be_named(app: AppTest, tmp_path: Path) -> None:
    images = {f"img/A{number}.png": data for number, data in enumerate(pets(5).values())}
    rows = "".join(f"A{number},{number % 3},{'xy'[number % 2]},{'abb'[number // 5]}\n" for number in range(11))
    show(app, PAGE)
    upload(app, zipped(tmp_path / "x.zip", {**images, "list.csv": b"id,u,v,w\n" + rows.encode()}).read_bytes())
    assert "which of its columns has the labels is not clear: u, v, w" in said(app).replace("\\", "")
    assert "Give it as file" in said(app)
    app.text_input(key="typed_My_pets.zip").set_value("file:list.csv:id:q").run()
    assert "has no column" in app.error[0].value
    app.text_input(key="typed_My_pets.zip").set_value("file:\u2060list.csv:id:w").run()
    assert not app.error
    assert "**10 images** in 2 classes" in said(app)
    assert "list.csv: 1 row names no image here, or several: A10" in said(app).replace("\\", "")
    app.button(key="import").click().run()
    until_said(app, "10 images accepted, 1 refused")
    assert catalogue.open_dataset("my-pets").about.class_names == ("a", "b")


def test_the_same_zip_again_is_recognised(app: AppTest, tmp_path: Path) -> None:
    show(app, PAGE)
    data = zipped(tmp_path / "x.zip", pets()).read_bytes()
    for said_after in ("20 images accepted", "These images are already installed as **My pets**"):
        upload(app, data)
        app.button(key="import").click().run()
        until_said(app, said_after)
    assert store.names() == ["digits", "my-pets"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not a valid ZIP file"),
        (b"PK\x03\x04 cut", "incomplete"),
        (b"PK\x05\x06" + bytes(18), "holds no images"),
    ],
)
def test_a_zip_that_is_none_is_said_by_name(app: AppTest, data: bytes, sentence: str) -> None:
    show(app, PAGE)
    upload(app, data)
    assert app.error[0].value.startswith("My\\_pets\\.zip")
    assert sentence in app.error[0].value
    assert app.title[0].value == "Datasets"


def test_a_place_where_nothing_is_gets_a_sentence(app: AppTest, tmp_path: Path) -> None:
    show(app, PAGE)
    app.button_group(key="way_in").set_value("From this computer").run()
    app.text_input(key="place_own").set_value(str(tmp_path / "nowhere")).run()
    assert "There is no file or folder" in app.error[0].value
    zipped(tmp_path / "x.zip", pets())
    app.text_input(key="place_own").set_value(str(tmp_path / "x.zip")).run()
    assert not app.error
    assert "**20 images** in 2 classes" in said(app)


def test_a_folder_is_uploaded_with_its_paths(app: AppTest) -> None:
    show(app, PAGE)
    app.button_group(key="way_in").set_value("Upload a folder").run()
    folder = app.file_uploader(key="upload_folder_0")
    for name, data in pets(4).items():
        folder.upload(f"pets/{name}", data, "image/png")
    app.run()
    assert not app.exception
    assert f"**{len(pets(4))} images** in 2 classes" in said(app)
    assert app.text_input(key="title_pets").value == "pets"


def test_images_without_labels_come_in_with_the_names_of_classes(app: AppTest, tmp_path: Path) -> None:
    show(app, PAGE)
    app.button_group(key="way_in").set_value("From this computer").run()
    path = zipped(tmp_path / "x.zip", {f"{number}.png": image(number) for number in range(6)})
    app.text_input(key="place_own").set_value(str(path)).run()
    assert "No class labels found" in app.error[0].value
    app.text_input(key="classes_x.zip").set_value("cat, dog").run()
    assert not app.error
    assert "**6 images** without labels" in said(app)
    app.button(key="import").click().run()
    until_said(app, "6 images accepted")
    for page in ("browse", "train", "predict", "augment", "preprocess"):
        show(app, page, dataset="x")
        assert not app.exception, page


def test_images_that_belong_together_are_named_by_a_pattern(app: AppTest, tmp_path: Path) -> None:
    files = {f"{kind}/p{place}_{each}.png": image(10 * place + each + 200 * (kind == "cat"))
             for kind in ("cat", "dog") for place in range(5) for each in range(2)}  # fmt: skip
    show(app, PAGE)
    app.button_group(key="way_in").set_value("From this computer").run()
    app.text_input(key="place_own").set_value(str(zipped(tmp_path / "x.zip", files))).run()
    assert "splits stratified at random" in said(app)
    app.selectbox(key="group_x.zip").set_value("name").run()
    assert "splits drawn by group · 5 groups kept together" in said(app)
    assert "p0_0.png → **p0**" in said(app).replace("\\", "")
    app.text_input(key="pattern_x.zip").set_value("{group}{group}").run()
    assert "A pattern has {group} once" in app.error[0].value.replace("\\", "")
    assert not app.exception


def test_a_data_set_is_removed_(app: AppTest, tmp_path: Path) -> None:
    plan = importing.plan(zipped(tmp_path / "x.zip", pets()))
    importing.import_images(plan, name="mine", title="Mine")
    show(app, PAGE)
    assert "This deletes **Mine**" in said(app)
    app.button(key="danger_remove_mine").click().run()
    assert not app.exception
    assert catalogue.available() == ["digits"]


def test_a_file_that_is_not_the_published_one_is_said(app: AppTest, tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").write_bytes(b"no archive")
    show(app, PAGE)
    app.text_input(key="place_mnist").set_value(str(tmp_path / "mnist.npz")).run()
    app.button(key="add_mnist").click().run()
    until_said(app, "is not MNIST")
    app.button(key="close_add-mnist").click().run()
    assert not app.error


def test_a_data_set_from_its_folder_is_welcomed_and_its_form_is_closed(app: AppTest, tmp_path: Path) -> None:
    shapes = {"x_train": (60_000, 28, 28), "y_train": (60_000,), "x_test": (10_000, 28, 28), "y_test": (10_000,)}
    arrays: dict[str, Any] = {name: np.zeros(shape, np.uint8) for name, shape in shapes.items()}
    np.savez_compressed(tmp_path / "mnist.npz", **arrays)
    show(app, PAGE)
    app.session_state["from_file_mnist"] = True
    app.run()
    app.text_input(key="place_mnist").set_value(str(tmp_path)).run()
    app.button(key="add_mnist").click().run()
    assert not app.session_state["from_file_mnist"]
    until_said(app, "**MNIST** is on this machine: 70,000 images.")
    app.run()
    assert "is on this machine" not in said(app)


def test_a_folder_without_the_published_file_is_said(app: AppTest, tmp_path: Path) -> None:
    show(app, PAGE)
    app.text_input(key="place_mnist").set_value(str(tmp_path)).run()
    app.button(key="add_mnist").click().run()
    until_said(app, "There is no mnist.npz in the folder")


def test_what_is_no_image_is_not_counted_as_one(app: AppTest, tmp_path: Path) -> None:
    others = {
        "pets/cat/notes.txt": b"fed at 8",
        "pets/dog/list.csv": b"a,b",
        "pets/dog/unnamed": pets()["pets/dog/0.png"],
    }
    show(app, PAGE)
    upload(app, zipped(tmp_path / "x.zip", {**pets(), **others}).read_bytes())
    assert "**21 images** in 2 classes" in said(app)
    assert "2 files are no images" in said(app)
    assert [sum(row[split] for split in ("train", "test")) for row in app.dataframe[0].value.to_dict("records")] == [
        10,
        11,
    ]


@pytest.mark.parametrize("name", ["two-by-two", "a-class-of-one", "a-class-of-two"])
def test_one_of_anything_is_not_said_in_the_plural(app: AppTest, tmp_path: Path, name: str) -> None:
    imported(name, tmp_path)
    lonely = re.compile(r"(?<![\\d.,×])1 (images|files|times|photos|classes|epochs|runs|errors|junk)\\b")
    for page, address in (
        ("datasets", {}),
        ("browse", {"dataset": name}),
        ("browse", {"dataset": name, "view": "audit"}),
        ("browse", {"dataset": name, "view": "overview"}),
        ("train", {"dataset": name}),
    ):
        show(app, page, **address)
        labels = " ".join(each.label for each in app.button)
        assert not lonely.search(said(app) + labels), (page, address, lonely.search(said(app) + labels))


def test_a_damaged_data_set_is_repaired_with_a_click(app: AppTest) -> None:
    show(app, PAGE)
    path = store.folder_of("digits") / "pictures.npy"
    whole = path.read_bytes()
    path.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    store._read.cache_clear()
    st.cache_data.clear()
    app.run()
    assert "digits is damaged: pictures.npy is no longer what was written in images 0 to 1,796" in said(app).replace(
        "\\", ""
    )
    app.run()
    app.button(key="repair_digits").click().run()
    until_said(app, "**Digits** is repaired.")
    assert path.read_bytes() == whole
    app.run()
    assert "damaged" not in said(app)


def test_a_data_set_too_damaged_to_be_opened_is_repaired_with_a_click(app: AppTest, tmp_path: Path) -> None:
    show(app, PAGE)
    importing.import_images(importing.plan(zipped(tmp_path / "x.zip", pets())), name="mine", title="Mine")
    path = store.folder_of("mine") / "labels.npy"
    whole = path.read_bytes()
    path.write_bytes(whole[:130] + bytes([whole[130] ^ 1]) + whole[131:])
    app.run()
    (warning,) = app.warning
    assert "mine is damaged: labels.npy is no longer what was written" in str(warning.value).replace("\\", "")
    app.button(key="repair_mine").click().run()
    until_said(app, "**Mine** is repaired.")
    assert path.read_bytes() == whole
