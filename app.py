"""Pixelwise: page settings and navigation, nothing else. Started with `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

from pages.shared import frame

st.set_page_config("Pixelwise", Path(__file__).parent / "pages" / "shared" / "icon.png", layout="wide")
frame.opened_through_app()
navigation = st.navigation(
    [
        st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
        st.Page("pages/datasets.py", title="Data sets", icon=":material/database:"),
        st.Page("pages/browse.py", title="Browse", icon=":material/photo_library:"),
        st.Page("pages/preprocess.py", title="Preprocess", icon=":material/crop_rotate:"),
        st.Page("pages/augment.py", title="Augment", icon=":material/auto_awesome_motion:"),
        st.Page("pages/train.py", title="Train", icon=":material/model_training:"),
        st.Page("pages/runs.py", title="Runs", icon=":material/monitoring:"),
        st.Page("pages/errors.py", title="Errors", icon=":material/troubleshoot:"),
        st.Page("pages/predict.py", title="Predict", icon=":material/draw:"),
    ],
    position="top",
)
navigation.run()
frame.prepare_server()
