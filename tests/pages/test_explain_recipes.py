"""Explain → The seven recipes, in the app."""

import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.lessons import book
from core.recipes.recipe import find_recipe
from core.runs import Run
from tests.pages.opening import said, show
from tests.unit.made_runs import made_run


def table(app: AppTest) -> str:
    (found,) = [each.proto.body for each in app.get("html") if "<table" in each.proto.body]
    return str(found)


def test_the_table_has_the_books_figures_and_those_measured(app: AppTest) -> None:
    show(app, "explain", view="recipes")
    shown = table(app)
    for row in book.RECIPES:
        assert f"{row.recipe.book_accuracy:.2%}" in shown
        assert f"{book.MODERN[row.modern].accuracy:.2%}" in shown
    assert "python -m bench.accuracy exercise-50" in shown


def test_a_run_of_ones_own_takes_the_place_of_what_was_measured(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run([3])
    monkeypatch.setattr(book, "own_accuracy", lambda name: (run, 0.9123) if name == "exercise-51" else None)
    show(app, "explain", view="recipes")
    assert f"<b title='your run {run.name}'>91.23%</b>" in table(app)


def test_a_recipe_is_trained_by_one_click_where_its_dataset_is_installed(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(app, "explain", view="recipes", exercise="exercise-51")
    assert app.button(key="book_train_True").disabled, "MNIST is not there"
    started: list[str] = []
    monkeypatch.setattr("core.datasets.sources.catalogue.available", lambda: ["digits", "mnist"])
    made = made_run(recipe=find_recipe("exercise-51").with_settings({"dataset": "digits"}))
    monkeypatch.setattr(runs, "create", lambda recipe: made if recipe.name == "exercise-51" else None)
    monkeypatch.setattr(Run, "start", lambda run: started.append(run.recipe.name))
    app.run()
    app.button(key="book_train_True").click().run()
    assert started == ["exercise-51"]
    assert "Training has started" in said(app)


@pytest.mark.parametrize(
    ("trap", "value", "expected"),
    [
        ("unscaled", {"divisor": "255"}, "even guess of ten"),
        ("discarded", {"angle": "30"}, "**0.0** away"),
        ("steps", {"fewer": "1"}, "**5.0** real ones"),
    ],
)
def test_each_trap_is_shown_at_work(app: AppTest, trap: str, value: dict[str, str], expected: str) -> None:
    show(app, "explain", view="recipes", trap=trap, **value)
    assert expected in said(app)
    assert not app.error
