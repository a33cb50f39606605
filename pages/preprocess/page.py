"""Preprocess: build a pipeline of steps, and see what each does to an image while it is set."""

import streamlit as st

from pages.common.address import fragment
from pages.common.image_source import SourceImage, choose_photo
from pages.common.messages import show_errors
from pages.common.page_frame import page
from pages.common.view_switch import choose_view
from pages.components.theme import background
from pages.preprocess import pipeline_editor
from pages.preprocess.address import CODE, NUMBERS, RESAMPLING, SEVERAL, STEPS, VIEW, VIEWS, parameters
from pages.preprocess.normalisation import show_numbers
from pages.preprocess.pipeline_views import (
    Before,
    before_steps,
    show_before_after,
    show_code,
    show_resampling,
    show_several,
    show_steps,
)
from pages.preprocess.whole_dataset import show_jobs, show_whole_set

# The images stay in sight while one drags: beside a long pipeline, and above it on a narrow screen.
_STYLE = """<style>
[data-testid=stColumn]:has(.st-key-preprocess_shown) { position: sticky; top: 3.75rem; align-self: flex-start; }
@media (max-width: 640px) {
  [data-testid=stColumn]:has(.st-key-preprocess_shown) {
    order: -1; z-index: 2; max-height: 50vh; overflow-y: auto; background: BACKGROUND;
  }
}
</style>"""


def preprocess(photo: SourceImage) -> None:
    """Show the steps, and what they do."""
    controls, shown = st.columns([4, 9], gap="medium")
    with controls, show_errors():
        pipeline_editor.choose_start()
        cards = pipeline_editor.cards()
    with shown, st.container(key="preprocess_shown"):
        compared = st.container()
        view = choose_view(VIEWS.values(), key=VIEW)
        viewed = st.container()

    before = before_steps(photo)

    # At each step of a drag a browser draws what is drawn here, so all that stays is outside.
    @fragment
    def live() -> bool:
        result = pipeline_editor.edit(cards, photo.image)
        with compared:
            show_before_after(before, result)
            if not pipeline_editor.current().applied.steps:
                st.info("No active steps, so before and after are identical. Add a step or start from a preset.")
        with viewed, show_errors():
            show_view(view, before, result)
        return not result.dragging

    live()


def show_view(view: str, before: Before, result: pipeline_editor.Result) -> None:
    """Show what the user chose to look at."""
    chosen, photo = pipeline_editor.current(), before.photo
    if view == STEPS:
        show_steps(before, result)
    elif view == SEVERAL:
        show_several(photo.dataset, chosen)
    elif view == RESAMPLING:
        show_resampling(result)
    elif view == NUMBERS:
        show_numbers(photo, result, chosen)
    elif view == CODE:
        show_code(chosen)
    else:
        show_whole_set(photo.dataset, chosen)


page(
    "Preprocess",
    "Build the preprocessing steps a network needs, and see what each step does to an image.",
    parameters(),
)
st.html(_STYLE.replace("BACKGROUND", background()))
with show_errors():
    photo = choose_photo()
    if photo is None:
        st.info("No image yet. Upload one, or pick one from the dataset.")
    else:
        preprocess(photo)
        show_jobs(photo.dataset, pipeline_editor.current())
