"""Home: what this is, in five lines, and the first step."""

import streamlit as st

from core import runs
from core.datasets import catalogue
from pages.shared.components.gallery import Item, gallery, picture_url
from pages.shared.controls import full_title
from pages.shared.frame import page, plain, said_in_words

_FIRST_PICTURES = 40

page("Pixelwise", "Look into image classification: in your browser, on your own machine, without a network.")
st.markdown(
    """
1. **Data sets** and **Browse**: get pictures in, see what is in them and what is wrong with them.
2. **Preprocess** and **Augment**: bend them with sliders; they move while you drag.
3. **Train** a network on them and watch it learn; close the page, and it goes on. **Runs** compares what came of it.
4. **Errors** and **Predict**: every picture it got wrong and why, and what it makes of one of yours.
5. Nothing leaves this machine: no account, no service.
"""
)
first, second, _ = st.columns([1, 1, 2])
if first.button("Train on the digits", type="primary", icon=":material/model_training:", width="stretch"):
    st.switch_page("pages/train.py", query_params={"dataset": "digits", "recipe": "digits-cnn"})
if second.button("Browse the digits", icon=":material/photo_library:", width="stretch"):
    st.switch_page("pages/browse.py", query_params={"dataset": "digits"})

going = runs.alive()
if going:
    run, status = going[0]
    st.info(f"{plain(full_title(run.name))} is {status.state}.", icon=":material/progress_activity:")
    st.page_link("pages/train.py", label="See it train", query_params={"run": run.name})

with said_in_words():
    digits = catalogue.open_dataset("digits")
    shown = [
        Item(
            index,
            f"A handwritten {digits.about.class_names[digits.labels[index]]}",
            "",
            picture_url(digits, index),
        )
        for index in range(_FIRST_PICTURES)
    ]
    if gallery(shown, digits, key="first_pictures") is not None:
        st.switch_page("pages/browse.py", query_params={"dataset": "digits"})
