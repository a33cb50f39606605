"""One answer: the class, how sure, and what follows from it."""

import streamlit as st

from core import answers, booking, figures, pictures
from core.answers import Answer
from core.booking import ASK, Booking
from core.runs import Run
from pages.shared.components.crisp import crisp
from pages.shared.frame import plain

_SEEN_PX = 200
_RANKED = 10
_FEW = 3


def in_words(answer: Answer, class_names: tuple[str, ...]) -> str:
    """Return an answer for people: the class and its probability, or that it is none of the classes."""
    if answer.known:
        return f"{class_names[answer.label]} · {answer.confidence:.1%}"
    return f"Neither {' nor '.join(class_names)}" if len(class_names) <= _FEW else "Unlike what it learned from"


def show_verdict(run: Run, answer: Answer, booked: Booking) -> None:
    """Show the class that an answer names, and what follows from it."""
    names = run.about.class_names
    decision = answer.decision(booked, names)
    said = booking.in_words(decision, names)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(plain(in_words(answer, names)), anchor=False, width="content")
        if decision == ASK:
            st.badge(plain(said[0].upper() + said[1:]), icon=":material/help:", color="orange")
        else:
            verb = "Book" if booking.is_clinic(names) else "Answer"
            st.badge(f"{verb}: {plain(said)}", icon=":material/check:", color="blue")
    # The same elements for each answer: what Streamlit has to leave out stays on the page until the run's end.
    if answer.known:
        compared = "It is less sure than" if decision == ASK else "It is as sure as, or surer than,"
        st.caption(f"{compared} the {booked.threshold:.1%} that are needed.")
    else:
        st.caption(
            "What the network’s layers make of this photo is unlike what they make of the pictures that it learned "
            f"from. It knows nothing else, and would have to say {plain(names[answer.label])}."
        )


def show_details(run: Run, answer: Answer, *, key: str) -> None:
    """Show what the network saw, the probability of each class, and how far that can be trusted.

    Args:
        run: whose answer it is.
        answer: what it answers.
        key: of the chart.
    """
    ranked = answer.ranked(run.about.class_names)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        height, width, channels = answer.seen.shape
        crisp(pictures.from_array(answer.seen), "What the network saw", _SEEN_PX)
        st.caption(f"What the network saw: {width}×{height} pixels, {'gray' if channels == 1 else 'colour'}.")
    with right:
        st.plotly_chart(
            figures.ranking(ranked[:_RANKED]),
            key=key,
            config={"displayModeBar": False, "staticPlot": True},
            alt="Classes by probability: " + ", ".join(f"{name} {share:.1%}" for name, share in ranked[:3]),
        )
    st.caption(plain(answers.certainty(run).said))
