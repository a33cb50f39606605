"""The page's address: what is chosen stands in it, so that a link shows the same thing and Back goes back."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_Value = TypeVar("_Value")
# A click may be sent before the browser has heard of the address that the click before it made: on a busy machine
# seconds later. After that, an old address came by a link in the page.
_ECHO_S = 10.0


class _Replaced(NamedTuple):
    """A page's address that was replaced by another one, and when."""

    page: str
    address: dict[str, list[str]]
    by: dict[str, list[str]]
    when: float


def resume(*, without: Sequence[str] = ()) -> None:
    """Bring back what stood in the address when the page was left, if it was now opened without any.

    Args:
        without: parameters that are not brought back.
    """
    if not st.query_params:
        left = {name: texts for name, texts in _written().items() if texts and name not in without}
        if left:
            st.query_params.from_dict(left)


def adopt(key: str, parameter: str, read: Callable[[list[str]], _Value]) -> None:
    """Give a widget that is about to be drawn its value in the address, where that came from outside.

    It came from outside (by a link, by Back, typed) when it is not what this session wrote there.

    Args:
        key: the widget's key, or any of the session's state.
        parameter: the parameter's name in the address.
        read: makes the value of the parameter's texts, which may be none, or nonsense.
    """
    texts = st.query_params.get_all(parameter)
    if texts != _written().get(parameter, []) and not _is_echo():
        st.session_state[key] = read(texts)


def note(parameter: str, texts: Sequence[str]) -> None:
    """Remember what is chosen for the address; `write` puts all of it there at once. No text: no such parameter."""
    st.session_state.setdefault("address_noted", {})[parameter] = list(texts)


def write() -> None:
    """Put what was noted in the address: one step of the browser's history."""
    noted = st.session_state.pop("address_noted", {})
    came = _now()
    before = st.session_state["address_replaced"].by if _is_echo() else came
    after = {name: texts for name, texts in (before | noted).items() if texts}
    _written().update(noted)
    if after != before or after != came:
        st.session_state["address_replaced"] = _Replaced(st.session_state["page"], came, after, time.monotonic())
        st.query_params.from_dict(after)


def _now() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _written() -> dict[str, list[str]]:
    """Return what was written there on this page: others have parameters of the same name."""
    by_page: dict[str, dict[str, list[str]]] = st.session_state.setdefault("address_written", {})
    return by_page.setdefault(st.session_state["page"], {})


def _is_echo() -> bool:
    """Tell whether the address is the one before: a click is sent before the browser hears of the last one's effect.

    Back and Forward come with an old address too; with them, Streamlit tells the server that they are that.
    """
    replaced: _Replaced | None = st.session_state.get("address_replaced")
    context = get_script_run_ctx()
    return (
        replaced is not None
        and not (context is not None and context.is_history_navigation)
        and (replaced.page, replaced.address) == (st.session_state["page"], _now())
        and time.monotonic() - replaced.when < _ECHO_S
    )
