"""Whether an augmentation changes what images show: what a finished run makes of the draws."""

from contextlib import suppress

import numpy as np
import streamlit as st

from core import runs
from core.augmentation import FIELDS, Augmentation, describe
from core.augmentation.safety import job, measurement
from core.augmentation.safety.measurement import Safety
from core.charts import safety_figures
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.evaluation import predictions
from core.runs import Run
from core.training import data
from pages.common.messages import escape_markdown, show_errors
from pages.common.pickers import choose_run, train_first
from pages.components.tiles import Label, tiles

_POLL_S = 0.4
_COUNTS = (500, 1000, 2000)
_SHOWN, _SIDE_PX = 24, 140
_BEGUN = "safety_begun"
RUN = "run_checked"


def able_runs(dataset: Dataset) -> list[Run]:
    """Return the runs that can tell whether draws change what a dataset's images show."""
    return [run for run in [*runs.with_evaluation(), *runs.shipped()] if _fits(run, dataset)]


def show_safety(dataset: Dataset, augmentation: Augmentation) -> None:
    """Let the user check the settings on a finished run, and show what was found."""
    able = able_runs(dataset)
    if not able:
        train_first(
            f"This check needs a trained network. No run on {escape_markdown(dataset.about.title)} has finished yet.",
            dataset.about.name,
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width=320):
            run = choose_run(able, key=RUN)
        own = runs.is_of(run, dataset)
        parts = ["test"] if run.recipe.split.validation == "test" or not own else list(predictions.PARTS)
        part = str(st.segmented_control("Split", parts, default="test", required=True, key="safety_part"))
        count = st.segmented_control("Images at most", _COUNTS, default=1000, required=True, key="safety_count")
        if st.button("Run safety check", type="primary", icon=":material/verified_user:"):
            key = job.start(run, augmentation, part, int(count or 0), 0, dataset)
            st.session_state[_BEGUN] = key, run.name, part, augmentation
    st.caption(
        "The network classifies held-out images, each once as is and once augmented. The confidence "
        "interval is for paired proportions (Agresti and Min, 2005)."
    )
    if not own:
        st.caption(
            f"It learned from {escape_markdown(run.about.title)}, which has the same classes. Here it is asked about "
            f"the test images of {escape_markdown(dataset.about.title)}."
        )
    begun = st.session_state.get(_BEGUN)
    check = job.find(begun[0]) if begun else None
    if begun is None or check is None or begun[1] not in [each.name for each in able]:
        return
    key, name, part, settings = begun
    (checked,) = [each for each in able if each.name == name]
    if settings != augmentation or checked != run:
        said = f"This is for {escape_markdown(_in_short(settings))}, checked on “{escape_markdown(checked.title)}”."
        st.info(f"{said} Settings have changed since; run the check again.")
    going_on = check.standing.going_on
    st.fragment(_standing, run_every=_POLL_S if going_on else None)(key, going_on)
    if check.standing.result is not None:
        _result(dataset, checked, part, check.standing.result)


def _fits(run: Run, dataset: Dataset) -> bool:
    with suppress(PixelwiseError):
        return job.fits(run, dataset)
    return False


def _standing(key: str, going_on: bool) -> None:
    """Show how far the check is; the page is drawn anew when it ends."""
    check = job.find(key)
    if check is None:
        return
    standing = check.standing
    if standing.going_on:
        left, right = st.columns([6, 1], vertical_alignment="center")
        left.progress(standing.fraction, escape_markdown(standing.doing))
        right.button("Cancel", key="safety_cancel", on_click=check.cancel, width="stretch")
    elif going_on:
        st.rerun()
    elif standing.cause:
        st.error(escape_markdown(standing.cause), icon=":material/error:")


def _result(dataset: Dataset, run: Run, part: str, found: Safety) -> None:
    """Show what was found: in words, by setting, by class, and the images that are lost."""
    names = run.about.class_names
    verdict, *sentences = measurement.in_words(found, part, names)
    fall = found.fall
    low, high = (100 * end for end in fall.interval)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Original accuracy", f"{fall.plain / fall.images:.1%}", width="content")
        st.metric("Augmented accuracy", f"{fall.changed / fall.images:.1%}", width="content")
        st.metric("Drop (percentage points)", f"{100 * fall.share:.1f} points", width="content")
        st.metric("95% CI", f"{low:.1f} to {high:.1f}", width="content")
    st.markdown(
        f"**{escape_markdown(verdict)}**\n\n" + "\n".join(f"- {escape_markdown(sentence)}" for sentence in sentences)
    )
    left, right = st.columns(2, gap="medium")
    look = {"displayModeBar": False}
    with left:
        st.markdown("**Accuracy lost per setting**")
        titles = [FIELDS[name].title for name in found.alone]
        chart = safety_figures.falls(titles, list(found.alone.values()))
        st.plotly_chart(chart, key="safety_alone", config=look, alt="Accuracy lost by each setting alone")
    with right:
        st.markdown("**Accuracy lost per class**, all settings combined")
        chart = safety_figures.falls(names, found.by_class(len(names)))
        st.plotly_chart(chart, key="safety_classes", config=look, alt="Accuracy lost by each class")
    with show_errors():
        _lost(dataset, run, found)


def _lost(dataset: Dataset, run: Run, found: Safety) -> None:
    """Show images that the network has right as they are and wrong as drawn."""
    lost = found.lost()
    if not len(lost):
        st.success("Every image classified correctly stays correct after augmentation.")
        return
    st.markdown(
        f"**{len(lost):,} correct images became wrong after augmentation.** Would you still give them the same label?"
    )
    shown = lost[:_SHOWN]
    images = np.asarray(data.prepared_images(dataset, run.recipe.steps)[found.ids[shown]])
    draws = [found.draws[place] for place in shown.tolist()]
    names = run.about.class_names
    labels = []
    for place, draw in zip(shown.tolist(), draws, strict=True):
        answer = f"{names[found.labels[place]]} → {names[found.after[place]]}"
        labels.append(Label(f"Image {found.ids[place]}, {answer}, {describe(draw)}", answer, describe(draw)))
    made = found.augmentation.apply(images, draws)
    longest = max(made.shape[1:3])
    tiles(made, labels, side=longest * max(1, _SIDE_PX // longest), key="safety_lost")


def _in_short(settings: Augmentation) -> str:
    """Name what is on."""
    return ", ".join(FIELDS[name].title.lower() for name in settings.moving) or "no setting at all"
