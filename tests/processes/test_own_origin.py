"""Only the app's own pages are let in, not those of another port of this machine, also before anybody has opened it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette import starlette_websocket
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from pages.streamlit_patches import own_origin
from tests.browser.server import Server, running_server

OWN, HOST = "http://localhost:8501", "localhost:8501"
OTHERS = ("http://localhost:3000", "http://127.0.0.1:8501", "http://0.0.0.0", "null", "file://", "http://evil.example")


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    name = "is_url_from_allowed_origins"
    monkeypatch.setattr(starlette_websocket, name, getattr(starlette_websocket, name))  # Put back afterwards.
    own_origin.apply()
    monkeypatch.setattr("streamlit.net_util.get_external_ip", lambda: pytest.fail("nobody on the internet is asked"))
    yield


@pytest.mark.xfail(strict=True, reason="Streamlit lets in all of localhost: when it no longer does, own_origin can go")
def test_streamlit_by_itself_lets_in_the_own_port_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starlette_websocket, "is_url_from_allowed_origins", own_origin._is_allowed)
    assert not starlette_websocket._is_origin_allowed("http://localhost:3000", HOST)


@pytest.mark.parametrize("origin", OTHERS)
def test_pages_of_other_addresses_are_refused(mended: None, origin: str) -> None:
    assert not starlette_websocket._is_origin_allowed(origin, HOST)


def test_the_own_page_programs_and_what_a_user_adds_are_let_in(mended: None) -> None:
    assert starlette_websocket._is_origin_allowed(OWN, HOST)
    assert starlette_websocket._is_origin_allowed(None, HOST)
    before = config.get_option("server.corsAllowedOrigins")
    config.set_option("server.corsAllowedOrigins", ["https://hub.example:8000"])
    try:
        assert starlette_websocket._is_origin_allowed("https://hub.example:8000", HOST)
        assert not starlette_websocket._is_origin_allowed("https://hub.example", HOST)
    finally:
        config.set_option("server.corsAllowedOrigins", before)


def test_a_server_refuses_the_pages_of_other_ports_from_its_first_connection_on(tmp_path: Path) -> None:
    with running_server(tmp_path / "home") as server:
        for origin in (OTHERS[0], server.address.replace("localhost", "127.0.0.1")):
            with pytest.raises(InvalidStatus), connection(server, origin):
                pass
        assert "Pixelwise" in shown(server, server.address)


def shown(server: Server, origin: str) -> str:
    """Return the texts that a page of an origin is sent for its first look at the app."""
    with connection(server, origin) as socket:
        asked = BackMsg()
        asked.rerun_script.query_string = ""
        socket.send(asked.SerializeToString())
        texts = []
        while True:
            message = ForwardMsg.FromString(socket.recv(timeout=60))
            if message.WhichOneof("type") == "delta":
                texts.append(str(message.delta))
            if message.WhichOneof("type") == "script_finished":
                return "\n".join(texts)


@contextlib.contextmanager
def connection(server: Server, origin: str) -> Iterator[ClientConnection]:
    address = f"{server.address.replace('http', 'ws')}/_stcore/stream"
    with connect(address, origin=Origin(origin), subprotocols=[Subprotocol("streamlit")], max_size=None) as socket:
        yield socket
