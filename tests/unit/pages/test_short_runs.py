"""What a short run of a fragment draws goes to the browser at once."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from pages.streamlit_patches import short_runs


def begun(*fragments: str) -> ForwardMsg:
    message = ForwardMsg()
    message.new_session.main_script_path = "app.py"
    message.metadata.run.fragment_ids.extend(fragments)
    return message


def text() -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.append(0)
    message.delta.new_element.text.body = "text"
    return message


def ended() -> ForwardMsg:
    message = ForwardMsg()
    message.script_finished = ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
    return message


def state(running: bool) -> ForwardMsg:
    message = ForwardMsg()
    message.session_status_changed.script_is_running = running
    return message


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What is to be done later."""
    found: list[Callable[[], object]] = []

    def call_later(_: float, function: Callable[..., object], *arguments: object) -> None:
        found.append(lambda: function(*arguments))

    monkeypatch.setattr(asyncio, "get_running_loop", lambda: SimpleNamespace(call_later=call_later))
    return found


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(AppSession, "flush_browser_queue", AppSession.flush_browser_queue)  # Put back afterwards.
    short_runs.apply()
    woken: list[bool] = []
    return SimpleNamespace(
        _browser_queue=ForwardMsgQueue(), woken=woken, _message_enqueued_callback=lambda: woken.append(True)
    )


def flushed(session: Any) -> list[str | None]:
    return [message.WhichOneof("type") for message in AppSession.flush_browser_queue(session)]


@pytest.mark.xfail(strict=True, reason="Streamlit 1.67 sends each alone: when it no longer does, short_runs can go")
def test_streamlit_by_itself_sends_a_short_run_at_once(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AppSession, "flush_browser_queue", short_runs._flush)
    session._browser_queue.enqueue(begun("live"))
    assert flushed(session) == []


@pytest.mark.usefixtures("later")
def test_a_fragments_messages_wait_for_its_end(session: Any) -> None:
    for message in (begun("live"), text()):
        session._browser_queue.enqueue(message)
        assert flushed(session) == []
    for message in (state(True), ended(), state(False)):
        session._browser_queue.enqueue(message)
    assert flushed(session) == ["new_session", "delta", "script_finished"]


def test_a_long_run_is_shown_as_it_goes(
    session: Any, later: list[Callable[[], object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for message in (begun("live"), state(True)):
        session._browser_queue.enqueue(message)
    assert flushed(session) == []
    monkeypatch.setattr(short_runs, "_SHORT_S", 0.0)  # As if it had passed.
    later.pop()()
    assert session.woken
    assert flushed(session) == ["new_session", "session_status_changed"]
    session._browser_queue.enqueue(text())
    assert flushed(session) == ["delta"]


def test_a_whole_page_is_shown_as_it_comes(session: Any) -> None:
    session._browser_queue.enqueue(begun())
    assert flushed(session) == ["new_session"]
