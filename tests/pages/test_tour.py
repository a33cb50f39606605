"""The tour over the pages, and the glossary's words in their sentences."""

import importlib

import pytest
from streamlit.testing.v1 import AppTest

from core.lessons import tour
from core.lessons.glossary import terms
from pages.common.terms import with_terms
from tests.pages.opening import show


@pytest.mark.parametrize("step", tour.STEPS, ids=lambda step: step.title)
def test_each_step_asks_for_a_view_that_there_is(step: tour.Step) -> None:
    if view := step.asks.get("view"):
        assert view in importlib.import_module(f"pages.{step.page}.address").VIEWS


def test_it_is_walked_left_and_taken_up(app: AppTest) -> None:
    show(app, "home")
    app.button(key="home_tour").click().run()
    assert app.title[0].value == "Browse"
    show(app, "browse").button(key="tour_next").click().run()
    assert app.title[0].value == "Preprocess"
    show(app, "datasets")
    app.button(key="tour_there").click().run()
    assert app.title[0].value == "Preprocess"
    show(app, "preprocess").button(key="tour_leave").click().run()
    assert "tour_next" not in [each.key for each in app.button]
    show(app, "home")
    assert app.button(key="home_tour").label == "Continue the tour (2 of 10)"
    app.button(key="home_tour").click().run()
    assert app.title[0].value == "Preprocess"


def test_its_end_is_an_end(app: AppTest) -> None:
    tour.leave_at(9)
    show(app, "home")
    app.button(key="home_tour").click().run()
    assert app.title[0].value == "Predict"
    show(app, "predict").button(key="tour_finish").click().run()
    assert tour.left_at() is None
    show(app, "home")
    assert app.button(key="home_tour").label == "Take the tour"


def test_a_word_of_the_glossary_is_a_link_where_it_comes_first() -> None:
    meaning = terms()["epoch"]
    assert (
        with_terms("Epochs: `epoch`, epoch and [an epoch](there).")
        == f'[Epochs](explain?view=glossary&word=epoch "{meaning}"): `epoch`, epoch and [an epoch](there).'
    )
    assert with_terms("epochal") == "epochal"
    assert with_terms("Grad-CAM").startswith("[Grad-CAM](explain?view=glossary&word=Grad-CAM ")
