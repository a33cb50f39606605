"""Home: what this is, in four lines, and the first step."""

import streamlit as st

from core import runs
from core.datasets.sources import catalogue
from pages.common.messages import escape_markdown, show_errors
from pages.common.page_frame import page
from pages.common.pickers import full_title
from pages.components.gallery import Item, gallery, image_url

_FIRST_IMAGES = 40

page("Pixelwise", "Explore image classification in your browser. Everything runs on your machine, even offline.")
st.markdown(
    """
1. **Datasets** and **Browse**: bring in images and check them for problems.
2. **Preprocess** and **Augment**: transform them with live sliders.
3. **Train** a network on them and watch it learn, or **Teach** it by some photos of each class. **Runs** compares.
4. **Errors** and **Predict**: find out what it gets wrong, and try it on your own photo.

No account. Your images never leave this computer.
"""
)
first, second, _ = st.columns([1, 1, 2])
if first.button("Train a digit classifier", type="primary", icon=":material/model_training:", width="stretch"):
    st.switch_page("pages/train/page.py", query_params={"dataset": "digits", "recipe": "digits-cnn"})
if second.button("Browse the digits dataset", icon=":material/photo_library:", width="stretch"):
    st.switch_page("pages/browse/page.py", query_params={"dataset": "digits"})

going = runs.alive()
if going:
    run, status = going[0]
    st.info(f"**{escape_markdown(full_title(run.name))}** is {status.said}.", icon=":material/progress_activity:")
    st.page_link("pages/train/page.py", label="Watch it train", query_params={"run": run.name})

with show_errors():
    digits = catalogue.open_dataset("digits")
    shown = [
        Item(
            index,
            f"Handwritten digit {digits.about.class_names[digits.labels[index]]}",
            "",
            image_url(digits, index),
        )
        for index in range(_FIRST_IMAGES)
    ]
    if gallery(shown, digits, key="first_pictures") is not None:
        st.switch_page("pages/browse/page.py", query_params={"dataset": "digits"})
