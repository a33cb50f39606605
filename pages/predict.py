"""Predict: photos and drawings through a run, what each is answered, and what follows from it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import booking, runs
from core.answers import Answer
from core.runs import Run
from pages.shared import address
from pages.shared.controls import choose_run, train_first
from pages.shared.frame import page, said_in_words
from pages.shared.predicting import given
from pages.shared.predicting.adding import add_to_dataset
from pages.shared.predicting.answering import answered, warm
from pages.shared.predicting.batch import by_doubt, choose_photo, show_refused, take_away
from pages.shared.predicting.bringing import bring, choose_way
from pages.shared.predicting.given import Photo
from pages.shared.predicting.opened import show_photo, show_why
from pages.shared.predicting.threshold import choose_threshold


def show_photos(run: Run, list_place: DeltaGenerator) -> list[tuple[Photo, Answer]]:
    """Show the session's photos with their answers, one of them large, and what can be done with them.

    Args:
        run: which answers.
        list_place: where all of them are listed.

    Returns:
        The photos that are answered, the open one first.
    """
    photos, box, booked = given.photos(), run.about.ink_box, booking.booking(run)
    if not photos:
        return []
    framed = box is not None and st.toggle(
        "Characters on paper: frame them as the data set does",
        key="framed",
        help="Makes paper black and ink white, cuts out the ink and centres it. Off: the run's preprocessing alone.",
        persist_state="session",
    )
    found = answered(run, photos, box if framed else None)
    show_refused(photos, found)
    pairs = by_doubt(photos, found)
    opened = next((pair for pair in pairs if pair[0].id == given.shown()), pairs[0] if pairs else None)
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
    main, side = st.columns([3, 2], gap="large")
    with main:
        bring(way, run)
        answered_photos = show_photos(run, side)
    many = len(answered_photos) > 1
    threshold_place, why_place = st.columns([2, 3], gap="large") if many else (side, st.container())
    with threshold_place:
        choose_threshold(run)
    if answered_photos:
        # It waits for the worker, and so comes last.
        with why_place:
            show_why(run, *answered_photos[0])


page("Predict", "Bring photos and see what a network makes of each, how sure it is, and what follows from it.")
able = runs.with_model()
if not able:
    train_first("No network can answer yet. Train one: the digits take less than a minute.")
else:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width=440):
            run = choose_run(able, key="run_predicting")
        with said_in_words():
            way = choose_way(run)
    address.write()
    with said_in_words():
        show_all(run, way)
