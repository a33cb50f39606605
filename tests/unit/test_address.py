"""The page's address, where a click is sent before the browser has heard what the one before it made of it."""

from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared import address


def page() -> None:
    import streamlit as st

    from pages.shared import address

    st.session_state["page"] = "Browse"
    if "turn_to" in st.session_state:
        address.note("page", st.session_state.pop("turn_to"))
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
