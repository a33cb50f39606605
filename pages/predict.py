"""Predict: a drawn digit or a picture of one's own, through the run's own preprocessing."""

import streamlit as st
from PIL import Image

from core import drawing, figures, runs, worker
from core.evaluation import ranked
from core.pictures import PictureError, read_picture
from core.runs import Run
from pages.shared.components.crisp import crisp
from pages.shared.components.drawing_pad import drawing_pad
from pages.shared.controls import choose_run, train_first
from pages.shared.frame import page, plain, said_in_words

_SEEN_PX = 224


def answer(run: Run, photo: Image.Image, key: str) -> None:
    """Show what the network saw and what it makes of it."""
    with st.spinner("Asking the network; the first answer after a start takes some seconds.", show_time=True):
        probabilities, (seen,) = worker.predict(run, [photo])
    order = ranked(probabilities[0], run.about.class_names)
    left, right = st.columns([1, 2], gap="medium")
    with left:
        crisp(seen, "What the network saw", _SEEN_PX)
        st.caption(
            f"What the network saw: {seen.width}×{seen.height} pixels, {'gray' if seen.mode == 'L' else 'colour'}."
        )
    with right:
        label, probability = order[0]
        st.markdown(f"### {plain(label)} · {probability:.1%}")
        st.plotly_chart(
            figures.ranking(order[:10]),
            key=key,
            config={"displayModeBar": False, "staticPlot": True},
            alt="Classes by probability: " + ", ".join(f"{name} {share:.1%}" for name, share in order[:3]),
        )


@st.fragment
def draw(run: Run, box: float) -> None:
    """Let the user draw, and answer while the drawing grows."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        drawn = drawing_pad(key="pad")
        st.caption(f"Your drawing is framed as {plain(run.about.title)} frames its own before the run's preprocessing.")
    with right, said_in_words():
        if drawn is None:
            st.info("Draw a digit on the black pad: the answer follows your hand.")
        else:
            answer(run, drawing.frame_ink(read_picture(drawn), box), "drawn")


def upload(run: Run, box: float | None) -> None:
    """Let the user bring pictures, and answer for each."""
    files = st.file_uploader(
        # Any file may come: read_picture tells what is wrong with one better than a refusal by its name.
        "Pictures: JPEG, PNG, WebP, GIF or BMP",
        accept_multiple_files=True,
        key="pictures",
    )
    framed = box is not None and st.toggle(
        "A character on paper: frame it as the data set does",
        key="framed",
        help="Makes paper black and ink white, cuts out the ink and centres it. Off: the run's preprocessing alone.",
    )
    for number, file in enumerate(files):
        with st.container(border=True):
            st.text(file.name)
            try:
                photo = read_picture(file.getvalue())
            except PictureError as error:
                st.error(f"{plain(file.name)}: {plain(str(error))}", icon=":material/broken_image:")
                continue
            if box is not None and not framed and drawing.is_light(photo):
                st.info(
                    "This picture is light at its edges; the network learned light ink on black. Try the switch above."
                )
            with said_in_words():
                answer(run, drawing.frame_ink(photo, box) if framed and box else photo, f"uploaded_{number}")


page("Predict", "Draw a digit, or bring a picture, and see what a network of yours makes of it.")
able = runs.with_model()
if not able:
    train_first("No network can answer yet. Train one: the digits take less than a minute.")
else:
    with st.container(width=520):
        run = choose_run(able, key="run_predicting")
    with said_in_words():
        box = run.about.ink_box
        ways = ["Draw", "Upload"]
        if (
            box is not None
            and st.segmented_control("Picture", ways, default="Draw", required=True, key="way") == "Draw"
        ):
            draw(run, box)
        else:
            upload(run, box)
