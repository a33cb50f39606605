"""Classroom: everybody's runs and who leads, the datasets that are shared, and who is in the class; for teachers."""

import time
from functools import partial

import streamlit as st

from core.classroom import board, sharing
from core.datasets.sources import catalogue
from core.datasets.store import is_shared
from core.runs.comparison.table import RunRow
from core.spaces import limits, people, queue
from core.storage import jobs
from core.storage.csv_files import no_formula
from core.storage.progress import counted
from pages.common.job_progress import show_job
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal
from pages.common.page_frame import page
from pages.common.pickers import dataset_titles
from pages.common.visitor import visitor

_KEY, _SHARE, _SCORE = "classroom", "share-dataset", "score-class"


def leaderboard() -> None:
    """Show everybody's best run on each shared dataset, by images that nobody in the class has."""
    found = [each for each in sharing.all_shared() if each.held is not None]
    say_lost_held()
    if not found:
        st.info("Share a dataset and hold some images back: the class's runs are compared on these.")
        return
    waiting, job = board.unscored(), jobs.find(_SCORE)
    status = show_job(job, "Leaderboard") if job else None
    going = status is not None and status.state == jobs.RUNNING
    failed = status.result.get("failed", ()) if status is not None and isinstance(status.result, dict) else ()
    for sentence in failed if isinstance(failed, list) else ():
        st.warning(escape_markdown(f"Not scored: {sentence}"), icon=":material/broken_image:")
    st.button(
        f"Score {counted(waiting, 'new run')}" if waiting else "All runs are scored",
        key="score",
        icon=":material/trophy:",
        type="primary",
        disabled=not waiting or going,
        on_click=attempt,
        args=(partial(jobs.start, _SCORE, "core.classroom.board:score_job", {}),),
        kwargs={"key": _KEY},
    )
    for shared in found:
        places = board.leaderboard(shared)
        held = len(shared.held) if shared.held is not None else 0
        st.subheader(escape_markdown(shared.dataset.about.title), anchor=False)
        st.caption(f"Accuracy on {counted(held, 'image')} held back, each person's best run.")
        if not places:
            st.info("No scored run on this dataset yet.")
            continue
        rows: list[dict[str, object]] = [
            {
                "Place": 1 + sum(other.score.accuracy > place.score.accuracy for other in places),
                "Name": place.person,
                "Held back": place.score.accuracy,
                "Validation": place.row.validation,
                "Test": place.row.test,
                "Run": place.row.title,
            }
            for place in places
        ]
        table(rows, ("Held back", "Validation", "Test"))


def say_lost_held() -> None:
    """Say of which shared datasets the part held back is damaged."""
    for each in sharing.all_shared():
        if each.damage:
            st.warning(escape_markdown(each.damage), icon=":material/broken_image:")


def all_runs() -> None:
    """Show the runs of everybody, the newest first, and who waits for a turn."""
    names = {each.space: each.name for each in people.everybody().values()}
    line = [f"{place}. {escape_markdown(names.get(each.space, '?'))}" for place, each in enumerate(queue.waiting(), 1)]
    given = limits.now()
    st.caption(f"Waiting for a turn: {', '.join(line)}" if line else "Nobody waits for a turn.")
    found = board.class_runs()
    if not found:
        st.info(f"No runs yet. Up to {given.trainings if given else 1} train at once; the others wait by turns.")
        return
    table([{"Name": each.person, **run_columns(each.row)} for each in found], ("Validation", "Test"))


def run_columns(row: RunRow) -> dict[str, object]:
    """Return what the table says of a run."""
    return {
        "Run": row.title,
        "Dataset": row.data,
        "State": row.state_said or row.state,
        "Epochs": f"{row.epoch} of {row.epochs}",
        "Validation": row.validation,
        "Test": row.test,
        "Begun": time.strftime("%d %b, %H:%M", time.localtime(row.created)),
    }


def table(rows: list[dict[str, object]], shares: tuple[str, ...]) -> None:
    """Show rows, with shares as percent; Streamlit lets download them as CSV, with what students called things."""
    rows = [{name: no_formula(cell) for name, cell in row.items()} for row in rows]
    # Streamlit's own percent wants 0–1 as they are.
    columns = {name: st.column_config.NumberColumn(format="percent") for name in shares}
    # Without a placeholder a figure that is missing reads “None”.
    st.dataframe(rows, hide_index=True, width="stretch", column_config=columns, placeholder="–")


def shared_datasets() -> None:
    """Show what is shared, and let the teacher share a dataset of their own."""
    job = jobs.find(_SHARE)
    status = show_job(job, "Sharing") if job else None
    if job and status and status.state == jobs.FINISHED:
        job.forget()
        st.success("It is shared: the class finds it on Datasets.", icon=":material/check:")
    for shared in sharing.all_shared():
        about = shared.dataset.about
        told, act = st.columns([5, 1], vertical_alignment="center")
        kept = "nothing held back" if not shared.damage else "what is held back is damaged"
        if shared.held is not None:
            kept = f"{counted(len(shared.held), 'image')} held back"
        told.markdown(
            f"**{escape_markdown(about.title)}** · {counted(len(shared.dataset), 'image')} for the class, {kept}"
        )
        with act:
            unshare(about.name)
    for folder, sentence in sharing.damaged().items():
        told, act = st.columns([5, 1], vertical_alignment="center")
        told.warning(escape_markdown(sentence), icon=":material/broken_image:")
        with act:
            unshare(folder)
    own = [name for name in catalogue.available() if not is_shared(catalogue.open_dataset(name).folder)]
    with st.container(border=True):
        st.markdown("**Share one of your datasets**")
        name = st.selectbox("Dataset", own, format_func=dataset_titles(own).__getitem__, key="share_dataset")
        held = 0.0
        if name in catalogue.CATALOGUE:
            st.caption("This dataset is public: nothing of it can be held back.")
        else:
            held = st.slider("Held back", 0, 50, 20, step=5, format="%d%%", key="share_held") / 100
            st.caption("Images held back are drawn by class, and never shown to the class: they score its runs.")
        arguments = {"name": name, "held_share": held, "seed": 0}
        st.button(
            "Share dataset",
            key="share",
            icon=":material/share:",
            disabled=name is None or (status is not None and status.state == jobs.RUNNING),
            on_click=attempt,
            args=(partial(jobs.start, _SHARE, "core.classroom.sharing:share_job", arguments),),
            kwargs={"key": _KEY},
        )


def unshare(name: str) -> None:
    """Let a dataset be shared no longer."""
    with st.popover("Unshare", type="tertiary"):
        st.markdown("The class no longer finds it. Runs stay, and can no longer show its images.")
        st.button(
            "Unshare dataset",
            key=f"danger_unshare_{name}",
            type="primary",
            on_click=attempt,
            args=(partial(sharing.unshare, name),),
            kwargs={"key": _KEY},
        )


def everybody() -> None:
    """Show who is in the class and how much they use; give a new code to who lost theirs."""
    found = people.everybody()
    for sentence in people.damaged():
        st.warning(escape_markdown(sentence), icon=":material/broken_image:")
    rows: list[dict[str, object]] = [
        {
            "Name": each.name,
            "Joined": time.strftime("%d %b %Y", time.localtime(each.joined)),
            "Used (MB)": round(limits.used_bytes(people.home_of(each.space)) / 1e6, 1),
            "Signs in by": "code" if each.code else "account",
        }
        for each in found.values()
    ]
    table(rows, ())
    coded = {person_id: each.name for person_id, each in found.items() if each.code}
    chosen = st.selectbox(
        "Lost a code", list(coded), index=None, format_func=coded.__getitem__, placeholder="Who?", key="lost_code"
    )
    if st.button("Make a new code", key="new_code", icon=":material/key:", disabled=chosen is None) and chosen:
        code = people.new_code(chosen)
        st.success(f"The new code of {escape_markdown(coded[chosen])}, shown this once:", icon=":material/key:")
        st.code(code, language=None)


page("Classroom", "See everybody’s runs, compare them on images the class never saw, and share datasets.")
who = visitor()
if who is None or not who.teacher:
    st.error("This page is for teachers.", icon=":material/lock:")
    st.stop()
show_refusal(key=_KEY)
first, second, third, fourth = st.tabs(["Leaderboard", "Runs", "Shared datasets", "People"])
for tab, part in ((first, leaderboard), (second, all_runs), (third, shared_datasets), (fourth, everybody)):
    with tab, show_errors():
        part()
