"""All photos with their answers: the list to choose from, what could not be read, and a table to take away."""

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from core import answers, booking
from core.answers import Answer, Refusal
from core.booking import ASK, Booking
from core.runs import Run
from pages.shared.components.answers_list import Row, answers_list
from pages.shared.components.crisp import data_url
from pages.shared.frame import plain
from pages.shared.predicting import given
from pages.shared.predicting.answer import in_words
from pages.shared.predicting.given import Photo

_PER_PAGE = 50
_REFUSED_SHOWN = 20


def show_refused(photos: Sequence[Photo], found: Mapping[int, Answer | Refusal]) -> None:
    """Say of each photo that has no answer why."""
    refused = [(photo, each) for photo in photos if isinstance(each := found[photo.id], Refusal)]
    if not refused:
        return
    lines = [f"{plain(photo.name)}: {plain(each.sentence)}" for photo, each in refused[:_REFUSED_SHOWN]]
    if len(refused) > _REFUSED_SHOWN:
        lines.append(f"… and {len(refused) - _REFUSED_SHOWN:,} more: the CSV names them all.")
    st.error("\n\n".join(lines), icon=":material/broken_image:")
    ids = {photo.id for photo, _ in refused}
    st.button("Take these away", key="take_refused", on_click=given.take_away, args=(ids,), icon=":material/close:")


def by_doubt(photos: Sequence[Photo], found: Mapping[int, Answer | Refusal]) -> list[tuple[Photo, Answer]]:
    """Return the photos that are answered: those unlike what the run learned from first, then those in doubt."""
    pairs = [(photo, each) for photo in photos if isinstance(each := found[photo.id], Answer)]
    return sorted(pairs, key=lambda pair: (pair[1].known, pair[1].confidence))


def choose_photo(run: Run, pairs: Sequence[tuple[Photo, Answer]], booked: Booking, opened: int) -> None:
    """Show the list of photos, some at a time; a click opens one.

    Args:
        run: whose answers they are.
        pairs: photos and answers, as they are listed.
        booked: from which probability an answer is acted on.
        opened: the id of the open photo.
    """
    names = run.about.class_names
    decisions = Counter(answer.decision(booked, names) for _, answer in pairs)
    counts = [f"{decisions[name]:,} {booking.in_words(name, names)}" for name in (*names, ASK) if decisions[name]]
    st.markdown(f"**{len(pairs):,} photos**, those in doubt first: {plain(', '.join(counts))}.")
    pages = -(-len(pairs) // _PER_PAGE)
    page = st.pagination(pages, key=f"answers_page_{pages}") if pages > 1 else 1
    rows = [_row(run, photo, answer, booked) for photo, answer in pairs[(page - 1) * _PER_PAGE : page * _PER_PAGE]]
    clicked = answers_list(rows, opened, key="answers")
    if clicked is not None and clicked != opened:
        given.show(clicked)
        st.rerun()


def _row(run: Run, photo: Photo, answer: Answer, booked: Booking) -> Row:
    names, said = run.about.class_names, given.truth(photo)
    decision, label = answer.decision(booked, names), names[answer.label]
    return Row(
        id=photo.id,
        url=data_url(answer.thumbnail),
        name=photo.name,
        answer=in_words(answer, names),
        confidence=answer.confidence if answer.known else 0.0,
        decision=booking.in_words(decision, names),
        asked=decision == ASK,
        truth="" if said not in names else "✓ right" if said == label else f"✗ {said}",
    )


def take_away(run: Run, photos: Sequence[Photo], found: Mapping[int, Answer | Refusal], booked: Booking) -> None:
    """Draw the buttons that download all answers and that empty the list."""
    # The table is made at the click, where the session's state is out of reach.
    rows = [(photo.name, found[photo.id], given.truth(photo)) for photo in photos]
    with st.container(horizontal=True):
        st.download_button(
            "Download as CSV",
            lambda: answers.to_csv(rows, booked, run.about.class_names),
            "answers.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        ids = {photo.id for photo in photos}
        st.button("Start afresh", on_click=given.take_away, args=(ids,), icon=":material/delete_sweep:")
