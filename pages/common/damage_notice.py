"""What is damaged in the data home, said above every page until it is removed."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from core import damaged
from core.damaged import Damaged
from core.storage import data_home
from pages.common.messages import attempt, escape_markdown, show_refusal

_KEY = "damaged"
# With 1,000 runs a look takes 30 ms: what was found counts for so many times as long.
_COUNTS_FOR = 20.0
_MOST_HOMES = 200
_last: dict[Path, tuple[float, list[Damaged]]] = {}


def say_damaged() -> None:
    """Say what is damaged, with a button that deletes it; nothing where all is well."""
    show_refusal(key=_KEY)
    found = _found()
    if not found:
        return
    title = "Something in your data is damaged" if len(found) == 1 else f"{len(found)} things in your data are damaged"
    with st.expander(f"{title}: the rest can be used", icon=":material/warning:"):
        for each in found:
            said, act = st.columns([6, 1], vertical_alignment="center")
            said.markdown(f"**damaged:** {escape_markdown(each.sentence)}")
            if each.for_good:
                act.page_link("pages/datasets/page.py", label="Datasets", icon=":material/database:")
            elif each.remove is not None:
                act.button(
                    "Remove",
                    key=f"damaged_{each.key}",
                    icon=":material/delete:",
                    width="stretch",
                    on_click=attempt,
                    args=(partial(_remove, each.remove),),
                    kwargs={"key": _KEY},
                )


def _found() -> list[Damaged]:
    """Return what is damaged, looked for often enough and no more."""
    begun, folder = time.monotonic(), data_home.data_home()
    until, known = _last.get(folder, (0.0, []))
    if begun < until:
        return known
    found = damaged.all_damaged()
    now = time.monotonic()
    if len(_last) > _MOST_HOMES:
        _last.clear()
    _last[folder] = now + _COUNTS_FOR * (now - begun), found
    return found


def _remove(remove: Callable[[], None]) -> None:
    _last.pop(data_home.data_home(), None)
    remove()
