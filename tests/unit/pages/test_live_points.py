"""The address where a chart asks for the points of a training: who may, and what it answers."""

import json
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.charts.training_curves import new_points
from core.spaces import people
from pages.common import live_points, visitor
from tests.asgi import ask
from tests.unit.spaces.served import joined
from tests.unit.spaces.served import served as served

LINE = json.dumps({"kind": "batch", "epoch": 0.5, "loss": 2.0, "accuracy": 0.25}) + "\n"
POINTS = [[0, 0, 0.5, 2.0], [1, 0, 0.5, 0.25]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_points, "_given", {})
    monkeypatch.setattr(live_points, "_WAIT_S", 0.0)
    drawn_by(monkeypatch, "session")


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    path = tmp_path / "metrics.jsonl"
    path.write_text(LINE)
    return path


def drawn_by(monkeypatch: pytest.MonkeyPatch, session: str) -> None:
    context = SimpleNamespace(session_id=session)
    monkeypatch.setattr(live_points, "get_script_run_ctx", lambda **_given: context)


def given(path: Path) -> str:
    address = live_points.address(path, new_points)
    assert address
    return address


def answered(address: str, start: object = 0) -> dict[str, Any]:
    answer = ask(live_points.routes(), address, query=f"from={start}")
    assert answer.status == 200 and answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = json.loads(answer.body)
    return found


def status(address: str, cookie: str = "") -> int:
    return ask(live_points.routes(), address, query="from=0", cookie=cookie).status


def test_what_is_new_is_answered_and_where_to_ask_from_next(metrics: Path) -> None:
    address = given(metrics)
    assert answered(address) == {"to": len(LINE), "points": POINTS}
    assert answered(address, len(LINE)) == {"to": len(LINE), "points": []}
    assert answered(address, "1e3") == answered(address, "") == answered(address, -1) == answered(address, len(LINE))
    with metrics.open("a") as file:
        file.write('[]\n{"kind": "batch", "epoch": 1, "loss": NaN}\n' + LINE + LINE[:20])
    assert answered(address, len(LINE))["points"] == POINTS, "damaged lines say nothing"


def test_a_run_without_records_has_nothing_and_one_that_was_taken_back_says_so(metrics: Path) -> None:
    address = given(metrics)
    metrics.unlink()
    assert answered(address, len(LINE)) == {"to": 0, "points": []}


def test_a_request_waits_for_what_is_new(metrics: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_points, "_WAIT_S", 60.0)
    address = given(metrics)

    def add() -> None:
        time.sleep(0.2)
        with metrics.open("a") as file:
            file.write(LINE)

    threading.Thread(target=add).start()
    assert answered(address, len(LINE))["points"] == POINTS


def test_an_address_is_one_sessions_and_counts_while_its_page_is_drawn(
    metrics: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = given(metrics)
    assert given(metrics) == address, "from drawing to drawing it is the same"
    assert given(metrics.parent / "other.jsonl") != address
    drawn_by(monkeypatch, "another")
    assert given(metrics) != address
    assert status(address) == 200
    assert status("/live/none") == 404
    monkeypatch.setattr(live_points, "_COUNTS_S", -1.0)
    expired = given(metrics)
    assert status(expired) == 404
    assert len(live_points._given) == 3
    given(metrics)
    assert len(live_points._given) == 3, "what counts no longer is forgotten"


def test_without_a_session_there_is_no_address(metrics: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_points, "get_script_run_ctx", lambda **_given: None)
    assert live_points.address(metrics, new_points) is None


def test_in_a_class_only_the_browser_that_the_page_was_drawn_for_is_answered(
    served: Path, metrics: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ada, who), (eve, _) = joined("Ada"), joined("Eve")
    monkeypatch.setattr(visitor, "_tokens", {"session": ada})
    monkeypatch.setattr(visitor, "_signed_in", {"session": True})
    address = given(metrics)

    def asked_with(token: str) -> int:
        return status(address, f"{visitor.COOKIE}={token}")

    assert asked_with(ada) == 200
    assert asked_with(eve) == status(address) == 404
    people.new_code(who.id)
    assert asked_with(ada) == 404, "signed out by a new code"
