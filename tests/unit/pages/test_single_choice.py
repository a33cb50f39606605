"""A choice of one among several always holds one of them."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from pages.common.single_choice import single_choice

    st.write(single_choice("Colors", ["red", "green", "blue"], key="color", first="green"))


@pytest.mark.parametrize(
    ("held", "shown"),
    [({}, "green"), ({"color": "blue"}, "blue"), ({"color": None}, "green"), ({"color": "mauve"}, "green")],
)
def test_what_is_not_offered_is_none_of_it(held: dict[str, Any], shown: str) -> None:
    app = AppTest.from_function(script)
    for key, value in held.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    assert app.markdown[0].value == shown
    assert app.session_state["color"] == shown


def test_a_choice_that_the_browser_lost_is_the_first_again() -> None:
    app = AppTest.from_function(script).run()
    app.segmented_control(key="color").set_value("blue").run()
    assert app.markdown[0].value == "blue"
    app.segmented_control(key="color").set_value(None).run()
    assert app.markdown[0].value == "green"
