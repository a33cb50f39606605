"""What components send to the server."""

from typing import Any

import pytest
import streamlit as st

from pages.shared.components import taking


def test_what_a_component_sends_is_taken_and_comes_to_nothing_once_its_page_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[Any] = []
    called = taking("gallery", "turned", taken.append)
    for state in ({"gallery": {"turned": {"to": 3}}}, {"gallery": {"turned": None}}, {}):
        monkeypatch.setattr(st, "session_state", state)
        called()
    assert taken == [{"to": 3}]
