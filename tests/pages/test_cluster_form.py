"""Where a cluster is chosen on Train: tried first, kept then, and given up; seen by nobody whom it does not concern."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.cluster import chosen, look, setting
from core.cluster.look import Node
from core.spaces import settings as serving
from tests.pages.opening import said, show

NODE = Node("a/123456", 4, 8_000_000_000, look.versions(), 0.0, True)
FOLDED = "Cluster: none, training runs on this computer"


@pytest.fixture
def listening() -> Iterator[str]:
    """The address of something that answers."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-cluster.txt")
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"ray://127.0.0.1:{server.getsockname()[1]}"


def opened(app: AppTest) -> AppTest:
    return show(app, "train", view="fit")


def connect(app: AppTest, address: str) -> AppTest:
    app.text_input(key="train_cluster").set_value(address)
    app.button(key="train_cluster_connect").click().run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def labels(app: AppTest) -> list[str]:
    return [each.label for each in app.expander]


def test_a_cluster_is_kept_once_it_was_tried_and_given_up_again(
    app: AppTest, listening: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "_ask", lambda _address: (NODE, NODE))
    assert labels(opened(app)) == [FOLDED]
    connect(app, f"  {listening} ")
    assert setting.address() == chosen.address() == listening
    assert "Connected: 2 nodes, 8 cores, 16 GB of memory" in said(app) and FOLDED not in labels(app)
    app.button(key="train_cluster_disconnect").click().run()
    assert (setting.address(), labels(app), app.text_input(key="train_cluster").value) == ("", [FOLDED], "")


def test_a_cluster_that_cannot_be_used_is_not_kept(
    app: AppTest, listening: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "_ask", lambda _address: (Node("b/1", 4, 1, look.versions(), 0.0, shared=False),))
    chosen.choose("ray://before:10001")
    connect(opened(app), listening)
    assert "is not shared" in said(app) and chosen.address() == "ray://before:10001"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "   ",
        "nonsense",
        "x" * 5000,
        f"ray://{'x' * 5000}:10001",
        "ray://a..b:10001",
        f"ray://{'x' * 100}:10001",
        "<img src=x onerror=alert(1)>",
        "ray://head\0:10001",
        "ray://head:99999",
        "ray://head:١٠٠٠١",
        "[x](https://evil.example):1",
    ],
)
def test_what_is_no_address_is_said_in_a_sentence(app: AppTest, address: str) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-cluster.txt")
    (error,) = connect(opened(app), address).error
    assert "must be such as ray" in error.value or "not a host name" in error.value
    assert len(error.value) < 900 and "'<" not in error.value and "](" not in error.value
    assert chosen.address() == ""


def test_where_the_environment_decides_nothing_is_chosen(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen.choose("ray://other:10001")
    monkeypatch.setenv(setting.ADDRESS, "ray://head:10001")
    assert "Set by the environment variable PIXELWISE_CLUSTER" in said(opened(app))
    assert not app.text_input and setting.address() == "ray://head:10001"


def test_a_class_has_no_say_in_it(monkeypatch: pytest.MonkeyPatch, data_home: Path) -> None:
    chosen.choose("ray://head:10001")
    monkeypatch.setenv(serving.SERVE, "secrets.toml")
    assert setting.address() == ""


@pytest.mark.parametrize("text", ["", "{", "[]", '{"address": 5}', "\0" * 50, '{"address": "' + "x" * 5000 + '"}'])
def test_a_damaged_file_is_said_and_stays_until_it_is_removed(app: AppTest, data_home: Path, text: str) -> None:
    chosen.choose("ray://head:10001")
    file = data_home / "cluster-address.json"
    file.write_text(text)
    opened(app)
    assert "The cluster's address is damaged" in said(app).replace("\\", "") and FOLDED in labels(app)
    assert file.read_text() == text and setting.address() == ""
    app.button(key="damaged_cluster").click().run()
    assert not file.exists() and "damaged" not in said(app)
