"""Runs: every training side by side, what a change fixed and broke, and everything to take away."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core import comparison, runs
from core.comparison import Row
from core.comparison.curves import colour
from core.errors import PixelwiseError
from core.runs import Run
from pages.shared import address
from pages.shared.components.runs_table import runs_table
from pages.shared.controls import train_first, turn_to
from pages.shared.frame import attempt, page, plain, said_in_words, say_refused
from pages.shared.runs.curves import show_curves, show_differences
from pages.shared.runs.pair import picture_is_open, show_pair
from pages.shared.runs.take_away import show_take_away

_POLL_S = 2.0
_CHOSEN, _REMOVED = "runs_chosen", "runs_removed"
_attempt = partial(attempt, key="runs")


def choose(names: Sequence[str]) -> None:
    """Choose runs; a single one is what other pages show, too."""
    st.session_state[_CHOSEN] = list(names)
    if len(names) == 1:
        turn_to(names[0])


def chosen_of(rows: Sequence[Row]) -> list[Run]:
    """Return the runs that are chosen; as the page is opened, the newest, with the run that it was made for."""
    address.adopt(_CHOSEN, "run", list)
    known = {row.name: row for row in rows}
    names = [name for name in st.session_state.get(_CHOSEN, []) if name in known]
    if _CHOSEN not in st.session_state or (st.session_state[_CHOSEN] and not names):
        newest = rows[0]
        names = [*([newest.pair_of] if newest.pair_of in known else []), newest.name]
    st.session_state[_CHOSEN] = names
    address.note("run", names)
    return [Run(runs.runs_folder() / name) for name in names]


def remove(chosen: Sequence[Row]) -> None:
    """Move runs to the trash."""
    removed: dict[str, str] = st.session_state.setdefault(_REMOVED, {})
    removed.clear()
    for row in chosen:
        Run(runs.runs_folder() / row.name).remove()
        removed[row.name] = row.title


def bring_back(names: Sequence[str]) -> None:
    """Bring runs back from the trash, and choose them."""
    for name in names:
        runs.restore(name)
    st.session_state[_REMOVED] = {}
    choose(names)


def show_removed() -> None:
    """Offer to bring back what was deleted last."""
    if removed := st.session_state.get(_REMOVED):
        what = f"“{plain(*removed.values())}”" if len(removed) == 1 else f"{len(removed)} runs"
        said, undo = st.columns([6, 1], vertical_alignment="center")
        said.info(f"Deleted {what}. The trash keeps it for a week.", icon=":material/delete:")
        undo.button(
            "Undo",
            icon=":material/undo:",
            width="stretch",
            on_click=_attempt,
            args=(lambda: bring_back(list(removed)),),
        )


def say_of(run: Run) -> None:
    """Let the user rename a run and keep a note on it."""
    about = run.about_run
    with st.form(f"about {run.name}", border=False):
        title = st.text_input("Name", about.title, placeholder=run.recipe.title, max_chars=120)
        note = st.text_area("Note", about.note, max_chars=4000)
        if st.form_submit_button("Keep", type="primary"):
            _attempt(lambda: run.annotate(title=title, note=note))
            st.rerun()


def try_again(run: Run) -> None:
    """Go to Train with the run's recipe, seed and split: with one change it makes a pair with this run."""
    st.session_state["recipe_to_train"] = run.recipe.to_json()
    st.session_state["pair_of"] = run.name
    st.switch_page("pages/train.py", query_params={"dataset": run.about.name})


def act_on_one(run: Run, row: Row) -> None:
    """Draw what can be done with one run."""
    with st.popover("Rename, note", icon=":material/edit:"):
        say_of(run)
    if st.button(
        "Try again with one change",
        icon=":material/science:",
        help="Opens Train with this recipe, seed and split. Change one thing: the two runs are then compared here.",
    ):
        try_again(run)
    if row.state in runs.ALIVE:
        st.page_link(
            "pages/train.py", label="See it train", icon=":material/model_training:", query_params={"run": run.name}
        )
    if row.state in runs.RESUMABLE:
        st.button("Resume", icon=":material/resume:", on_click=_attempt, args=(run.resume,))
    if run.has_evaluation:
        st.page_link(
            "pages/errors.py", label="Its errors", icon=":material/troubleshoot:", query_params={"run": run.name}
        )
    if run.has_model:
        st.page_link("pages/predict.py", label="Predict", icon=":material/draw:", query_params={"run": run.name})


def act(chosen: Sequence[Run], readable: Sequence[Run], rows: Sequence[Row]) -> None:
    """Draw what can be done with the chosen runs, of which not all may be readable."""
    by_name = {row.name: row for row in rows}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="runs_actions"):
        what = plain(by_name[chosen[0].name].title) if len(chosen) == 1 else f"{len(chosen)} runs"
        st.markdown(f"**{what}**", width="content")
        if len(chosen) == len(readable) == 1:
            act_on_one(readable[0], by_name[readable[0].name])
        st.button(
            "Delete",
            key="runs_delete",  # It is the same button whatever stands before it: no click falls between two.
            icon=":material/delete:",
            disabled=any(by_name[run.name].state in runs.ALIVE for run in chosen),
            help="Moves to the trash, for a week. A run that goes on must be stopped first.",
            on_click=_attempt,
            args=(lambda: remove([by_name[run.name] for run in chosen]),),
        )
    for run in readable:
        if cause := by_name[run.name].cause:
            st.error(f"**{plain(run.title)}**: {plain(cause)}", icon=":material/error:")
        if remark := run.status().remark:
            st.info(f"**{plain(run.title)}**: {plain(remark)}", icon=":material/info:")


def poll(drawn: list[Row]) -> None:
    """Draw the page anew when a run has gone on; not beneath an enlarged picture, which that would close."""
    if comparison.rows() != drawn and not picture_is_open():
        st.rerun()


def show(rows: list[Row]) -> None:
    """Show the table, and what is chosen in it."""
    chosen = chosen_of(rows)
    runs_table(
        rows,
        [run.name for run in chosen],
        {run.name: colour(place) for place, run in enumerate(chosen)},
        choose=choose,
        star=lambda name, star: _attempt(lambda: runs.find(name).annotate(star=star)),
        key="runs_table",
    )
    if any(row.state in runs.ALIVE for row in rows):
        st.fragment(poll, run_every=_POLL_S)(rows)
    if not chosen:
        st.info("Tick runs to lay their curves over each other, two to compare them picture by picture.")
        return
    readable = [run for run in chosen if is_readable(run)]
    act(chosen, readable, rows)
    if not readable:
        return
    show_curves(readable)
    if len(readable) == 1:
        with said_in_words():
            show_take_away(readable[0])
        return
    show_differences(readable)
    if len(readable) == 2:
        before, after = sorted(readable, key=lambda run: run.status().created)
        show_pair(before, after)
    else:
        st.caption("Tick just two runs to see which pictures the second one fixed and broke.")


def is_readable(run: Run) -> bool:
    """Tell whether a run's recipe and data can be read; say on the page why not."""
    try:
        return bool(run.recipe and run.about and run.status())
    except PixelwiseError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return False


page("Runs", "Every training side by side: curves, what differs, and which pictures a change fixed or broke.")
show_removed()
say_refused(key="runs")
found = comparison.rows()
if found:
    address.resume()
    show(found)
    address.write()
else:
    train_first("No run yet. Train a network or two, and their curves, recipes and errors stand side by side here.")
