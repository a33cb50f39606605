"""All photos with their answers: the list to choose from, what could not be read, and a table to take away."""

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from core.evaluation import threshold
from core.evaluation.threshold import DecisionThreshold
from core.prediction import photo_predictions
from core.prediction.photo_predictions import Prediction, Refusal
from core.runs import Run
from core.storage.progress import counted
from pages.common import session_photos
from pages.common.messages import escape_markdown
from pages.common.session_photos import SessionPhoto
from pages.components.answers_list import PhotoRow, answers_list
from pages.components.pixel_image import data_url

_PER_PAGE = 50
_REFUSED_SHOWN = 20


def show_refused(photos: Sequence[SessionPhoto], found: Mapping[int, Prediction | Refusal]) -> None:
    """Say of each photo that has no answer why."""
    refused = [(photo, each) for photo in photos if isinstance(each := found[photo.id], Refusal)]
    if not refused:
        return
    lines = [
        f"{escape_markdown(photo.name)}: {escape_markdown(each.sentence)}" for photo, each in refused[:_REFUSED_SHOWN]
    ]
    if len(refused) > _REFUSED_SHOWN:
        lines.append(f"… and {len(refused) - _REFUSED_SHOWN:,} more, all listed in the CSV.")
    st.error("\n\n".join(lines), icon=":material/broken_image:")
    ids = {photo.id for photo, _ in refused}
    st.button(
        "Remove these files",
        key="take_refused",
        on_click=session_photos.take_away,
        args=(ids,),
        icon=":material/close:",
    )


def by_doubt(
    photos: Sequence[SessionPhoto], found: Mapping[int, Prediction | Refusal]
) -> list[tuple[SessionPhoto, Prediction]]:
    """Return the photos that are answered: those unlike what the run learned from first, then those in doubt."""
    pairs = [(photo, each) for photo in photos if isinstance(each := found[photo.id], Prediction)]
    return sorted(pairs, key=lambda pair: (pair[1].known, pair[1].confidence))


def choose_photo(
    run: Run, pairs: Sequence[tuple[SessionPhoto, Prediction]], booked: DecisionThreshold, opened: int
) -> None:
    """Show the list of photos, some at a time; a click opens one.

    Args:
        run: whose answers they are.
        pairs: photos and answers, as they are listed.
        booked: from which probability an answer is acted on.
        opened: the id of the open photo.
    """
    names = run.about.class_names
    decisions = Counter(_decided(answer, booked, names) for _, answer in pairs)
    counts = [f"{count:,} {said}" for (_, said), count in sorted(decisions.items())]
    st.markdown(f"**{counted(len(pairs), 'photo')}**, least confident first · {escape_markdown(', '.join(counts))}")
    pages = -(-len(pairs) // _PER_PAGE)
    page = st.pagination(pages, key=f"answers_page_{pages}") if pages > 1 else 1
    rows = [_row(run, photo, answer, booked) for photo, answer in pairs[(page - 1) * _PER_PAGE : page * _PER_PAGE]]
    clicked = answers_list(rows, opened, key="answers")
    if clicked is not None and clicked != opened:
        session_photos.show(clicked)
        st.rerun()


def _row(run: Run, photo: SessionPhoto, answer: Prediction, booked: DecisionThreshold) -> PhotoRow:
    names, said = run.about.class_names, session_photos.truth(photo)
    label = names[answer.label]
    return PhotoRow(
        id=photo.id,
        url=data_url(answer.thumbnail),
        name=photo.name,
        answer=answer.in_words(names),
        confidence=answer.confidence if answer.known else 0.0,
        decision=_decided(answer, booked, names)[1],
        asked=answer.asks(booked),
        truth="" if said not in names else "✓ right" if said == label else f"✗ true: {said}",
    )


def _decided(answer: Prediction, booked: DecisionThreshold, names: tuple[str, ...]) -> tuple[int, str]:
    """Return what follows from an answer, in words, after its place: by class, those that a person is asked last."""
    asked = answer.asks(booked)
    return len(names) if asked else answer.label, threshold.in_words(answer.decision(booked, names), names, asked=asked)


def take_away(
    run: Run, photos: Sequence[SessionPhoto], found: Mapping[int, Prediction | Refusal], booked: DecisionThreshold
) -> None:
    """Draw the buttons that download all answers and that empty the list."""
    # The table is made at the click, where the session's state is out of reach.
    rows = [(photo.name, found[photo.id], session_photos.truth(photo)) for photo in photos]
    with st.container(horizontal=True):
        st.download_button(
            "Download CSV",
            lambda: photo_predictions.to_csv(rows, booked, run.about.class_names),
            "answers.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        ids = {photo.id for photo in photos}
        st.button("Clear photos", on_click=session_photos.take_away, args=(ids,), icon=":material/delete_sweep:")
