"""Controls that several pages have: choosing a data set or a run, and numbers drawn from their settings."""

from collections.abc import Sequence

import streamlit as st

from core.datasets import catalogue
from core.runs import Run
from core.settings import Specification


def choose_dataset(names: Sequence[str]) -> str:
    """Let the user choose a data set; the choice is in the address and holds on every page."""
    titles = {name: entry.about.title for name, entry in catalogue.CATALOGUE.items()}
    chosen = st.selectbox(
        "Data set", names, key="dataset", bind="query-params", format_func=lambda name: titles.get(name, name)
    )
    return str(chosen)


def choose_run(found: Sequence[Run]) -> Run:
    """Let the user choose a run, the newest first; the choice is in the address and holds on every page."""
    by_name = {run.name: run for run in found}
    # Labels must not change while a run goes on: the browser keeps the chosen label's text.
    return by_name[str(st.selectbox("Run", list(by_name), key="run", bind="query-params"))]


def number(part: Specification, field: str, label: str, *, key: str) -> int | float:
    """Draw a number's control from its setting: range, step, unit and help.

    Args:
        part: the specification whose value is the default.
        field: the field's name.
        label: what a person calls it.
        key: the widget's key; another key starts from the default again.
    """
    about = part.setting_of(field)
    value = getattr(part, field)
    kind = type(value)
    unit = f" ({about.unit})" if about.unit else ""
    chosen = st.number_input(
        label + unit,
        min_value=None if about.minimum is None else kind(about.minimum),
        max_value=None if about.maximum is None else kind(about.maximum),
        value=value,
        step=None if about.step is None else kind(about.step),
        help=about.help,
        key=key,
        persist_state="session",
    )
    return kind(chosen)
