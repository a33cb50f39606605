"""Runs: every training side by side, what a change fixed and broke, and everything to take away."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from core import runs
from core.charts.run_curves import colour
from core.errors import PixelwiseError
from core.runs import Run, comparison
from core.runs.comparison import RunRow, SweepRow
from core.sweeps.folders import sweeps_folder
from core.sweeps.status import ALIVE as SWEEP_ALIVE
from core.sweeps.sweep import Sweep
from pages.common.generating_run import show_curves as show_generating_curves
from pages.common.hand_over import HandOver, to_train
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal
from pages.common.page_frame import page
from pages.common.pickers import train_first, turn_to
from pages.common.run_curves import show_curves, show_differences
from pages.components.runs_table import runs_table
from pages.runs.address import parameters
from pages.runs.downloads import show_take_away
from pages.runs.pair import image_is_open, show_pair
from pages.runs.removed import offer_undo, show_removed
from pages.runs.sweep_view import CHOSEN, SWEEP, show_sweep

_POLL_S = 2.0
_STYLE = Path(__file__).with_name("sides.css")
_attempt = partial(attempt, key="runs")


def choose(names: Sequence[str]) -> None:
    """Choose runs, in place of a sweep; a single one is what other pages show, too."""
    st.session_state[CHOSEN] = list(names)
    st.session_state[SWEEP] = ""
    if len(names) == 1:
        turn_to(names[0])


def open_sweep(name: str) -> None:
    """Show a sweep, in place of chosen runs."""
    st.session_state[SWEEP], st.session_state[CHOSEN] = name, []


def chosen_of(rows: Sequence[RunRow], sweep: str) -> list[Run]:
    """Return the runs that are chosen; as the page is opened, the newest, with the run that it was made for.

    None is while a sweep is shown.
    """
    if sweep or not rows:
        st.session_state[CHOSEN] = []
        return []
    known = {row.name: row for row in rows}
    names = [name for name in st.session_state.get(CHOSEN, []) if name in known]
    if CHOSEN not in st.session_state or (st.session_state[CHOSEN] and not names):
        newest = rows[0]
        names = [*([newest.pair_of] if newest.pair_of in known else []), newest.name]
    st.session_state[CHOSEN] = names
    return [Run(runs.runs_folder() / name) for name in names]


def remove(chosen: Sequence[RunRow]) -> None:
    """Move runs to the trash."""
    for count, row in enumerate(chosen, start=1):
        Run(runs.runs_folder() / row.name).remove()
        what = f"“{row.title}”" if count == 1 else f"{count} runs"
        offer_undo(what, partial(bring_back, [each.name for each in chosen[:count]]))


def bring_back(names: Sequence[str]) -> None:
    """Bring runs back from the trash, and choose them."""
    for name in names:
        runs.restore(name)
    choose(names)


def say_of(run: Run) -> None:
    """Let the user rename a run and keep a note on it."""
    about = run.about_run
    with st.form(f"about {run.name}", border=False):
        title = st.text_input("Name", about.title, placeholder=run.recipe.title, max_chars=120)
        note = st.text_area("Note", about.note, max_chars=4000)
        if st.form_submit_button("Save", type="primary"):
            _attempt(lambda: run.annotate(title=title, note=note))
            st.rerun()


def try_again(run: Run) -> None:
    """Go to Train with the run's recipe, seed and split: with one change it makes a pair with this run."""
    to_train(HandOver(run.recipe, pair_of=run.name, decided_as=run.name), run.about.name)


def act_on_one(run: Run, row: RunRow) -> None:
    """Draw what can be done with one run."""
    with st.popover("Edit name and note", icon=":material/edit:"):
        say_of(run)
    if run.recipe.generator is not None:
        st.page_link(
            "pages/explain/page.py",
            label="View samples",
            icon=":material/auto_awesome:",
            query_params={"view": "new-images", "samples": run.name},
        )
    elif st.button(
        "Duplicate and change",
        icon=":material/science:",
        help="Opens Train with the same recipe, seed and split. Change one setting, then compare the two runs here.",
    ):
        try_again(run)
    if row.state in runs.ALIVE:
        st.page_link(
            "pages/train/page.py",
            label="Watch training",
            icon=":material/model_training:",
            query_params={"run": run.name},
        )
    if row.state in runs.RESUMABLE:
        st.button("Resume", icon=":material/resume:", on_click=_attempt, args=(run.resume,))
    if row.state == runs.FINISHED and not run.terms.test:
        st.button(
            "Measure on test images",
            icon=":material/fact_check:",
            help="A trial of a sweep is not measured on the test images. Whoever measures several and takes the best "
            "has chosen by them, and its test accuracy says too much.",
            on_click=_attempt,
            args=(run.measure_test,),
        )
    if run.has_evaluation:
        st.page_link(
            "pages/errors/page.py", label="View errors", icon=":material/troubleshoot:", query_params={"run": run.name}
        )
    if run.has_model:
        st.page_link(
            "pages/predict/page.py",
            label="Predict with this run",
            icon=":material/draw:",
            query_params={"run": run.name},
        )


def act(chosen: Sequence[Run], readable: Sequence[Run], rows: Sequence[RunRow]) -> None:
    """Draw what can be done with the chosen runs, of which not all may be readable."""
    by_name = {row.name: row for row in rows}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="runs_actions"):
        what = escape_markdown(by_name[chosen[0].name].title) if len(chosen) == 1 else f"{len(chosen)} runs"
        st.markdown(f"**{what}**", width="content")
        if len(chosen) == len(readable) == 1:
            act_on_one(readable[0], by_name[readable[0].name])
        st.button(
            "Delete",
            key="runs_delete",  # It is the same button whatever stands before it: no click falls between two.
            icon=":material/delete:",
            disabled=any(by_name[run.name].state in runs.ALIVE for run in chosen),
            help="Moves the run to the trash for a week. Stop a running run first.",
            on_click=_attempt,
            args=(lambda: remove([by_name[run.name] for run in chosen]),),
        )
    for run in readable:
        if cause := by_name[run.name].cause:
            st.error(f"**{escape_markdown(run.title)}**: {escape_markdown(cause)}", icon=":material/error:")
        status = run.status()
        if status.remark:
            st.info(f"**{escape_markdown(run.title)}**: {escape_markdown(status.remark)}", icon=":material/info:")
        if status.node:
            st.caption(f"{escape_markdown(run.title)}: on the cluster's node {escape_markdown(status.node)}.")


def poll(drawn: list[RunRow], sweeps: list[SweepRow]) -> None:
    """Draw the page anew when a run or sweep has gone on; not beneath an enlarged image, which that would close."""
    if (comparison.rows() != drawn or comparison.sweep_rows() != sweeps) and not image_is_open():
        st.rerun()


def sweep_of(sweeps: Sequence[SweepRow], rows: Sequence[RunRow]) -> str:
    """Return the name of the sweep that is shown, empty where none is; as the page opens, that of the newest run."""
    name = str(st.session_state.get(SWEEP, ""))
    if SWEEP not in st.session_state and not st.session_state.get(CHOSEN):
        name = rows[0].sweep if rows else sweeps[0].name
    shown = name if name in {row.name for row in sweeps} else ""
    st.session_state[SWEEP] = shown
    return shown


def show(rows: list[RunRow], sweeps: list[SweepRow]) -> None:
    """Show the table, beside it the curves of what is chosen in it, and below both what else there is to see of it."""
    st.html(f"<style>{_STYLE.read_text(encoding='utf-8')}</style>")
    with st.container(key="runs_sides"):
        left, right = st.container(key="runs_left"), st.container(key="runs_right")
    sweep = sweep_of(sweeps, rows)
    chosen = chosen_of(rows, sweep)
    with left:
        show_table(rows, sweeps, chosen, sweep)
    if any(row.state in runs.ALIVE for row in rows) or any(row.state in SWEEP_ALIVE for row in sweeps):
        st.fragment(poll, run_every=_POLL_S)(rows, sweeps)
    if sweep:
        show_sweep(Sweep(sweeps_folder() / sweep), left, right)
        return
    if not chosen:
        right.info("Select runs to overlay their curves. Select two to compare them image by image.")
        return
    with left:
        readable = [run for run in chosen if is_readable(run)]
        act(chosen, readable, rows)
    if not readable:
        return
    with right:
        if len(readable) == 1 and readable[0].recipe.generator is not None:
            show_generating_curves(readable[0], readable[0].status(), readable[0].metrics())
        else:
            show_curves(readable)
    if len(readable) == 1:
        with show_errors():
            show_take_away(readable[0])
        return
    show_differences(readable)
    if len(readable) == 2:
        before, after = sorted(readable, key=lambda run: run.status().created)
        show_pair(before, after)
    else:
        st.caption("Select exactly two runs to see which images the second one fixed or broke.")


def show_table(rows: list[RunRow], sweeps: list[SweepRow], chosen: Sequence[Run], sweep: str) -> None:
    """Show the table of all runs and sweeps."""
    runs_table(
        rows,
        [run.name for run in chosen],
        {run.name: colour(place) for place, run in enumerate(chosen)},
        choose=choose,
        star=lambda name, star: _attempt(lambda: runs.find(name).annotate(star=star)),
        sweeps=sweeps,
        open_sweep=sweep,
        opened=open_sweep,
        key="runs_table",
    )


def is_readable(run: Run) -> bool:
    """Tell whether a run's recipe and data can be read; say on the page why not."""
    try:
        return bool(run.recipe and run.about and run.status())
    except PixelwiseError as error:
        st.error(escape_markdown(str(error)), icon=":material/error:")
        return False


page("Runs", "Compare training runs: curves, settings, and the images a change fixed or broke.", parameters())
show_removed()
show_refusal(key="runs")
found, found_sweeps = comparison.rows(), comparison.sweep_rows()
if found or found_sweeps:
    show(found, found_sweeps)
else:
    train_first("No runs yet. Train a network to see its curves, settings and errors here.")
