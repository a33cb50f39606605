"""A server for a class as it is started: what it answers to addresses that lead to another's things."""

import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Origin, Subprotocol
from websockets.sync.client import connect

from core.storage import data_home as homes
from core.teaching import project as projects
from pages.common.visitor import COOKIE
from tests.paths import PROJECT
from tests.unit.spaces.served import joined
from tests.unit.spaces.served import served as served

MARK = "quagga"
# As they are sent; a browser would even the dots out.
ADDRESSES = (
    "/media/../people/.secret",
    "/media/..%2f..%2fpeople%2f.secret",
    "/media/%2e%2e/%2e%2e/SPACE/teach/quagga/project.json",
    "/media/SPACE/teach/quagga/project.json",
    "/component/../../../../HOME/teach/quagga/project.json",
    "/_stcore/bidi-components/tiles/../../../../../HOME/teach/quagga/project.json",
    "/_stcore/bidi-components/%2e%2e/%2e%2e/HOME/teach/quagga/project.json",
    "/app/static/../../HOME/teach/quagga/project.json",
    "/app/static/HOME/teach/quagga/project.json",
    "/static/../../../HOME/teach/quagga/project.json",
    "/HOME/teach/quagga/project.json",
    "/class/enter?ticket=quess",
    "/class/enter?ticket=",
    "/_stcore/agent/openapi.json",
    "/_stcore/metrics",
)


@contextmanager
def serving(secrets: Path) -> Iterator[int]:
    """Serve until the block ends; yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "core", "serve", "--secrets", str(secrets), "--port", str(port)]
    with subprocess.Popen([*command, "--address", "127.0.0.1"], cwd=PROJECT, stdout=-3, stderr=-3) as server:
        try:
            for _ in range(600):
                assert server.poll() is None
                with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health"):
                    break
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()


def titles(port: int, cookie: str, page: str = "teach") -> str:
    """Return all that a page sends to a browser with a cookie."""
    address = f"http://127.0.0.1:{port}"
    sent = []
    with connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(address),
        additional_headers={"Cookie": cookie},
        max_size=None,
    ) as stream:
        asked = BackMsg()
        asked.rerun_script.page_name = page
        stream.send(asked.SerializeToString())
        while True:
            told = ForwardMsg.FromString(bytes(stream.recv(60, decode=False)))
            sent.append(str(told))
            if told.WhichOneof("type") == "script_finished":
                return "".join(sent)


def test_no_address_and_no_cookie_leads_to_anothers_things(served: Path) -> None:
    (ben_token, ben), (ada_token, _) = joined("Ben"), joined("Ada")
    with homes.at(ben.home):
        projects.new(MARK)
    with serving(Path(os.environ["PIXELWISE_SERVE"])) as port:
        for address in ADDRESSES:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            written = address.replace("HOME", str(ben.home).strip("/")).replace("SPACE", ben.home.name)
            connection.putrequest("GET", written, skip_host=False)
            connection.putheader("Cookie", f"{COOKIE}={ada_token}")
            connection.endheaders()
            answer = connection.getresponse()
            body = answer.read()
            assert MARK.encode() not in body and (served / "people" / ".secret").read_bytes() not in body, address
            assert not answer.getheader("Set-Cookie", "").startswith(COOKIE), address
        for method in ("PUT", "DELETE"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request(method, f"/_stcore/upload_file/{ben.id}/../../{ben.home.name}", body=b"x")
            assert connection.getresponse().status >= 400
        assert MARK in titles(port, f"{COOKIE}={ben_token}")
        person, *rest = ben_token.split(".")
        forged = ".".join([ada_token.partition(".")[0], *rest])
        for token in ("", ada_token, person, forged, ben_token[:-1]):
            assert MARK not in titles(port, f"{COOKIE}={token}"), token


def test_a_file_of_secrets_that_will_not_do_is_said_at_the_start(tmp_path: Path) -> None:
    """Also where it is not our command that starts the server."""
    path = tmp_path / "secrets.toml"
    path.write_text("[pixelwise")
    environment = {**os.environ, "PIXELWISE_SERVE": str(path), "PIXELWISE_HOME": str(tmp_path / "home")}
    started = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", "--server.port=0"],
        cwd=PROJECT,
        env={**environment, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode and "secrets.toml" in started.stderr and "Traceback" not in started.stderr
