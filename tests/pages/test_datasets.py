"""The Data sets page: what is found is shown before it is written, imports leave a report, bad files get a sentence."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import catalogue, importing, store
from tests.pages.opening import said, show
from tests.unit.test_importing import pets, zipped

PAGE = "datasets.py"


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
    assert "**21 files** in 2 classes, splits drawn by class" in said(app)
    assert "1 junk files are skipped." in said(app)
    assert app.text_input(key="title_My_pets.zip").value == "My pets"
    assert store.names() == ["digits"], "nothing is written yet"
    app.text_input(key="title_My_pets.zip").set_value("Our pets")
    app.button(key="import").click().run()
    until_said(app, "**Our pets**: 20 pictures accepted, 1 refused")
    assert "**Our pets**  \n20 pictures (16 train, 4 test)" in said(app).replace("\\", "")
    assert not list(importing.uploads().iterdir()), "an upload is not kept twice"
    app.button(key="report_our-pets").click().run()
    assert not app.exception
    assert "1 files refused, 1 junk files" in said(app)


def test_the_same_zip_again_is_recognised(app: AppTest, tmp_path: Path) -> None:
    show(app, PAGE)
    data = zipped(tmp_path / "x.zip", pets()).read_bytes()
    for said_after in ("20 pictures accepted", "The same pictures are here already, as **My pets**"):
        upload(app, data)
        app.button(key="import").click().run()
        until_said(app, said_after)
    assert store.names() == ["digits", "my-pets"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "is no zip"), (b"PK\x03\x04 cut", "cut short"), (b"PK\x05\x06" + bytes(18), "holds no pictures")],
)
def test_a_zip_that_is_none_is_said_by_name(app: AppTest, data: bytes, sentence: str) -> None:
    show(app, PAGE)
    upload(app, data)
    assert app.error[0].value.startswith("My\\_pets\\.zip")
    assert sentence in app.error[0].value
    assert app.title[0].value == "Data sets"


def test_a_place_where_nothing_is_gets_a_sentence(app: AppTest, tmp_path: Path) -> None:
    show(app, PAGE)
    app.button_group(key="way_in").set_value("On this machine").run()
    app.text_input(key="place_own").set_value(str(tmp_path / "nowhere")).run()
    assert "There is no file or folder" in app.error[0].value
    zipped(tmp_path / "x.zip", pets())
    app.text_input(key="place_own").set_value(str(tmp_path / "x.zip")).run()
    assert not app.error
    assert "**20 files** in 2 classes" in said(app)


def test_a_data_set_is_removed_(app: AppTest, tmp_path: Path) -> None:
    plan = importing.plan(zipped(tmp_path / "x.zip", pets()))
    importing.import_pictures(plan, name="mine", title="Mine")
    show(app, PAGE)
    assert "**Mine** is deleted from this machine" in said(app)
    app.button(key="remove_mine").click().run()
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
