"""What a newer run of a session has drawn stays when an older one ends beside it."""

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.state import session_state
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

from pages.streamlit_patches import superseded_runs

LEFT, SHOWN = "$$ID-0123-left", "$$ID-4567-shown"


def widget(name: str) -> WidgetMetadata[Any]:
    return WidgetMetadata(name, lambda sent: sent or "first", lambda value: value, "json_value")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> tuple[SafeSessionState, SafeSessionState]:
    """An older run of a session that has drawn its page, and a newer one that has drawn the next."""
    drawn = SimpleNamespace(widget_ids_this_run=set(), form_ids_this_run=set())
    context = SimpleNamespace(page_script_hash="page", fragment_ids_this_run=None, shared=drawn)
    monkeypatch.setattr(session_state, "get_script_run_ctx", lambda: context)
    state = SessionState()
    older, newer = (SafeSessionState(state, lambda: None) for _ in range(2))
    superseded_runs.make_newest(older)
    superseded_runs._register_if_newest(older, widget(LEFT), "left")
    superseded_runs.make_newest(newer)
    superseded_runs._register_if_newest(newer, widget(SHOWN), "shown")
    return older, newer


def test_the_end_of_an_older_run_takes_nothing_away(runs: tuple[SafeSessionState, SafeSessionState]) -> None:
    older, newer = runs
    superseded_runs._finish_if_newest(older, frozenset({LEFT}))
    assert newer["shown"] == "first"


@pytest.mark.xfail(strict=True, raises=KeyError, reason="in Streamlit 1.67: else superseded_runs can go")
def test_streamlit_by_itself_takes_nothing_away(runs: tuple[SafeSessionState, SafeSessionState]) -> None:
    older, newer = runs
    superseded_runs._finish(older, frozenset({LEFT}))
    assert newer["shown"] == "first"


def test_the_newest_run_clears_away_what_was_left(runs: tuple[SafeSessionState, SafeSessionState]) -> None:
    _, newer = runs
    superseded_runs._finish_if_newest(newer, frozenset({SHOWN}))
    assert newer["shown"] == "first" and "left" not in newer


def test_an_older_run_draws_nothing_more(runs: tuple[SafeSessionState, SafeSessionState]) -> None:
    with pytest.raises(StopException):
        superseded_runs._register_if_newest(runs[0], widget(LEFT), "left")


def test_the_runs_of_a_session_wait_for_each_other(runs: tuple[SafeSessionState, SafeSessionState]) -> None:
    assert runs[0]._lock is runs[1]._lock
