"""The Explain page's view of convolution: the filter by hand, its size, and what is said of them."""

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.lessons.convolution import preset
from pages.components.convolution import Convolution, kernel_of
from pages.components.planes import listed, place_of
from tests.pages.opening import said, show
from tests.unit import made_lessons
from tests.unit.made_runs import made_run


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Convolution]:
    """What the component was given each time."""
    found: list[Convolution] = []

    def component(given: Convolution, _changed: object, *, key: str) -> None:
        found.append(given)

    monkeypatch.setattr("pages.explain.convolution.convolution", component)
    return found


def opened(app: AppTest, **address: str) -> AppTest:
    run = made_run()
    (run.folder / "model.keras").touch()
    return show(app, "explain", run=run.name, view="convolution", **address)


def test_a_preset_a_size_and_a_stride_make_the_filter(app: AppTest, shown: list[Convolution]) -> None:
    opened(app)
    assert shown[-1].plane.shape == (8, 8)
    assert shown[-1].kernel.tolist() == preset("vertical", 3).tolist()
    app.button_group(key="convolution_preset").set_value("blur").run()
    app.selectbox(key="convolution_size").set_value(2).run()
    app.selectbox(key="convolution_stride").set_value(3).run()
    assert not app.exception
    assert shown[-1].kernel.tolist() == [[0.25, 0.25], [0.25, 0.25]]
    assert "⌊(8 − 2) / 3⌋ + 1 = 3 wide" in said(app)
    assert "has no middle" in said(app)
    assert "kernel_size=2, strides=3" in app.code[0].value


def test_a_filter_of_ones_own_keeps_its_middle_when_it_grows(app: AppTest, shown: list[Convolution]) -> None:
    opened(app, kernel="1,2,3,4,5,6,7,8,9")
    app.selectbox(key="convolution_size").set_value(5).run()
    assert shown[-1].kernel[1:4, 1:4].ravel().tolist() == list(range(1, 10))
    assert str(app.query_params["kernel"]).count(",") == 24


@pytest.mark.parametrize("kernel", ["1,2,3", "1,2,3,x", "nan,0,0,0", "1e9,0,0,0", "edge"])
def test_what_is_no_filter_is_said(app: AppTest, shown: list[Convolution], kernel: str) -> None:
    opened(app, kernel=kernel)
    assert "kernel cannot be used" in app.warning[0].value
    assert shown[-1].kernel.tolist() == preset("vertical", 3).tolist()


def test_what_remains_is_said_to_be_dropped(app: AppTest, shown: list[Convolution]) -> None:
    opened(app, stride="2")
    assert "is dropped, as Keras drops it" in said(app)
    opened(app, stride="2", padding="same")
    assert "dropped" not in said(app)


@pytest.fixture
def network(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> list[Convolution]:
    """What the component was given of a network whose answers are made up."""
    monkeypatch.setattr("pages.explain.asking.asked", made_lessons.asked)
    monkeypatch.setattr("pages.explain.trained_filter.filter_sheet", lambda *_given, **_more: None)
    monkeypatch.setattr("pages.explain.trained_filter.score_bars", lambda said, *_given, **_more: st.text(said))
    found: list[Convolution] = []

    def component(given: Convolution, _changed: object, *, key: str) -> None:
        found.append(given)

    monkeypatch.setattr("pages.explain.trained_filter.convolution", component)
    return found


def test_a_filter_of_the_network_is_shown_with_what_the_layer_makes(app: AppTest, network: list[Convolution]) -> None:
    opened(app, filter="network", **{"filter-layer": "2", "filter-number": "3", "filter-channel": "4"})
    layer = network[-1].layer
    assert layer is not None
    assert (network[-1].kernel == made_lessons.MADE["filters"](1)[:, :, 3, 2]).all()
    assert layer.output.shape == (8, 8)
    assert "As trained: 0, 10.00%" in said(app)
    assert app.button(key="filter_put_back").disabled


def test_changed_weights_have_an_answer_and_are_put_back(app: AppTest, network: list[Convolution]) -> None:
    opened(app, filter="network", **{"filter-weights": "1,1,1,1,1,0,0,0,0"})
    assert "With changed weights: 5, 100.00%" in said(app)
    assert network[-1].kernel.sum() == 5
    app.button(key="filter_put_back").click().run()
    assert "With changed weights" not in said(app)
    assert "filter-weights" not in app.query_params
    app.query_params["filter-weights"] = "1,2"
    app.run()
    assert "With changed weights" not in said(app), "of a filter of another size they are not"


def test_a_network_without_convolution_says_so(
    app: AppTest, network: list[Convolution], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(made_lessons.MADE, "convolutions", list)
    opened(app, filter="network")
    assert "no convolution" in said(app)


def test_weights_that_are_no_numbers_are_said(
    app: AppTest, network: list[Convolution], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(made_lessons.MADE, "filters", lambda _place: np.full((3, 3, 1, 4), np.nan, np.float32))
    monkeypatch.setitem(made_lessons.MADE, "predict", lambda images: np.full((len(images), 10), np.nan, np.float32))
    opened(app, filter="network")
    assert [each.value[:20] for each in app.warning] == ["Weights of this layer"[:20], "This network predict"]


def test_what_the_browser_sends_is_checked() -> None:
    assert kernel_of([1, None, 2e9, -1], (2, 2)).tolist()[1] == [10_000, -1]  # type: ignore[union-attr]
    assert [kernel_of(each, (2, 2)) for each in (None, [1, 2], ["x"] * 4, {"a": 1})] == [None] * 4
    assert listed(np.array([[1.0, np.nan]])) == [1, None]
    assert place_of([3, -2.0]) == (3, 0)
    assert [place_of(each) for each in (None, [1], ["x", 1], [float("inf"), 1])] == [None] * 4
