"""Preprocess: build a pipeline of steps, and see what each does to a picture while it is set."""

import streamlit as st

from pages.shared import address, pipeline
from pages.shared.frame import background, page, said_in_words
from pages.shared.photo import Photo, choose_photo
from pages.shared.pipeline_views import (
    Before,
    before_steps,
    show_before_after,
    show_code,
    show_jobs,
    show_numbers,
    show_resampling,
    show_several,
    show_steps,
    show_whole_set,
)

_STEPS, _SEVERAL, _RESAMPLING = "Each step", "Six pictures", "Resampling"
_NUMBERS, _CODE, _ALL = "Numbers", "Code", "Whole data set"
_VIEWS = (_STEPS, _SEVERAL, _RESAMPLING, _NUMBERS, _CODE, _ALL)
_VIEW = "preprocess_view"
# The pictures stay in sight while one drags: beside a long pipeline, and above it on a narrow screen.
_STYLE = """<style>
[data-testid=stColumn]:has(.st-key-preprocess_shown) { position: sticky; top: 3.75rem; align-self: flex-start; }
@media (max-width: 640px) {
  [data-testid=stColumn]:has(.st-key-preprocess_shown) {
    order: -1; z-index: 2; max-height: 50vh; overflow-y: auto; background: BACKGROUND;
  }
}
</style>"""


def preprocess(photo: Photo) -> None:
    """Show the steps, and what they do."""
    controls, shown = st.columns([4, 9], gap="medium")
    with controls, said_in_words():
        pipeline.choose_start()
        cards = pipeline.cards()
    with shown, st.container(key="preprocess_shown"):
        compared = st.container()
        view = choose_view()
        viewed = st.container()

    before = before_steps(photo)

    # At each step of a drag a browser draws what is drawn here, so all that stays is outside.
    @st.fragment
    def live() -> None:
        result = pipeline.edit(cards, photo.picture)
        with compared:
            show_before_after(before, result)
            if not pipeline.chosen().applied.steps:
                st.info("No step is on: both are the same picture. Add a step, or start from a preset.")
        with viewed, said_in_words():
            show_view(view, before, result)

    live()


def choose_view() -> str:
    """Let the user choose how to look at it."""
    st.session_state.setdefault(_VIEW, _STEPS)
    return str(
        st.segmented_control(
            "View", _VIEWS, key=_VIEW, required=True, label_visibility="collapsed", persist_state="session"
        )
    )


def show_view(view: str, before: Before, result: pipeline.Result) -> None:
    """Show what the user chose to look at."""
    chosen, photo = pipeline.chosen(), before.photo
    if view == _STEPS:
        show_steps(before, result)
    elif view == _SEVERAL:
        show_several(photo.dataset, chosen)
    elif view == _RESAMPLING:
        show_resampling(result)
    elif view == _NUMBERS:
        show_numbers(photo, result, chosen)
    elif view == _CODE:
        show_code(chosen)
    else:
        show_whole_set(photo.dataset, chosen)


page("Preprocess", "Bring pictures into the form that a network takes: the steps, and what each of them does.")
st.html(_STYLE.replace("BACKGROUND", background()))
address.resume(without=("dataset", "picture"))
with said_in_words():
    pipeline.take_up()
    photo = choose_photo()
    address.write()
    if photo is None:
        st.info("No photo yet. Choose one, or take a picture of the data set.")
    else:
        preprocess(photo)
        show_jobs(photo.dataset, pipeline.chosen())
