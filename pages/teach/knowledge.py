"""The second column: what is known now, which images it confuses, and what more images would bring."""

import html

import streamlit as st

from core.charts import teaching_figures
from core.runs import Run
from core.storage.progress import counted
from core.teaching import making
from core.teaching.learner import Learned, Learner
from core.teaching.project import Content
from pages.common.messages import escape_markdown, show_errors
from pages.components.pixel_image import data_url

_POLL_S = 0.4
_CONFUSED_SHOWN = 8
_MADE = "teach_made"
_SURE = 20


def show_knowledge(learner: Learner, content: Content) -> None:
    """Show what a learner knows, and how far it is while it learns."""
    learner.wake()
    if learner.going:
        st.fragment(_watch, run_every=_POLL_S)(learner, learner.learned)
    elif learner.problem:
        st.error(escape_markdown(learner.problem), icon=":material/error:")
    learned = learner.learned
    if learned is None:
        if not learner.going:
            _say_what_is_missing(content)
        return
    with st.container(key="teach_known"):
        _show_accuracy(learned)
        _show_confused(learner, learned)
        _show_curve(learned)
        for sentence in learned.clues:
            st.warning(escape_markdown(sentence), icon=":material/warning:")
        _offer_run(learner, learned)


def _watch(learner: Learner, shown: Learned | None) -> None:
    """Say what is done, until there is something new to show."""
    if not learner.going or learner.learned is not shown:
        st.rerun()
    st.caption(f":material/progress_activity: {learner.doing.capitalize() or 'Learning'} …")


def _say_what_is_missing(content: Content) -> None:
    empty = [each.name for each in content.classes if not each.images]
    if len(content.classes) < 2:
        st.info("One class alone cannot be told from anything: add another one.")
    else:
        names = escape_markdown(", ".join(empty) or "each class")
        st.info(f"It learns by itself as soon as two classes have images. Bring some for {names}.")


def _show_accuracy(learned: Learned) -> None:
    unused = [each.name for each in learned.content.classes if each.name not in learned.class_names]
    found = learned.accuracy
    if found is None:
        st.markdown(f"It tells **{escape_markdown(', '.join(learned.class_names))}**.")
        if learned.whole:
            st.caption("How well is not known: each class needs two images at least.")
    else:
        share, low, high = found
        st.metric(
            "Accuracy on images it has not learned from",
            f"{share:.0%}",
            f"{low:.0%} to {high:.0%}",
            delta_color="off",
            delta_arrow="off",
        )
        few = " With so few, little is certain." if len(learned.labels) < _SURE else ""
        st.caption(
            f"{int(learned.right.sum()):,} of {counted(len(learned.labels), 'image')} right, by cross-validation; the "
            f"true accuracy is in that range with 95% certainty.{few}"
        )
        if not learned.grouped:
            st.caption(
                "Most images of a class are of one recording, whose frames are much alike: with others it may do "
                "worse. Record each class again, elsewhere."
            )
    if unused:
        st.caption(f"Without images yet, and so not known: {escape_markdown(', '.join(unused))}.")


def _show_confused(learner: Learner, learned: Learned) -> None:
    confused = learned.confused()
    if not confused:
        return
    st.markdown(f"**It confuses {counted(len(confused), 'image')}**, the surest first")
    figures = []
    for image, true, predicted, sure in confused[:_CONFUSED_SHOWN]:
        said = html.escape(f"{true} → {predicted} ({sure:.0%})", quote=True)
        address = data_url(learner.project.thumbnail(image))
        figures.append(
            f"<figure style='margin:0;width:88px'><img src='{address}' alt='{said}' style='width:88px;height:88px;"
            f"object-fit:cover;border-radius:4px'><figcaption style='font-size:12px;line-height:1.25;"
            f"overflow-wrap:anywhere'>{said}</figcaption></figure>"
        )
    st.html(f"<div style='display:flex;flex-wrap:wrap;gap:8px'>{''.join(figures)}</div>")


def _show_curve(learned: Learned) -> None:
    if len(learned.curve) < 2:
        return
    (before, low), (size, high) = learned.curve[-2:]
    st.plotly_chart(
        teaching_figures.learning_curve(learned.curve),
        key="teach_curve",
        config={"displayModeBar": False, "staticPlot": True},
        alt="Accuracy by images a class: " + ", ".join(f"{n}: {share:.0%}" for n, share in learned.curve),
    )
    gain = 100 * (high - low)
    more = (
        f"From {before} to {size} images a class it gained {gain:.0f} percentage points"
        if gain >= 1
        else (f"From {before} to {size} images a class it gained nothing")
    )
    st.caption(f"{more}: " + ("more images will help." if gain >= 1 else "more of the same will hardly help."))


def _offer_run(learner: Learner, learned: Learned) -> None:
    st.button(
        "Make a dataset and run of it",
        icon=":material/model_training:",
        key="teach_make",
        disabled=not learned.whole,
        help="For Browse, Errors, Runs and Predict, exports and script. What you teach here stays as it is.",
        on_click=lambda: st.session_state.update({_MADE: (learned, None)}),
    )
    asked, run = st.session_state.get(_MADE, (None, None))
    if asked is not learned:
        return
    if run is None:
        with show_errors(), st.spinner("Making the run", show_time=True):
            run = making.make(learner.project, learned)
            st.session_state[_MADE] = (learned, run)
    if run is not None:
        _show_made(run)


def _show_made(run: Run) -> None:
    st.success(f"{escape_markdown(run.title)} is a dataset and a run now.", icon=":material/check:")
    with st.container(horizontal=True):
        dataset = {"dataset": run.about.name}
        st.page_link("pages/browse/page.py", label="Browse the dataset", query_params=dataset)
        st.page_link("pages/errors/page.py", label="View errors", query_params={"run": run.name})
        st.page_link("pages/runs/page.py", label="Export the run", query_params={"run": run.name})
        st.page_link("pages/predict/page.py", label="Predict with this run", query_params={"run": run.name})
