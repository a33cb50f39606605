from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from pages.common.view_switch import choose_view

    st.text(choose_view(["Images", "Map"], key="view"))


def test_a_view_that_the_browser_lost_is_the_first_one() -> None:
    app = AppTest.from_function(page)
    app.session_state["view"] = None
    app.run()
    assert not app.exception and app.text[0].value == "Images"


def test_a_view_that_was_chosen_stays() -> None:
    app = AppTest.from_function(page)
    app.session_state["view"] = "Map"
    app.run().run()
    assert app.text[0].value == "Map"
