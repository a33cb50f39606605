"""Hands on what a widget holds when another page goes on with its key.

Fault: a widget with `persist_state="session"` has an id of its own on each page. Streamlit hands its value on under the
key when it clears away the widget of the page that was left; but where the browser still speaks of that one, it is
cleared only after the new page's first run. Where that run is broken off, the clearing comes later still.
Where a view is left and chosen again at once, the browser may speak of its widgets with the click that brings them
back, and forget them before they come: they are not sent their values then.
Shows: in the first run the new widget is `None` or at its default; the old value can come back over what was chosen
since; and what came back too soon is `None` or at its default from the next run on.
Streamlit: 1.67, since `persist_state` exists (https://github.com/streamlit/streamlit/pull/15645); no issue is known.
"""

from dataclasses import replace as replaced
from typing import Any

from streamlit.runtime.state.common import RegisterWidgetResult, WidgetMetadata
from streamlit.runtime.state.session_state import SessionState

from pages.streamlit_patches.replacing import replace

_register = SessionState.register_widget


def apply() -> None:
    """From now on, hand a key's value on to its widget of this page before that is drawn."""
    replace(SessionState, "register_widget", _register, _register_with_value, digest="4529c7d6a01d0a70")


def _register_with_value(
    state: SessionState, metadata: WidgetMetadata[Any], user_key: str | None
) -> RegisterWidgetResult[Any]:
    """Stand in for `SessionState.register_widget`, which every widget calls as it is drawn."""
    if user_key is None or metadata.persist_state != "session":
        return _register(state, metadata, user_key)
    before = state._key_id_mapper.get_id_from_key(user_key, None)
    if before is not None and before != metadata.id:
        _hand_on(state, before, metadata.id, user_key)
    # What was left out of a run has its value under the key.
    came_back = user_key in state._old_state
    if came_back:
        state._old_state.setdefault(metadata.id, state._old_state.pop(user_key))
    registered = _register(state, metadata, user_key)
    return replaced(registered, value_changed=True) if came_back else registered


def _hand_on(state: SessionState, before: str, now: str, user_key: str) -> None:
    try:
        value = state._getitem(before, user_key)
    except KeyError:
        return
    # Forgotten, or the clearing of the widget that was left would put its value over this one's.
    for known in (state._new_widget_state.states, state._old_state, state._key_id_mapper._id_key_mapping):
        known.pop(before, None)
    # What the browser sent of the new widget is newer.
    if now not in state._new_widget_state:
        state._old_state.pop(now, None)
        state._old_state[user_key] = value
