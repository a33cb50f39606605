"""Pixelwise: page settings and navigation, nothing else. Started with `streamlit run app.py`.

Streamlit imports this file once, as its server starts, and takes `app` from it; then it runs it for each look at
a page.
"""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core.errors import PixelwiseError
from core.spaces import settings
from pages import streamlit_patches
from pages.common import visitor


def _page(title: str, icon: str, *, default: bool = False) -> StreamlitPage:
    folder = title.lower()
    return st.Page(f"pages/{folder}/page.py", title=title, icon=icon, url_path=folder, default=default)


def _show() -> None:
    from pages.common import address, messages, page_frame, sign_in

    st.set_page_config("Pixelwise", Path(__file__).parent / "pages" / "icon.png", layout="wide")
    who = None
    if visitor.served():
        with messages.show_errors():
            who = visitor.visitor()
            if who is None:
                # The pages are known all the same: an address of one leads there once somebody is signed in.
                st.navigation(_pages(), position="hidden")
                sign_in.show_sign_in()
            else:
                visitor.enter(who)
        if who is None:
            return
    navigation = st.navigation(_pages(teacher=who is not None and who.teacher), position="top")
    with messages.show_errors():
        navigation.run()
        address.write()
    page_frame.prepare_server()


def _pages(*, teacher: bool = False) -> list[StreamlitPage]:
    pages = [
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
    ]
    return [*pages, _page("Classroom", ":material/groups:")] if teacher else pages


try:
    streamlit_patches.apply_all()
    visitor.apply()
    if __name__ != "__main__":
        # As the server starts: a file of secrets that cannot be used is said before anybody comes.
        settings.now()
except PixelwiseError as error:
    raise SystemExit(f"{error}") from None
if __name__ == "__main__":
    _show()
else:
    from pages.common import live_points, sign_in_routes
    from pages.streamlit_patches.browser_opening import opening_browser

    served = visitor.served()
    app = st.App(
        __file__,
        lifespan=opening_browser,
        routes=[*live_points.routes(), *(sign_in_routes.routes() if served else [])],
        middleware=sign_in_routes.middleware() if served else None,
    )
