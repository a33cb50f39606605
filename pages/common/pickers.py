"""Controls that several pages have: choosing a dataset or a run, numbers from settings, the way to a first run."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from core import runs
from core.datasets.sources import catalogue
from core.runs import Run, comparison
from core.storage import data_home
from pages.common.address import AddressError, Parameter
from pages.common.messages import escape_markdown
from pages.common.page_frame import name_tab

_LAST_RUN = "run_chosen_last"
_LONGEST_SAID = 60


def offered(
    names: Sequence[str], *, key: str, parameter: str, usual: str = "", not_here: Collection[str] = ()
) -> Iterator[Parameter]:
    """Yield the parameter of a choice among names; after that one of them is chosen.

    Args:
        names: at least one.
        key: the widget's; pages that use the same one share the choice.
        parameter: its name in the address.
        usual: which one is chosen where nobody has; empty: the first.
        not_here: names that exist and are not offered: the page says why.
    """

    def read(texts: list[str]) -> str:
        if texts[0] in names:
            return texts[0]
        if texts[0] in not_here:
            return str(st.session_state.get(key))
        raise AddressError(f"there is no {parameter} “{texts[0][:_LONGEST_SAID]}” here.", st.session_state.get(key))

    yield Parameter(parameter, key, read, stays=True, shared=True, resumed=False)
    if names and st.session_state.get(key) not in names:
        st.session_state[key] = usual or names[0]


def dataset_parameter(names: Sequence[str] | None = None) -> Iterator[Parameter]:
    """Yield the parameter of the dataset, of those names or of all that are on this machine; then one is chosen."""
    yield from offered(catalogue.available() if names is None else names, key="dataset", parameter="dataset")


def run_parameter(found: Sequence[Run], *, key: str) -> Iterator[Parameter]:
    """Yield the parameter of a run; then one is chosen: the last chosen on any page, unless a link asks for another.

    Args:
        found: the runs, the newest first, at least one.
        key: as for `choose_run`.
    """
    names, last = [run.name for run in found], st.session_state.get(_LAST_RUN)
    if last in names and last != st.session_state.get(f"{key}_shown"):
        st.session_state[key] = last
    is_chosen = not names or st.session_state.get(key) in names
    usual = "" if is_chosen else comparison.apart_from_trials(found)[0].name
    yield from offered(names, key=key, parameter="run", usual=usual, not_here=data_home.folders_in(runs.runs_folder()))


def choose(label: str, names: Sequence[str], *, key: str, titles: Mapping[str, str] | None = None) -> str:
    """Let the user choose one of some names, which `offered` declares; the choice is kept for the session.

    Streamlit's own binding to the address writes titles there and forgets a choice that a page does not offer.

    Args:
        label: what is chosen.
        names: at least one.
        key: the widget's key; pages that use the same one share the choice.
        titles: what to show for a name, no two alike; without one the name itself.
    """
    if st.session_state.get(key) not in names:
        st.session_state[key] = names[0]
    shown = titles or {}
    return str(
        st.selectbox(label, names, key=key, format_func=lambda name: shown.get(name, name), persist_state="session")
    )


def told_apart(titles: Mapping[str, str]) -> dict[str, str]:
    """Return titles by name, no two alike: Streamlit takes the last of options that read alike, whichever is chosen."""
    counts = Counter(titles.values())
    return {name: title if counts[title] == 1 else f"{title} ({name})" for name, title in titles.items()}


def dataset_titles(names: Sequence[str]) -> dict[str, str]:
    """Return titles that tell datasets apart, by name."""
    return told_apart({name: catalogue.title(name) for name in names})


def choose_dataset(names: Sequence[str]) -> str:
    """Let the user choose a dataset; the choice holds on every page."""
    titles = dataset_titles(names)
    name = choose("Dataset", names, key="dataset", titles=titles)
    name_tab(st.session_state["page"], titles[name])
    return name


def choose_run(found: Sequence[Run], *, key: str) -> Run:
    """Let the user choose a run, the newest first; `run_parameter` declares it.

    Of a sweep's trials only the best is offered; another one where a link or a page led to it.

    Args:
        found: at least one.
        key: the widget's key; a page that offers other runs than another has one of its own.
    """
    found = comparison.apart_from_trials(found, {str(st.session_state.get(key))})
    by_name, shown = {run.name: run for run in found}, f"{key}_shown"
    before = st.session_state.get(shown)
    titles = full_titles(found)
    name = choose("Run", list(by_name), key=key, titles=titles)
    name_tab(st.session_state["page"], titles[name])
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
    folder = runs.runs_folder()
    return full_titles([Run(folder / name)])[name] if name in data_home.folders_in(folder) else name


def train_first(sentence: str, dataset: str = "digits") -> None:
    """Say why a page is empty, and lead to the training that fills it.

    Args:
        sentence: why.
        dataset: the name of the dataset to train on.
    """
    st.info(sentence)
    if dataset == "digits":
        label, address_of = "Train a digit classifier", {"dataset": "digits", "recipe": "digits-cnn"}
    else:
        label, address_of = f"Train on {escape_markdown(catalogue.title(dataset))}", {"dataset": dataset}
    st.page_link("pages/train/page.py", label=label, query_params=address_of)
