"""Train a network: a small one on the digits, in the server, while one looks on."""

import html

import streamlit as st

from core.charts import training_curves
from core.charts.palette import IMAGE_EDGE
from core.datasets.sources import catalogue
from core.training.quick import EPOCHS, QuickResult, QuickTraining
from pages.common.messages import escape_markdown
from pages.components.chart import show_charts
from pages.components.gallery import image_url
from pages.components.theme import dark

_TRAINING = "home_training"
_POLL_S = 0.15
_CHART_PX = 250
# Whole rows of digits, as high together as what takes their place; columns as many as there is room for.
_DIGIT_PX, _GAP_PX, _ROWS, _MOST_COLUMNS = 40, 6, 9, 16
_WORST_COLUMNS = 8
_IMAGE = f"width:100%;image-rendering:pixelated;outline:1px solid {IMAGE_EDGE};border-radius:2px"


def show_training() -> None:
    """Show digits, and the button that trains on them; then the curve, the accuracy and the worst images."""
    st.header("Train a network", anchor=False)
    training: QuickTraining | None = st.session_state.get(_TRAINING)
    going = training is not None and training.is_going()
    if training is not None and not (going or training.result or training.problem):
        training = st.session_state[_TRAINING] = None  # It ended because the page was left.
    with st.container(key="home_curve"):
        if training is None:
            _show_digits()
        else:
            st.fragment(_watch, run_every=_POLL_S if going else None)(training, going)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Train" if training is None else "Training…" if going else "Train again",
            key="home_train",
            type="primary",
            icon=":material/play_arrow:",
            on_click=_start,
            args=(0 if training is None else training.seed + 1,),
            disabled=going,
        )
        if st.button("Train it properly", key="home_train_properly", icon=":material/model_training:"):
            st.switch_page("pages/train/page.py", query_params={"dataset": "digits", "recipe": "digits-cnn"})


def _start(seed: int) -> None:
    training = st.session_state[_TRAINING] = QuickTraining(seed)
    training.start()


def _show_digits() -> None:
    """Show some of the images to learn from."""
    digits = catalogue.open_dataset("digits")
    shown = "".join(
        f"<img src='{image_url(digits, index)}' alt='' style='{_IMAGE}'>" for index in range(_ROWS * _MOST_COLUMNS)
    )
    height = _ROWS * (_DIGIT_PX + _GAP_PX) - _GAP_PX
    st.html(
        f"<div role='img' aria-label='Handwritten digits' style='display:grid;gap:{_GAP_PX}px;height:{height}px;"
        f"grid-template-columns:repeat(auto-fill,{_DIGIT_PX}px);grid-auto-rows:{_DIGIT_PX}px;"
        f"justify-content:space-between;overflow:hidden'>{shown}</div>"
    )
    st.caption("Two hidden layers learn to read digits like these, within seconds.")


def _watch(training: QuickTraining, polling: bool) -> None:
    """Show a training; to be drawn anew by itself while it goes on."""
    if polling != training.is_going():
        st.rerun()
    records = list(training.records)
    training_colour, validation_colour = (colour for _, colour in training_curves.legend(dark=dark()))
    chart = training_curves.accuracy_curve(records, EPOCHS, _CHART_PX, dark=dark())
    show_charts([chart], key=f"home_accuracy_{training.seed}", growing=polling)
    st.html(
        f"<span style='font-size:.85rem'><b style='color:{training_colour}'>━</b> Training&emsp;"
        f"<b style='color:{validation_colour}'>━</b> Validation</span>"
    )
    if training.problem:
        st.error(escape_markdown(training.problem), icon=":material/error:")
    elif training.result is None:
        st.caption(f"Epoch {len(records)} of {EPOCHS}")
    else:
        _show_result(training.result)


def _show_result(result: QuickResult) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.metric("Test accuracy", f"{result.accuracy:.1%}", width="content")
        st.caption(f"{result.right} of {result.tested} test images right. The worst errors:", width="stretch")
    digits = catalogue.open_dataset("digits")
    shown = []
    for wrong in result.worst:
        said = f"{wrong.true} → {wrong.predicted} ({wrong.probability:.0%})"
        alt = f"Image {wrong.index}: true class {wrong.true}, predicted {wrong.predicted} ({wrong.probability:.0%})"
        shown.append(
            f"<figure style='margin:0'><img src='{image_url(digits, wrong.index)}' alt='{html.escape(alt, quote=True)}'"
            f" style='{_IMAGE}'>"
            f"<figcaption style='font-size:.72rem;line-height:1.25;text-align:center'>{html.escape(said)}</figcaption>"
            "</figure>"
        )
    style = f"display:grid;grid-template-columns:repeat({_WORST_COLUMNS},1fr);gap:{_GAP_PX}px"
    st.html(f"<div style='{style}'>{''.join(shown)}</div>")
