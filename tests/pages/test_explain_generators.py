"""Explain → Generators, in the app."""

import pytest
from streamlit.testing.v1 import AppTest

from core.storage import machine
from core.storage.machine import Memory
from tests.pages.opening import said, show
from tests.unit.made_runs import made_run


@pytest.fixture
def page(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(machine, "memory", lambda: Memory(8_000_000_000, 3_000_000_000))
    (made_run().folder / "model.keras").touch()
    return app


def test_a_dataset_that_grows_no_longer_fits_and_its_batches_do(page: AppTest) -> None:
    show(page, "explain", view="generators", images="1000", side="200", **{"per-batch": "32"})
    told = said(page)
    assert "160.0 GB, **does not fit**: 50,000 images would" in told
    assert "10.2 MB, two batches" in told
    assert "8.0 GB of memory, 3.0 GB of it free" in told
    page.segmented_control(key="generator_dtype").set_value("uint8").run()
    assert "40.0 GB" in said(page)


def test_how_fast_images_are_read_is_measured_by_a_click(page: AppTest) -> None:
    show(page, "explain", view="generators")
    assert "measured, not assumed" in said(page)
    assert "first batch" not in said(page)
    (button,) = [each for each in page.button if each.label == "Measure reading here"]
    button.click().run()
    assert "images/s" in said(page)
    assert "Until the first batch" in said(page)


def test_the_four_parts_of_a_generator_are_shown(page: AppTest) -> None:
    show(page, "explain", view="generators")
    shown = [each.value for each in page.code]
    for part in ("def __init__", "def __len__", "def __getitem__", "def on_epoch_end"):
        assert sum(part in each for each in shown) == 2, "by itself, and in the whole program"


def test_the_built_in_photo_to_begin_with_is_the_cat(page: AppTest) -> None:
    show(page, "explain", view="generators", source="photos")
    assert page.selectbox(key="photo_built_in").value == "chelsea.jpg"
    assert "Digits has 1,797 images" in said(page)
