"""Components of our own: a folder each, its Python in `__init__.py`, its script and style beside it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core.charts.palette import style_variables

_FOLDER = Path(__file__).parent
_IMPORT = re.compile(r'^import [^;]+ from "(\.[\w./]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def script(name: str) -> str:
    """Return a script below this folder as one text, what it imports before it.

    In files of their own the parts are modules, which tests and type checks take one by one; a component's script
    cannot import. Their names must differ all the same: together they are one module.
    """
    parts: dict[Path, str] = {}

    def add(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        for imported in _IMPORT.findall(text):
            if (other := (path.parent / imported).resolve()) not in parts:
                add(other)
        parts[path] = _EXPORT.sub("", _IMPORT.sub("", text))

    add((_FOLDER / name).resolve())
    return "\n".join(parts.values())


def style(*names: str) -> str:
    """Return styles below this folder as one, after the palette as CSS variables; a later one adds to those before."""
    return "\n".join([style_variables(), *((_FOLDER / name).read_text(encoding="utf-8") for name in names)])


def taking(key: str, name: str, take: Callable[[Any], None]) -> Callable[[], None]:
    """Return a callback for what a component sends under a name; it hands that to `take`.

    What was sent just as the user left the page comes to nothing: Streamlit calls back when the component is gone.
    """

    def called() -> None:
        sent = st.session_state.get(key, {}).get(name)
        if sent is not None:
            take(sent)

    return called
