"""Panels that are drawn ahead for the places of a slider, and what the browser makes of them."""

import json
import subprocess
from typing import Any

import numpy as np
import pytest
import streamlit as st

from core.charts.panel import Mark, Picture, Plot, linear_axis, log_axis
from pages.components.live_slider import Slider
from pages.components.panels import Ahead, ahead
from pages.components.panels.ahead import MOST_STOPS, rounded, stops
from tests.node import node
from tests.paths import PROJECT

RATE = Slider("rate", "Rate", 0.0, 0.9, 0.5, 0.01)
SEED = Slider("seed", "Seed", 0, 20, 3, 1)
MANY = Slider("many", "Many", 0.1, 5000.0, 1.0, 0.1)


def drawn(rate: float, seed: int, many: float = 1.0) -> list[Plot | Picture]:
    x, y = [rate * each for each in range(5)], [np.sin(seed + rate), many, 0.0, -1.0, np.nan]
    plot = Plot("Plot", f"at {rate:g}", linear_axis("x", 0, 4), linear_axis("y", -2, 2), [Mark("line", "blue", x, y)])
    pixels = np.full((4, 4, 3), round(100 * rate), np.uint8)
    return [plot, Picture("Image", "", pixels, 100, f"{seed}")]


@pytest.fixture
def follows(monkeypatch: pytest.MonkeyPatch) -> Ahead:
    monkeypatch.setattr(st, "session_state", {"rate": 0.5, "seed": 3, "many": 1.0})
    return Ahead([RATE, SEED], drawn)


def in_browser(sent: list[Any], values: dict[str, float], key: str, asked: list[float]) -> dict[str, Any]:
    program = node()
    if program is None:
        pytest.skip("there is no node on this machine")
    given = json.dumps({"sent": sent, "values": values, "key": key, "asked": asked})
    script = PROJECT / "tests" / "javascript" / "ahead_numbers.js"
    done = subprocess.run([program, str(script)], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_browser_draws_what_the_server_would(follows: Ahead, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_BUDGET_S", 1e-9)
    sent, have = [], list[int]()
    for place in range(91):
        sent.append(follows.frames({"key": "rate", "have": have}))
        have.append((50, *(each for step in range(1, 51) for each in (50 - step, 50 + step) if each <= 90))[place])
    values = [round(0.01 * each, 2) for each in range(91)]
    found = in_browser(sent, follows.values(), "rate", values)
    assert found["lacking"] is None, "a few places at a time, the nearest first, until all are known"
    for value, (plot, picture) in zip(values, found["panels"], strict=True):
        expected, image = drawn(value, 3)
        assert isinstance(expected, Plot)
        assert plot["plot"]["alt"] == f"at {value:g}"
        mark = plot["plot"]["marks"][0]
        assert mark["x"] == pytest.approx(expected.marks[0].x, abs=1e-4)
        assert mark["y"][:4] == pytest.approx(expected.marks[0].y[:4], abs=1e-4)
        assert mark["y"][4] is None
        assert plot["plot"]["x"]["ticks"][-1] == [4, "4"]
        assert picture["picture"]["url"].startswith("data:image/webp")
        assert (picture["picture"]["title"], picture["picture"]["note"]) == (image.title, "3")


def test_of_too_many_places_the_browser_draws_what_lies_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {"many": 1.0})
    follows = Ahead([MANY], lambda many: drawn(0.5, 3, many))
    found = in_browser([follows.frames({"key": "many", "have": []})], follows.values(), "many", [0.1, 777.7, 4900.0])
    tops = [panels[0]["plot"]["marks"][0]["y"][1] for panels in found["panels"]]
    assert tops == pytest.approx([0.1, 777.7, 4900.0])
    assert stops(MANY)[1] <= MOST_STOPS


@pytest.mark.parametrize(
    "asked", [None, 3, "rate", {}, {"key": "rate"}, {"key": "other", "have": []}, {"key": "rate", "have": ["x"]}]
)
def test_what_cannot_be_asked_is_not_answered(follows: Ahead, asked: Any) -> None:
    assert follows.frames(asked) is None


def test_numbers_are_as_exact_as_they_are_seen() -> None:
    assert rounded([1000.00123456], linear_axis("x", 1000, 1000.02)) == [1000.001235]
    assert rounded([123456.0, np.inf], log_axis("x", 1, 1e9, [])) == [123460.0, None]
