"""Predict: photos and drawings through a run, what each is answered, and what follows from it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import runs
from core.evaluation import ood, threshold
from core.prediction.photo_predictions import Prediction
from core.runs import Run
from pages.common import address, session_photos
from pages.common.messages import escape_markdown, show_errors
from pages.common.page_frame import page
from pages.common.pickers import choose_run, train_first
from pages.common.session_photos import SessionPhoto
from pages.predict.add_to_dataset import add_to_dataset
from pages.predict.address import FRAMED, RUN, parameters
from pages.predict.open_photo import show_photo, show_why
from pages.predict.photo_inputs import bring, choose_way
from pages.predict.photo_list import by_doubt, choose_photo, show_refused, take_away
from pages.predict.session_answers import answered, warm
from pages.predict.threshold import choose_threshold
from pages.predict.unlike import offer_to_tell


def show_photos(run: Run, list_place: DeltaGenerator) -> list[tuple[SessionPhoto, Prediction]]:
    """Show the session's photos with their answers, one of them large, and what can be done with them.

    Args:
        run: which answers.
        list_place: where all of them are listed.

    Returns:
        The photos that are answered, the open one first.
    """
    photos, box, booked = session_photos.photos(), run.about.ink_box, threshold.decision_threshold(run)
    if not photos:
        return []
    framed = box is not None and st.toggle(
        "Handwriting on paper: crop and center it like the training images",
        key=FRAMED,
        help=(
            "Inverts the photo to white ink on black, then crops and centers the character. Off: only "
            "the run's own preprocessing."
        ),
        persist_state="session",
    )
    found = answered(run, photos, box if framed else None)
    show_refused(photos, found)
    pairs = by_doubt(photos, found)
    opened = next((pair for pair in pairs if pair[0].id == session_photos.open_id()), pairs[0] if pairs else None)
    if opened is not None:
        with st.container(key="opened_photo"):
            show_photo(run, *opened, booked, framed=framed)
    with list_place:
        if opened is not None and len(pairs) > 1:
            choose_photo(run, pairs, booked, opened[0].id)
        take_away(run, photos, found, booked)
        add_to_dataset(run, photos)
    return pairs if opened is None else [opened, *(pair for pair in pairs if pair is not opened)]


def show_all(run: Run, way: str) -> None:
    """Show what is brought, its answers, and what is below them, in an order that suits a narrow page too."""
    warm(run)
    if problem := ood.problem(run.folder):
        st.warning(escape_markdown(problem), icon=":material/warning:")
    else:
        offer_to_tell(run)
    main, side = st.columns([3, 2], gap="large")
    threshold_place = side.container()
    with main:
        bring(way, run)
        answered_photos = show_photos(run, side)
    with threshold_place:
        # It decides on an answer, and many answers are what one wants to see first.
        choose_threshold(run, folded=len(answered_photos) != 1)
    if answered_photos:
        # It waits for the worker, and so comes last.
        show_why(run, *answered_photos[0])


page(
    "Predict",
    "Classify your own photos: the prediction, its confidence, and the reason behind it.",
    parameters(),
)
able = runs.with_model()
if not able:
    train_first("No trained network yet. The digits dataset trains in under a minute.")
else:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="row_predict"):
        with st.container(width=440):
            run = choose_run(able, key=RUN)
        with show_errors():
            way = choose_way(run)
    address.write()  # What follows may wait for the worker.
    with show_errors():
        show_all(run, way)
