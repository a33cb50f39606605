"""Who looks at a page of a server for a class: found out from the session's own connection, never kept by a page."""

import time
from collections import OrderedDict
from pathlib import Path
from threading import Lock

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.classroom import sharing
from core.errors import StorageError
from core.spaces import people, settings
from core.spaces.people import Visitor
from core.storage import data_home

# The cookie of a browser that has signed in; only this server's routes set it, and no script can read it.
COOKIE = "pixelwise_space"
_MOST_SESSIONS = 10_000
_tokens: OrderedDict[str, str] = OrderedDict()
_signed_in: OrderedDict[str, bool] = OrderedDict()
_lock = Lock()
# How often a space is looked at for what is shared, at most.
_LOOK_S = 5.0
_entered: dict[Path, float] = {}


def served() -> bool:
    """Tell whether the app is served to a class, and one has to sign in."""
    return settings.served()


def apply() -> None:
    """Have `core` ask this module whose home is meant, where the app is served to a class."""
    data_home.find_by(find_home if served() else None)


def find_home() -> Path:
    """Return the home of whoever looks at the page that runs now.

    Raises:
        StorageError: nobody who is signed in does.
    """
    found = visitor()
    if found is None:
        raise StorageError("You are not signed in, or no longer. Load the page again.")
    return found.home


def visitor() -> Visitor | None:
    """Return who looks at the page that runs now; `None`: nobody who is signed in, or the app is not served."""
    serving, context = settings.now(), get_script_run_ctx(suppress_warning=True)
    if serving is None or context is None:
        return None
    found = people.visitor(_token(context.session_id))
    if found is None and serving.accounts:
        found = people.account(dict(context.user_info))
    with _lock:
        _signed_in[context.session_id] = found is not None
        _signed_in.move_to_end(context.session_id)
        while len(_signed_in) > _MOST_SESSIONS:
            _signed_in.popitem(last=False)
    return found


def is_signed_in(session: str) -> bool:
    """Tell whether a session's page was last drawn for somebody who is signed in."""
    return _signed_in.get(session, False)


def is_same(session: str, cookie: str) -> bool:
    """Tell whether a request, by its cookie, is of the browser whose session's page was drawn, and may still see it."""
    if not served():
        return True
    with _lock:
        token = _tokens.get(session, "")
    return is_signed_in(session) and cookie == token and (not token or people.visitor(token) is not None)


def enter(who: Visitor) -> None:
    """Have a visitor's space be there, and show what is shared with the class by now.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    now = time.monotonic()
    if now - _entered.get(who.home, -_LOOK_S) >= _LOOK_S:
        sharing.show_in(who.home)
        _entered[who.home] = now


def _token(session: str) -> str:
    """Return the token that came with a session's connection; of one that is cut just now, what came with it before."""
    sent = st.context.cookies
    with _lock:
        if sent:
            _tokens[session] = sent.get(COOKIE) or ""
            _tokens.move_to_end(session)
            while len(_tokens) > _MOST_SESSIONS:
                _tokens.popitem(last=False)
        return _tokens.get(session, "")
