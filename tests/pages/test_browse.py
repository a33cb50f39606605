"""The Browse page: filters, order and address; what stands in the address is shown, and the other way round."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import audit, catalogue, decisions, store
from core.datasets.decisions import EXCLUDE, RELABEL, UNSURE
from core.datasets.store import About, Dataset
from tests.pages.opening import said, show


@pytest.fixture
def pets(data_home: Path) -> Dataset:
    """Three pictures with file names, one of them hostile, in a class whose name is Markdown."""
    about = About("pets", "Pets", "a *source*", "", ("cat", "![](http://x/y)"), (2, 2, 3))
    labels, splits = np.array([0, 1, 1], np.int16), np.array([0, 0, 1], np.uint8)
    pictures = np.zeros((3, 2, 2, 3), np.uint8)
    arrays: dict[str, np.ndarray] = {"pictures": pictures, "labels": labels, "splits": splits}
    folder = store.write(about, arrays).folder
    (folder / "names.txt").write_text("a.jpg\n:red[b].jpg\nc.jpg", encoding="utf-8")
    return store.read(folder)


def address(app: AppTest) -> dict[str, list[str]]:
    parameters = {name: value if isinstance(value, list) else [value] for name, value in app.query_params.items()}
    return {name: texts for name, texts in parameters.items() if name != "dataset"}


def test_what_is_chosen_filters_and_stands_in_the_address(app: AppTest) -> None:
    show(app, "browse.py")
    assert "**1,797 pictures**" in said(app)
    assert address(app) == {}
    app.button_group(key="split_digits").set_value("test").run()
    app.button_group(key="classes_digits").set_value([7, 3]).run()
    app.selectbox(key="sort_digits").set_value("sharpness").run()
    app.toggle(key="descending_digits").set_value(True).run()
    assert not app.exception
    assert "**73 pictures**" in said(app)
    assert address(app) == {"split": ["test"], "class": ["3", "7"], "sort": ["-sharpness"]}
    app.button_group(key="classes_digits").set_value([]).run()
    assert "**360 pictures**" in said(app)
    assert address(app) == {"split": ["test"], "sort": ["-sharpness"]}


def test_a_link_shows_what_stands_in_it(app: AppTest) -> None:
    show(
        app, "browse.py", dataset="digits", split="test", **{"class": "7"}, sort="random", seed="5", per="24", page="2"
    )
    assert "**36 pictures**" in said(app)
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
    show(app, "browse.py", dataset="digits", page="3")
    assert address(app) == {"page": ["3"]}
    app.button_group(key="split_digits").set_value("train").run()
    assert address(app) == {"split": ["train"]}


def test_a_picture_in_the_address_is_open_with_what_is_known_of_it(app: AppTest) -> None:
    show(app, "browse.py", dataset="digits", picture="5")
    assert "picture 5 · 8×8 pixels, gray" in said(app)
    assert "mode L · pixels 64 bytes · brightness" in said(app)
    app.button(key="enlarged_Next").click().run()
    assert "picture 6 · 8×8 pixels, gray" in said(app)


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
    show(app, "browse.py", dataset="digits", **{parameter: value})
    assert not app.error
    assert "**1,797 pictures**" in said(app)


def test_file_names_filter_and_stay_text(app: AppTest, pets: Dataset) -> None:
    show(app, "browse.py", dataset="pets", picture="1")
    assert r"\:red\[b\]\.jpg" in said(app)
    assert r"\!\[\]\(http\://x/y\)" in said(app)
    app.text_input(key="name_pets").set_value("C.JP").run()
    assert "**1 picture**" in said(app)
    assert address(app) == {"name": ["C.JP"]}
    app.text_input(key="name_pets").set_value("![](http://x/y)").run()
    assert "No picture passes all filters" in said(app)


def test_decisions_are_made_on_one_and_undone(app: AppTest, pets: Dataset) -> None:
    show(app, "browse.py", dataset="pets", picture="2")
    app.button(key="exclude").click().run()
    assert "**excluded**" in said(app)
    app.button(key="unsure").click().run()
    assert decisions.current(pets)[2].decision == UNSURE
    app.button(key="undo_one").click().run()
    assert decisions.current(pets)[2].decision == EXCLUDE
    app.button(key="keep").click().run()
    assert decisions.current(pets) == {}


def test_decisions_are_made_on_all_that_the_filters_leave(app: AppTest, pets: Dataset) -> None:
    show(app, "browse.py", dataset="pets", split="train")
    app.radio(key="decide_all").set_value(RELABEL).run()
    app.selectbox(key="decide_all_label").set_value(1).run()
    assert app.button(key="decide_all_go").label == "Relabel: 2 pictures"
    app.button(key="decide_all_go").click().run()
    assert not app.exception
    # The second has the class already.
    assert {index: made.label for index, made in decisions.current(pets).items()} == {0: 1}
    app.selectbox(key="decision_pets").set_value(RELABEL).run()
    assert "**1 picture**" in said(app)
    app.button(key="undo_last").click().run()
    assert decisions.current(pets) == {}
    assert "No picture passes all filters" in said(app)


def test_what_was_chosen_is_there_again_after_another_page(app: AppTest) -> None:
    show(app, "browse.py", dataset="digits", split="test", picture="7")
    show(app, "train.py")
    app.query_params.clear()
    show(app, "browse.py")
    assert "**360 pictures**" in said(app)
    assert address(app) == {"split": ["test"]}


@pytest.mark.parametrize("view", ["overview", "map", "audit"])
def test_each_view_opens_by_its_address(app: AppTest, view: str) -> None:
    show(app, "browse.py", dataset="digits", view=view, split="test", picture="3")
    assert not app.error
    assert "**360 pictures**" in said(app)
    assert "picture 3 · 8×8 pixels, gray" in said(app)


def test_a_finding_of_the_audit_is_a_filter_that_can_be_taken_away(app: AppTest, pets: Dataset) -> None:
    found = audit.audit(pets).finding("exact-duplicates")
    assert found
    show(app, "browse.py", dataset="pets", view="audit")
    app.button(key="finding_exact-duplicates").click().run()
    assert f"**{len(found.ids)} pictures**" in said(app)
    assert address(app) == {"finding": ["exact-duplicates"]}
    app.button(key=f"only_{found.title}").click().run()
    assert "**3 pictures**" in said(app)
    assert address(app) == {}


def test_a_data_set_that_is_not_here_leads_to_where_it_is_got(app: AppTest) -> None:
    show(app, "browse.py", dataset="mnist")
    assert "MNIST is not on this machine yet" in said(app)
    assert app.get("page_link")[0].proto.page == "datasets"
    assert "mnist" not in catalogue.available()
