"""Keeps a run that another has taken the place of from changing what the session holds.

Fault: a click stops the run that goes on, and begins another beside it, in a thread of its own. The older run should
change nothing from then on, but where it had just drawn its last, it ends as any other: it clears away the widgets that
it did not draw itself, those that the newer one has drawn meanwhile among them. The lock that is to keep the two apart
is one of each run's own.
Shows: after a quick click on another page, a red box, `KeyError: st.session_state has no key "…"`, or a choice that is
`None` or at its default.
Streamlit: 1.67, since runs are stopped so (`runner.fastReruns`); no issue is known.
"""

import threading
from typing import Any
from weakref import WeakValueDictionary

from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.state.common import RegisterWidgetResult, T, WidgetMetadata
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

from pages.streamlit_patches.replacing import replace

_make, _register, _finish = (
    ScriptRunner.__init__,
    SafeSessionState.register_widget,
    SafeSessionState.on_script_finished,
)
_making = threading.Lock()
# Of each session, by the number of its state, which lives as long as a run of it.
_newest: WeakValueDictionary[int, SafeSessionState] = WeakValueDictionary()


def apply() -> None:
    """From now on, only the newest run of a session changes what its widgets hold."""
    replace(ScriptRunner, "__init__", _make, _make_newest, digest="45c8c754b2dc1d97")
    replace(SafeSessionState, "register_widget", _register, _register_if_newest, digest="27ce74258d712017")
    replace(SafeSessionState, "on_script_finished", _finish, _finish_if_newest, digest="bc94fb0241ceff46")


def _make_newest(runner: ScriptRunner, *arguments: Any, **named: Any) -> None:
    """Stand in for `ScriptRunner.__init__`, which is called before the run's thread begins."""
    _make(runner, *arguments, **named)
    make_newest(runner._session_state)


def make_newest(run: SafeSessionState) -> None:
    """From now on, let no earlier run of a session change it: `run` is through what the newest one does so."""
    with _making:
        before = _newest.get(id(run._state))
        if before is not None:
            vars(run).update(vars(before) | {"_yield_callback": run._yield_callback})
        with run._lock:
            _newest[id(run._state)] = run


def newest(state: SessionState) -> SafeSessionState | None:
    """Return through what the newest run of a session that goes on changes what it holds."""
    return _newest.get(id(state))


def is_superseded(run: SafeSessionState) -> bool:
    """Tell whether a newer run of its session has begun."""
    return _newest.get(id(run._state), run) is not run


def _register_if_newest(
    run: SafeSessionState, metadata: WidgetMetadata[T], user_key: str | None
) -> RegisterWidgetResult[T]:
    """Stand in for `SafeSessionState.register_widget`; what it raises ends the run, as its being stopped does."""
    run._yield_callback()
    with run._lock:
        if is_superseded(run):
            raise StopException
        return run._state.register_widget(metadata, user_key)


def _finish_if_newest(
    run: SafeSessionState, widget_ids_this_run: frozenset[str], *, remove_stale_widgets: bool = True
) -> None:
    """Stand in for `SafeSessionState.on_script_finished`: the newest run clears away what nobody draws any more."""
    with run._lock:
        if not is_superseded(run):
            run._state.on_script_finished(widget_ids_this_run, remove_stale_widgets=remove_stale_widgets)
