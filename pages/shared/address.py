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
    """An address of the page that was replaced by another one, and when."""

    address: dict[str, list[str]]
    by: dict[str, list[str]]
    when: float


def begin(page: str) -> None:
    """Begin to draw a page, perhaps another one than before; what was noted and never written is forgotten."""
    st.session_state.pop("address_noted", None)
    another = st.session_state.get("page") != page
    if another:
        st.session_state["page"] = page
        st.session_state["address_heard"] = {}
    if another or _by_history():
        st.session_state["address_replaced"] = []


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

    Args:
        key: the widget's key, or any of the session's state.
        parameter: the parameter's name in the address.
        read: makes the value of the parameter's texts, which may be none, or nonsense.
    """
    if has_come(key, parameter):
        st.session_state[key] = read(st.query_params.get_all(parameter))


def has_come(key: str, parameter: str, *, shared: bool = False) -> bool:
    """Tell whether a parameter came from outside since this was asked last for a key: by a link, by Back, typed.

    What this session wrote there is nothing new, nor what it found there before, if a click brings it late.

    Args:
        key: who asks.
        parameter: the parameter's name in the address.
        shared: whether other pages change what it stands for: as this page is opened, what it wrote says nothing then.
    """
    heard = st.session_state.setdefault("address_heard", {})
    texts, before = st.query_params.get_all(parameter), heard.get((key, parameter))
    heard[key, parameter] = texts
    if before is None and shared:
        return True
    if texts == _written().get(parameter, []):
        return False
    late = any(texts == each.get(parameter, []) for one in _replaced() for each in (one.address, one.by))
    return _by_history() or (texts != before and not late)


def note(parameter: str, texts: Sequence[str]) -> None:
    """Remember what is chosen for the address; `write` puts all of it there at once. No text: no such parameter."""
    st.session_state.setdefault("address_noted", {})[parameter] = list(texts)


def write() -> None:
    """Put what was noted in the address: one step of the browser's history."""
    noted = st.session_state.pop("address_noted", {})
    came, replaced = _now(), _replaced()
    before = replaced[-1].by if any(came == each.address for each in replaced) else came
    after = {name: texts for name, texts in (before | noted).items() if texts}
    _written().update(noted)
    if after != before or after != came:
        st.session_state["address_replaced"] = [*replaced, _Replaced(came, after, time.monotonic())]
        st.query_params.from_dict(after)


def _now() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _written() -> dict[str, list[str]]:
    """Return what was written there on this page: others have parameters of the same name."""
    by_page: dict[str, dict[str, list[str]]] = st.session_state.setdefault("address_written", {})
    return by_page.setdefault(st.session_state["page"], {})


def _replaced() -> list[_Replaced]:
    """Return which of the page's addresses were replaced just now, the last one last: clicks may still bring them."""
    since = time.monotonic() - _ECHO_S
    return [each for each in st.session_state["address_replaced"] if each.when > since]


def _by_history() -> bool:
    """Tell whether Back or Forward led to the address, which may then be the one before and no echo of it."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation
