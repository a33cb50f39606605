"""One answer: the class, how sure, and what follows from it."""

import streamlit as st

from core.charts import figures
from core.evaluation import threshold
from core.evaluation.threshold import DecisionThreshold
from core.images import image_io
from core.prediction import photo_predictions
from core.prediction.photo_predictions import Prediction
from core.runs import Run
from pages.common.messages import escape_markdown
from pages.components.pixel_image import crisp

_SEEN_PX = 200
_RANKED = 10


def show_verdict(run: Run, answer: Prediction, booked: DecisionThreshold) -> None:
    """Show the class that an answer names, and what follows from it."""
    names = run.about.class_names
    asked = answer.asks(booked)
    said = threshold.in_words(answer.decision(booked, names), names, asked=asked)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(escape_markdown(answer.in_words(names)), anchor=False, width="content")
        if asked:
            st.badge(escape_markdown(said[0].upper() + said[1:]), icon=":material/help:", color="orange")
        else:
            verb = "Book" if threshold.is_clinic(names) else "Answer"
            st.badge(f"{verb}: {escape_markdown(said)}", icon=":material/check:", color="blue")
    # The same elements for each answer: what Streamlit has to leave out stays on the page until the run's end.
    if answer.known:
        compared = "It is less sure than" if asked else "It is as sure as, or surer than,"
        st.caption(f"{compared} the {booked.threshold:.1%} that are needed.")
    else:
        st.caption(
            "This photo looks unlike anything in the training data. If forced to choose, the network "
            f"would say {escape_markdown(names[answer.label])}."
        )


def show_details(run: Run, answer: Prediction, *, key: str) -> None:
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
        crisp(image_io.from_array(answer.seen), "Network input", _SEEN_PX)
        st.caption(f"Network input: {width}×{height} px, {'grayscale' if channels == 1 else 'color'}.")
    with right:
        if not answer.known:
            st.markdown(
                "**Had it to choose**: these probabilities hold only for photos like those that it learned from."
            )
        st.plotly_chart(
            figures.ranking(ranked[:_RANKED], answers=answer.known),
            key=key,
            config={"displayModeBar": False, "staticPlot": True},
            alt="Classes by probability: " + ", ".join(f"{name} {share:.1%}" for name, share in ranked[:3]),
        )
    st.caption(escape_markdown(photo_predictions.certainty(run).said))
