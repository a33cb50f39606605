"""The page's address, where a click is sent before the browser has heard what the one before it made of it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import runs
from core.recipes.recipe import find_recipe
from pages.common import address


def page() -> None:
    import streamlit as st

    from pages.common import address

    turned = address.Parameter("page", "turned", lambda texts: texts, list, spelled=True)
    address.begin("Browse", [turned] if "turn_to" in st.session_state else [])
    if "turn_to" in st.session_state:
        st.session_state["turned"] = st.session_state.pop("turn_to")
    address.write()
    st.text(str(st.query_params.get("page")))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, list[str]]]:
    """What the browser is told that the address is."""
    told: list[dict[str, list[str]]] = []
    monkeypatch.setattr(type(st.query_params), "from_dict", lambda _self, address: told.append(address))
    return told


def turned(app: AppTest, to: str, *, from_address: str) -> None:
    """Ask for a page by a request in which the browser's address is this."""
    app.query_params["page"] = from_address
    app.session_state["turn_to"] = [to]
    app.run()


def test_a_click_that_came_with_an_old_address_is_in_the_address_at_last(sent: list[dict[str, list[str]]]) -> None:
    app = AppTest.from_function(page, default_timeout=30)
    turned(app, "1", from_address="2")
    turned(app, "2", from_address="2")
    assert sent == [{"page": ["1"]}, {"page": ["2"]}]
    app.query_params["page"] = "1"
    app.run()
    assert len(sent) == 2, "nothing was chosen"


def test_going_back_at_once_is_no_click_with_an_old_address(
    sent: list[dict[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = AppTest.from_function(page, default_timeout=30)
    turned(app, "1", from_address="2")
    monkeypatch.setattr(address, "get_script_run_ctx", lambda: SimpleNamespace(is_history_navigation=True))
    app.query_params["page"] = "2"
    app.run()
    assert sent == [{"page": ["1"]}], "the address is left where Back brought it"


def letters() -> None:
    import streamlit as st

    from pages.common import address
    from pages.common.pickers import choose, offered

    names = list("abcd")
    address.begin(st.session_state.get("on", "Errors"), offered(names, key="letter", parameter="letter"))
    choose("Letter", names, key="letter")
    if st.session_state.pop("interrupted", False):
        st.stop()
    address.write()


def asked(app: AppTest, letter: str, *, clicked: str = "") -> str:
    """Return the letter chosen after a request in which the browser's address has this one, perhaps with a click."""
    app.query_params["letter"] = letter
    if clicked:
        app.session_state["letter"] = clicked
    app.run()
    assert not app.exception
    return str(app.selectbox(key="letter").value)


def address_of(app: AppTest) -> str:
    """Return the letter that is in the address after a request."""
    return "".join(app.query_params["letter"])


@pytest.fixture
def chooser() -> AppTest:
    """A page on which a letter is chosen, opened by a link to `a`."""
    app = AppTest.from_function(letters, default_timeout=30)
    assert asked(app, "a") == "a"
    return app


def test_a_choice_outlasts_clicks_that_come_with_the_addresses_before_it(chooser: AppTest) -> None:
    assert asked(chooser, "a", clicked="b") == "b"
    assert asked(chooser, "a") == "b", "the browser has heard of neither"
    assert asked(chooser, "a", clicked="c") == "c"
    assert asked(chooser, "b") == "c", "the browser has heard of b, and not of c"
    assert address_of(chooser) == "c"
    assert asked(chooser, "d") == "d", "a link"


def test_a_choice_outlasts_a_click_that_came_before_the_page_was_drawn_to_its_end() -> None:
    app = AppTest.from_function(letters, default_timeout=30)
    app.session_state["interrupted"] = True
    assert asked(app, "a") == "a"
    app.session_state["interrupted"] = True
    assert asked(app, "a", clicked="b") == "b"
    assert asked(app, "a") == "b"
    assert address_of(app) == "b"


def test_an_old_address_is_a_link_after_a_while(chooser: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(chooser, "a", clicked="b") == "b"
    assert asked(chooser, "b", clicked="c") == "c"
    monkeypatch.setattr(address, "_ECHO_S", 0.0)
    assert asked(chooser, "a") == "a"


def test_back_leads_to_the_choice_before_at_once(chooser: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(chooser, "a", clicked="b") == "b"
    with monkeypatch.context() as back:
        back.setattr(address, "get_script_run_ctx", lambda: SimpleNamespace(is_history_navigation=True))
        assert asked(chooser, "a") == "a"
    assert asked(chooser, "a") == "a"
    assert address_of(chooser) == "a"


def test_a_link_wins_over_what_another_page_made_of_a_shared_choice(chooser: AppTest) -> None:
    chooser.session_state["on"] = "Predict"
    assert asked(chooser, "b") == "b"
    chooser.session_state["on"] = "Errors"
    assert asked(chooser, "a") == "a"


def run_of_a_page() -> None:
    import streamlit as st

    from core import runs
    from pages.common import address
    from pages.common.pickers import choose_run, run_parameter

    offered = [run for run in runs.all_runs() if run.name not in st.session_state.get("not_offered", ())]
    address.begin(st.session_state["on"], run_parameter(offered, key=f"run_{st.session_state['on']}"))
    choose_run(offered, key=f"run_{st.session_state['on']}")
    address.write()


def test_pages_show_the_run_that_was_chosen_last(data_home: Path) -> None:
    names = [runs.create(find_recipe("digits-cnn"), "digits").name for _ in range(3)]
    oldest, middle, newest = names
    app = AppTest.from_function(run_of_a_page, default_timeout=30)

    def opened(page: str, **changes: Any) -> str:
        app.session_state["on"] = page
        for name, value in changes.items():
            app.session_state[name] = value
        app.run()
        assert not app.exception
        return str(app.selectbox(key=f"run_{page}").value)

    assert opened("Errors") == newest
    assert opened("Errors", run_Errors=oldest) == oldest
    app.query_params.clear()
    assert opened("Predict") == oldest
    assert opened("Predict", run_Predict=middle) == middle
    app.query_params.clear()
    assert opened("Train", not_offered=[middle]) == newest, "what it has not, it cannot show"
    app.query_params.clear()
    assert opened("Errors", not_offered=[]) == middle, "and shows no other page that it has not"
    app.query_params["run"] = oldest
    assert opened("Train") == oldest, "a link wins"
    app.query_params.clear()
    assert opened("Predict") == oldest


@pytest.mark.parametrize(
    ("text", "expected"),
    [("7", 7), ("0", 0), ("9", None), ("-1", None), ("9" * 5000, None), ("9" * 20, None), ("٣", None), ("²", None)],
)
def test_a_whole_number_is_read_only_where_it_is_one(text: str, expected: int | None) -> None:
    assert address.whole([text, "1"], 8, None) == expected
    assert address.whole([], 8, 3) == 3
