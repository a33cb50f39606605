"""Controls that several pages have: choosing a data set or a run, numbers from settings, the way to a first run."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from core import comparison, runs
from core.datasets import catalogue
from core.runs import Run
from pages.shared import address

_LAST_RUN = "run_chosen_last"


def choose(
    label: str, names: Sequence[str], *, key: str, parameter: str, titles: Mapping[str, str] | None = None
) -> str:
    """Let the user choose one of some names; the choice is kept for the session, and noted for the address.

    Streamlit's own binding to the address writes titles there and forgets a choice that a page does not offer.

    Args:
        label: what is chosen.
        names: at least one.
        key: the widget's key; pages that use the same one share the choice.
        parameter: its name in the address.
        titles: what to show for a name, no two alike; without one the name itself.
    """
    asked = st.query_params.get(parameter)
    if address.has_come(key, parameter, shared=True) and asked in names:
        st.session_state[key] = asked
    elif st.session_state.get(key) not in names:
        st.session_state[key] = names[0]
    shown = titles or {}
    chosen = str(
        st.selectbox(label, names, key=key, format_func=lambda name: shown.get(name, name), persist_state="session")
    )
    address.note(parameter, [chosen])
    return chosen


def choose_dataset(names: Sequence[str]) -> str:
    """Let the user choose a data set; the choice is in the address and holds on every page."""
    titles = {name: catalogue.title(name) for name in names}
    return choose("Data set", names, key="dataset", parameter="dataset", titles=titles)


def choose_run(found: Sequence[Run], *, key: str) -> Run:
    """Let the user choose a run, the newest first; the one that was chosen last on any page, where it is found.

    Args:
        found: at least one.
        key: the widget's key; a page that offers other runs than another has one of its own.
    """
    by_name, shown = {run.name: run for run in found}, f"{key}_shown"
    before, last = st.session_state.get(shown), st.session_state.get(_LAST_RUN)
    if last in by_name and last != before:
        st.session_state[key] = last
    name = choose("Run", list(by_name), key=key, parameter="run", titles=full_titles(found))
    # What a page shows by itself as it is opened nobody has chosen.
    if name != before and (before is not None or name == st.query_params.get("run")):
        turn_to(name)
    st.session_state[shown] = name
    return by_name[name]


def turn_to(run: str) -> None:
    """Make a run the one chosen last, by its name: pages that have it show it from the next rerun on."""
    st.session_state[_LAST_RUN] = run


def full_titles(found: Sequence[Run]) -> dict[str, str]:
    """Return titles that tell runs apart, by name, with the browser's time."""
    try:
        zone = ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    return comparison.full_titles(found, zone)


def full_title(name: str) -> str:
    """Return the full title of one of the user's runs; the name where there is no such run."""
    return full_titles([run for run in runs.all_runs() if run.name == name]).get(name, name)


def train_first(sentence: str) -> None:
    """Say why a page is empty, and lead to the training that fills it."""
    st.info(sentence)
    st.page_link(
        "pages/train.py",
        label="Train on the digits",
        query_params={"dataset": "digits", "recipe": "digits-cnn"},
    )
