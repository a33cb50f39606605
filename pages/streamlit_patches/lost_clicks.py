"""Keeps what was clicked from being lost where one run of a page takes the place of another.

Fault: a click stops the run that goes on and begins another. What waited its turn in the stopped run is dropped, with
its callback. What the stopped run, or one that ended by `st.rerun()`, had not come to is dropped too: the next finds
`st.button(…)` false. A fragment that is asked for as a run has ended, but has not said so yet, begins at once, and what
the ended run still had to send is dropped. A fragment whose parent is about to draw it again is not run at all.
Shows: on a busy machine two quick clicks do what one does, and a dialog that was closed stays and takes the keys.
Streamlit: 1.67; of a dialog that stays, https://github.com/streamlit/streamlit/issues/9921
"""

from collections.abc import Mapping
from typing import Any

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner_utils.script_requests import (
    ScriptRequests,
    ScriptRequestType,
    _has_active_trigger_value,
)
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.state import widgets
from streamlit.runtime.state.common import RegisterWidgetResult, T, WidgetMetadata
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

from pages.streamlit_patches import superseded_runs
from pages.streamlit_patches.replacing import replace

AGAIN_S = 0.01
_UNREAD = "_pixelwise_unread_clicks"

_ask = AppSession.request_rerun
_begin = SafeSessionState.on_script_will_rerun
_register = widgets.register_widget_from_metadata
_finish = SessionState.on_script_finished


def apply() -> None:
    """From now on, what was clicked reaches its callback, and the code below its widget, once."""
    replace(AppSession, "request_rerun", _ask, _ask_in_turn, digest="52f29d8973368c8b")
    replace(SafeSessionState, "on_script_will_rerun", _begin, _begin_with_unread, digest="61c14e58f2181666")
    replace(widgets, "register_widget_from_metadata", _register, _register_as_read, digest="15bf7ce51c2e261e")
    replace(SessionState, "on_script_finished", _finish, _finish_with_unread, digest="57d6b4feac117f90")


def _ask_in_turn(session: AppSession, client_state: ClientState | None) -> None:
    """Stand in for `AppSession.request_rerun`, which the server calls for each message of the browser."""
    runner = session._scriptrunner
    if session._state == AppSessionState.SHUTDOWN_REQUESTED or runner is None or client_state is None:
        ended = True
    else:
        ended = runner._requests._state == ScriptRequestType.STOP
        if client_state.fragment_id and (ended or not session.has_fragment(client_state.fragment_id)):
            session._event_loop.call_later(AGAIN_S, _ask_in_turn, session, client_state)
            return
        if not client_state.fragment_id and (waiting := stop(runner._requests)) is not None:
            told = {each.id: each for each in (*_triggers(waiting), *client_state.widget_states.widgets)}
            client_state.widget_states.CopyFrom(WidgetStates(widgets=told.values()))
    if ended:
        # A run that was not taken the place of has drawn what it draws: the rest of what was clicked is gone from it.
        _unread(session._session_state).clear()
    _ask(session, client_state)


def stop(requests: ScriptRequests) -> WidgetStates | None:
    """Stop a run; return what its widgets would have been told next, `None` where nothing waits."""
    with requests._lock:
        waits = requests._state == ScriptRequestType.RERUN
        requests._state = ScriptRequestType.STOP
        return requests._rerun_data.widget_states if waits else None


def _begin_with_unread(
    run: SafeSessionState,
    fresh_widget_states: WidgetStates | None,
    *,
    replay_trigger_states: WidgetStates | None = None,
    replay_trigger_values: Mapping[str, Any] | None = None,
    is_history_navigation: bool = False,
) -> None:
    """Stand in for `SafeSessionState.on_script_will_rerun`, which calls what was clicked back before the page runs."""
    run._yield_callback()
    with run._lock:
        unread = _unread(run._state)
        replayed = WidgetStates(widgets=[*unread.values(), *_triggers(replay_trigger_states)])
        triggers = _triggers(fresh_widget_states)
        if superseded_runs.is_superseded(run):
            # The newer run was told all values anew.
            fresh_widget_states = WidgetStates(widgets=triggers)
        unread.update({each.id: each for each in triggers})
        run._state.on_script_will_rerun(
            fresh_widget_states,
            replay_trigger_states=replayed if replayed.widgets else None,
            replay_trigger_values=replay_trigger_values,
            is_history_navigation=is_history_navigation,
        )


def _register_as_read(metadata: WidgetMetadata[T], ctx: ScriptRunContext | None) -> RegisterWidgetResult[T]:
    """Stand in for `register_widget_from_metadata`, which tells a widget what was clicked as it is drawn."""
    registered = _register(metadata, ctx)
    if ctx is not None:
        _unread(ctx.session_state._state).pop(metadata.id, None)
    return registered


def _finish_with_unread(
    state: SessionState, widget_ids_this_run: frozenset[str], *, remove_stale_widgets: bool = True
) -> None:
    """Stand in for `SessionState.on_script_finished`; a run that is to be drawn again at once leaves stale ones."""
    _finish(state, widget_ids_this_run, remove_stale_widgets=remove_stale_widgets)
    unread = _unread(state)
    if remove_stale_widgets:
        unread.clear()
    for each in list(unread.values()):
        state._new_widget_state.set_widget_from_proto(each)


def _unread(state: SessionState) -> dict[str, WidgetState]:
    """Return what was clicked of a session and no code below its widget has seen, by the widget's id."""
    run = superseded_runs.newest(state)
    if run is None:
        return {}
    unread: dict[str, WidgetState] = run.__dict__.setdefault(_UNREAD, {})
    return unread


def _triggers(states: WidgetStates | None) -> list[WidgetState]:
    return [] if states is None else [each for each in states.widgets if _has_active_trigger_value(each)]
