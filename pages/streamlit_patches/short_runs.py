"""Sends what a short run of a fragment draws at once.

Fault: Streamlit sends it message by message, and each that a browser gets alone makes it draw the whole page anew.
Shows: at each step of a drag the browser draws seven times, half of its work there; sent together, three or four times.
Streamlit: 1.67 and before, https://github.com/streamlit/streamlit/issues/89
"""

import asyncio
import time

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession

from pages.streamlit_patches.replacing import replace

# What takes longer is sent as it comes.
_SHORT_S = 0.05
_BEGUN = "_pixelwise_short_run_begun"

_flush = AppSession.flush_browser_queue


def apply() -> None:
    """From now on, keep a fragment's messages until its run ends or is no short one."""
    replace(AppSession, "flush_browser_queue", _flush, _flush_whole_run, digest="3eeadc84646e4e1c")


def _flush_whole_run(session: AppSession) -> list[ForwardMsg]:
    """Stand in for `AppSession.flush_browser_queue`, which the server calls whenever there are messages."""
    queue = session._browser_queue._queue
    if not queue or not queue[0].HasField("new_session") or not queue[0].metadata.run.fragment_ids:
        return _flush(session)
    ended = any(message.HasField("script_finished") for message in queue)
    now = time.monotonic()
    begun: float | None = getattr(session, _BEGUN, None)
    if not ended and begun is None:
        setattr(session, _BEGUN, now)
        asyncio.get_running_loop().call_later(_SHORT_S, _wake, session)
        return []
    if not ended and begun is not None and now - begun < _SHORT_S:
        return []
    setattr(session, _BEGUN, None)
    return _without_states(_flush(session))


def _without_states(messages: list[ForwardMsg]) -> list[ForwardMsg]:
    """Leave out that the session runs where it is followed by that it does not."""
    states = [each for each in messages if each.HasField("session_status_changed")]
    if [each.session_status_changed.script_is_running for each in states] != [True, False]:
        return messages
    return [each for each in messages if not each.HasField("session_status_changed")]


def _wake(session: AppSession) -> None:
    """Have the server flush again, unless the session has ended."""
    if session._message_enqueued_callback is not None:
        session._message_enqueued_callback()
