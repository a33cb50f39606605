"""A key that pages share has its value from a page's first run on."""

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.state import session_state
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import SessionState

from pages.streamlit_patches import shared_keys

KEY, ERRORS, BROWSE = "per", "$$ID-errors-per", "$$ID-browse-per"


def per_page(widget: str) -> WidgetMetadata[Any]:
    """A choice without a default, as one page draws it."""
    return WidgetMetadata(widget, lambda sent: sent, lambda value: value, "json_value", persist_state="session")


class Session:
    """A session that shows one page after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.state = SessionState()
        drawn = SimpleNamespace(widget_ids_this_run=set(), form_ids_this_run=set())
        context = SimpleNamespace(page_script_hash="page", fragment_ids_this_run=None, shared=drawn)
        monkeypatch.setattr(session_state, "get_script_run_ctx", lambda: context)

    def begin(self, **clicked: str) -> None:
        """Begin a run; the browser sends what widgets hold."""
        self.state._compact_state()
        for widget, value in clicked.items():
            self.state._new_widget_state.set_from_value(widget, value)

    def draw(self, widget: str) -> Any:
        return self.state.register_widget(per_page(widget), KEY).value

    def sent(self, widget: str) -> bool:
        """Draw a widget; return whether the browser is sent its value."""
        return self.state.register_widget(per_page(widget), KEY).value_changed

    def end(self, *widgets: str) -> None:
        self.state.on_script_finished(frozenset(widgets))


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session that is about to leave Errors, where 48 was chosen."""
    monkeypatch.setattr(SessionState, "register_widget", SessionState.register_widget)  # Put back afterwards.
    shared_keys.apply()
    return at_errors(Session(monkeypatch))


def at_errors(session: Session) -> Session:
    session.begin(**{ERRORS: "48"})
    session.draw(ERRORS)
    session.end(ERRORS)
    session.begin(**{ERRORS: "48"})  # The click on the link still speaks of what is on Errors.
    return session


def test_the_first_run_of_the_next_page_has_the_value(session: Session) -> None:
    assert session.draw(BROWSE) == "48"
    session.end(BROWSE)
    session.begin()
    assert session.draw(BROWSE) == "48"


@pytest.mark.xfail(strict=True, reason="Streamlit 1.67 hands it on later: when it no longer does, shared_keys can go")
def test_streamlit_by_itself_has_the_value_in_the_first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SessionState, "register_widget", shared_keys._register)
    assert at_errors(Session(monkeypatch)).draw(BROWSE) == "48"


def test_what_is_chosen_while_the_page_is_still_drawn_stays(session: Session) -> None:
    session.draw(BROWSE)
    session.begin(**{BROWSE: "24"})  # The first run was broken off.
    assert session.draw(BROWSE) == "24"
    session.end(BROWSE)
    session.begin(**{BROWSE: "24"})
    assert session.state[KEY] == "24"


def test_the_way_back_has_what_was_chosen_last(session: Session) -> None:
    session.draw(BROWSE)
    session.end(BROWSE)
    session.begin(**{BROWSE: "24"})
    session.draw(BROWSE)
    session.end(BROWSE)
    session.begin(**{BROWSE: "24"})
    assert session.draw(ERRORS) == "24"


def test_what_a_page_sets_before_it_draws_the_widget_holds(session: Session) -> None:
    session.state[KEY] = "96"
    assert session.draw(BROWSE) == "96"


def come_back(session: Session) -> bool:
    """Leave the widget out of a run and draw it in the next, for which the browser spoke of it still."""
    session.end()
    session.begin(**{ERRORS: "48"})
    return session.sent(ERRORS)


def test_a_widget_that_comes_back_while_the_browser_forgets_it_is_sent_its_value(session: Session) -> None:
    assert come_back(session)
    assert session.state[KEY] == "48"
    session.end(ERRORS)
    session.begin(**{ERRORS: "24"})
    assert not session.sent(ERRORS), "what is drawn in every run is the browser's to say"


@pytest.mark.xfail(strict=True, reason="Streamlit 1.67 sends it nothing: when it does, this part of shared_keys can go")
def test_streamlit_by_itself_sends_a_widget_that_comes_back_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SessionState, "register_widget", shared_keys._register)
    assert come_back(at_errors(Session(monkeypatch)))
