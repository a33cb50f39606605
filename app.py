"""Pixelwise: page settings and navigation, nothing else. Started with `streamlit run app.py`.

Streamlit imports this file once, as its server starts, and takes `app` from it; then it runs it for each look at
a page.
"""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core.errors import PixelwiseError
from pages import streamlit_patches


def _page(title: str, icon: str, *, default: bool = False) -> StreamlitPage:
    folder = title.lower()
    return st.Page(f"pages/{folder}/page.py", title=title, icon=icon, url_path=folder, default=default)


def _show() -> None:
    from pages.common import address, messages, page_frame

    st.set_page_config("Pixelwise", Path(__file__).parent / "pages" / "icon.png", layout="wide")
    navigation = st.navigation(
        [
            _page("Home", ":material/home:", default=True),
            _page("Datasets", ":material/database:"),
            _page("Browse", ":material/photo_library:"),
            _page("Preprocess", ":material/crop_rotate:"),
            _page("Augment", ":material/auto_awesome_motion:"),
            _page("Train", ":material/model_training:"),
            _page("Teach", ":material/school:"),
            _page("Runs", ":material/monitoring:"),
            _page("Errors", ":material/troubleshoot:"),
            _page("Predict", ":material/draw:"),
            _page("Explain", ":material/lightbulb:"),
        ],
        position="top",
    )
    with messages.show_errors():
        navigation.run()
        address.write()
    page_frame.prepare_server()


try:
    streamlit_patches.apply_all()
except PixelwiseError as error:
    raise SystemExit(f"{error}") from None
if __name__ == "__main__":
    _show()
else:
    from pages.streamlit_patches.browser_opening import opening_browser

    app = st.App(__file__, lifespan=opening_browser)
