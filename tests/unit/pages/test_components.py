"""What components send to the server."""

from typing import Any

import pytest
import streamlit as st

from core.charts.chart import Chart, Line
from pages.components import chart, taking


def test_what_a_component_sends_is_taken_and_comes_to_nothing_once_its_page_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[Any] = []
    called = taking("gallery", "turned", taken.append)
    for state in ({"gallery": {"turned": {"to": 3}}}, {"gallery": {"turned": None}}, {}):
        monkeypatch.setattr(st, "session_state", state)
        called()
    assert taken == [{"to": 3}]


def test_a_chart_that_grows_sends_what_is_new_and_all_of_it_where_that_was_missed_or_it_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(chart, "_mount", lambda **given: sent.append(given))
    monkeypatch.setattr(st, "session_state", {})

    def begun_at(points: int, growing: bool = True) -> int:
        line = Line("now", "red", [float(at) for at in range(points)], [0.5] * points)
        chart.show_charts([Chart("Loss", "epoch", 3, "", "log", [line], "")], key="curves", growing=growing)
        start: int = sent[-1]["data"]["charts"][0]["lines"][0]["start"]
        return start

    assert [begun_at(points) for points in (2, 3, 5, 9)] == [0, 2, 2, 3], "one message may be lost"
    sent[-1]["on_missed_change"]()
    assert begun_at(10) == 0
    assert begun_at(11) == 10
    assert begun_at(12, growing=False) == 0
    assert sent[-1]["data"]["after"] == [] and sent[-1]["data"]["live"] is None
