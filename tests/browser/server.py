"""The app as a user starts it, on a free port, and a Chromium to look at it with. The benchmarks use both too."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.paths import PROJECT

# The first has no windows to draw, and needs half as long for a page.
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, _PROGRAMS)), None)
# Each window else begins a process for what its address bar, which nobody sees, might show. Chromium takes the last of
# these arguments only: what Playwright switches off that asks other machines is repeated.
_OFF = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
_ARGUMENTS = [
    f"--disable-features={','.join(_OFF)}",
    # The shell's letters else have other shapes than those of the others.
    "--font-render-hinting=slight",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Launches a server whose worker with TensorFlow begins when a page asks for it, and not beforehand.
UNWARMED = ("-m", "tests.browser.unwarmed")


@dataclass(frozen=True)
class Server:
    """A running server: its address, process number and data home."""

    address: str
    pid: int
    home: Path


@contextmanager
def running_server(
    home: Path, launcher: Sequence[str] = ("-m", "streamlit"), script: str = "app.py"
) -> Iterator[Server]:
    """Start the app, or another script, and end it; it is ready when its health address answers.

    Args:
        home: its data home; the log is kept there too.
        launcher: stands in for Streamlit's.
        script: what it shows, a path within the project.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [f"--server.port={port}", "--server.headless=true"]
    command = [sys.executable, *launcher, "run", script, *options]
    home.mkdir(parents=True, exist_ok=True)
    with (home / "server.log").open("wb") as log:
        # Streamlit puts the script's own folder first on the path, not the project's.
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, "PIXELWISE_HOME": str(home), "PYTHONPATH": str(PROJECT)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield Server(f"http://localhost:{port}", process.pid, home)
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(1200):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the server did not answer within a minute")


_started: list[Browser] = []


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the Chromium found on this machine, or go on with the one that runs: Playwright starts once a thread."""
    if _started:
        yield _started[0]
        return
    with sync_playwright() as playwright:
        _started.append(playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS))
        try:
            yield _started[0]
        finally:
            _started.pop().close()
