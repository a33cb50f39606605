"""Whether an augmentation changes what pictures show: what a finished run makes of the draws."""

import numpy as np
import streamlit as st

from core import evaluation, prepare, runs, safety, safety_check, safety_figures
from core.augmentation import FIELDS, Augmentation, describe
from core.datasets.store import Dataset
from core.runs import Run
from core.safety import Safety
from pages.shared.components.tiles import Label, tiles
from pages.shared.controls import choose_run, train_first
from pages.shared.frame import plain, said_in_words

_POLL_S = 0.4
_COUNTS = (500, 1000, 2000)
_SHOWN, _SIDE_PX = 24, 140
_BEGUN = "safety_begun"


def show_safety(dataset: Dataset, augmentation: Augmentation) -> None:
    """Let the user check the settings on a finished run, and show what was found."""
    able = [run for run in runs.with_evaluation() if run.has_model and run.about.name == dataset.about.name]
    if not able:
        train_first(f"No run on {plain(dataset.about.title)} has finished yet: a trained network is what tells.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width=320):
            run = choose_run(able, key="run_checked")
        parts = ["test"] if run.recipe.split.validation == "test" else list(evaluation.PARTS)
        part = str(st.segmented_control("Part", parts, default="test", required=True, key="safety_part"))
        count = st.segmented_control("Pictures at most", _COUNTS, default=1000, required=True, key="safety_count")
        if st.button("Check these settings", type="primary", icon=":material/verified_user:"):
            key = safety_check.begun(run, augmentation, part, int(count or 0), 0)
            st.session_state[_BEGUN] = key, run.name, part, augmentation
    st.caption(
        "The network is asked about pictures it was not trained on, each as it is and as drawn once. The confidence "
        "interval is for paired answers (Agresti and Min, 2005): each picture is its own control."
    )
    begun = st.session_state.get(_BEGUN)
    check = safety_check.find(begun[0]) if begun else None
    if begun is None or check is None or begun[1] not in [each.name for each in able]:
        return
    key, name, part, settings = begun
    (checked,) = [each for each in able if each.name == name]
    if settings != augmentation or checked != run:
        said = f"This is for {plain(_in_short(settings))}, checked on “{plain(checked.title)}”."
        st.info(f"{said} Check again for what is set now.")
    going_on = check.standing.going_on
    st.fragment(_standing, run_every=_POLL_S if going_on else None)(key, going_on)
    if check.standing.result is not None:
        _result(dataset, checked, part, check.standing.result)


def _standing(key: str, going_on: bool) -> None:
    """Show how far the check is; the page is drawn anew when it ends."""
    check = safety_check.find(key)
    if check is None:
        return
    standing = check.standing
    if standing.going_on:
        left, right = st.columns([6, 1], vertical_alignment="center")
        left.progress(standing.fraction, plain(standing.doing))
        right.button("Cancel", key="safety_cancel", on_click=check.cancel, width="stretch")
    elif going_on:
        st.rerun()
    elif standing.cause:
        st.error(plain(standing.cause), icon=":material/error:")


def _result(dataset: Dataset, run: Run, part: str, found: Safety) -> None:
    """Show what was found: in words, by setting, by class, and the pictures that are lost."""
    names = run.about.class_names
    verdict, *sentences = safety.in_words(found, part, names)
    fall = found.fall
    low, high = (100 * end for end in fall.interval)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Accuracy as they are", f"{fall.plain / fall.pictures:.1%}", width="content")
        st.metric("As drawn", f"{fall.changed / fall.pictures:.1%}", width="content")
        st.metric("Fall", f"{100 * fall.share:.1f} points", width="content")
        st.metric("95% interval", f"{low:.1f} to {high:.1f}", width="content")
    st.markdown(f"**{plain(verdict)}**\n\n" + "\n".join(f"- {plain(sentence)}" for sentence in sentences))
    left, right = st.columns(2, gap="medium")
    look = {"displayModeBar": False}
    with left:
        st.markdown("**Each setting alone**")
        titles = [FIELDS[name].title for name in found.alone]
        chart = safety_figures.falls(titles, list(found.alone.values()))
        st.plotly_chart(chart, key="safety_alone", config=look, alt="Accuracy lost by each setting alone")
    with right:
        st.markdown("**By class**, all settings together")
        chart = safety_figures.falls(names, found.by_class(len(names)))
        st.plotly_chart(chart, key="safety_classes", config=look, alt="Accuracy lost by each class")
    with said_in_words():
        _lost(dataset, run, found)


def _lost(dataset: Dataset, run: Run, found: Safety) -> None:
    """Show pictures that the network has right as they are and wrong as drawn."""
    lost = found.lost()
    if not len(lost):
        st.success("Every picture that it has right as it is, it has right as drawn.")
        return
    st.markdown(f"**Right as they are, wrong as drawn: {len(lost):,}.** Would you still give them their label?")
    shown = lost[:_SHOWN]
    pictures = np.asarray(prepare.prepared_pictures(dataset, run.recipe.steps)[found.ids[shown]])
    draws = [found.draws[place] for place in shown.tolist()]
    names = run.about.class_names
    labels = []
    for place, draw in zip(shown.tolist(), draws, strict=True):
        answer = f"{names[found.labels[place]]} → {names[found.after[place]]}"
        labels.append(Label(f"Picture {found.ids[place]}, {answer}, {describe(draw)}", f"{answer}: {describe(draw)}"))
    made = found.augmentation.apply(pictures, draws)
    longest = max(made.shape[1:3])
    tiles(made, labels, side=longest * max(1, _SIDE_PX // longest), key="safety_lost")


def _in_short(settings: Augmentation) -> str:
    """Name what is on."""
    return ", ".join(FIELDS[name].title.lower() for name in settings.moving) or "no setting at all"
