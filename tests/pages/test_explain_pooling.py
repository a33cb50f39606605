"""The Explain page's view of pooling: what it is given, its sizes, and what is said of them."""

import pytest
from streamlit.testing.v1 import AppTest

from core.lessons.convolution import preset
from pages.components.pooling import FARTHEST, Looked, Pooling, looked_of
from tests.pages.opening import said, show
from tests.unit.made_runs import made_run


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Pooling, Looked]]:
    """What the component was given each time."""
    found: list[tuple[Pooling, Looked]] = []

    def component(given: Pooling, looked: Looked, _changed: object, *, key: str) -> None:
        found.append((given, looked))

    monkeypatch.setattr("pages.explain.pooling.pooling", component)
    return found


def opened(app: AppTest, **address: str) -> AppTest:
    run = made_run()
    (run.folder / "model.keras").touch()
    return show(app, "explain", run=run.name, view="pooling", **address)


def test_size_stride_and_padding_are_those_chosen(app: AppTest, shown: list[tuple[Pooling, Looked]]) -> None:
    opened(app)
    assert "⌊(8 − 2) / 2⌋ + 1 = 4 wide" in said(app)
    app.selectbox(key="pooling_size").set_value(3).run()
    app.selectbox(key="pooling_padding").set_value("same").run()
    app.selectbox(key="pooling_kernel").set_value("blur").run()
    given, _looked = shown[-1]
    assert (given.kernel.tolist(), given.stride, given.padding) == (preset("blur", 3).tolist(), 2, "same")
    assert "⌈8 / 2⌉ = 4 wide" in said(app)
    assert 'MaxPooling2D(3, strides=2, padding="same")' in app.code[0].value


def test_what_is_looked_at_stands_in_the_address(app: AppTest, shown: list[tuple[Pooling, Looked]]) -> None:
    opened(app, shift="1,-2", difference="yes", **{"pool-place": "3,1"})
    assert shown[-1][1] == Looked((3, 1), (1, -2), True)


@pytest.mark.parametrize("shift", ["1", "9,0", "a,b"])
def test_what_is_no_shift_is_said(app: AppTest, shown: list[tuple[Pooling, Looked]], shift: str) -> None:
    opened(app, shift=shift)
    assert "shift cannot be used" in app.warning[0].value
    assert shown[-1][1] == Looked()


def test_a_square_that_skips_pixels_or_does_not_fit_is_said(app: AppTest, shown: list[tuple[Pooling, Looked]]) -> None:
    opened(app, **{"pool-stride": "5"})
    assert "some pixels are never seen" in said(app)
    assert "is dropped" in said(app)


def test_what_the_browser_sends_is_checked() -> None:
    assert looked_of({"at": [1, 2], "shift": [99, -1], "difference": True}) == Looked((1, 2), (FARTHEST, -1), True)
    assert [looked_of(each) for each in (None, {}, {"shift": ["x", 1]}, {"shift": [1]})] == [Looked()] * 4
