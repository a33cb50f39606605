"""An installed copy: the files that pyproject.toml puts into the package, called from any folder."""

import os
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.paths import PROJECT

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def started(tmp_path: Path, data_home: Path) -> Start:
    """Start the command of a copy, in a folder with other modules of the same names."""
    built = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    for source, target in {**{name: name for name in built["packages"]}, **built["force-include"]}.items():
        (site / target).parent.mkdir(parents=True, exist_ok=True)
        if (PROJECT / source).is_dir():
            shutil.copytree(PROJECT / source, site / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(PROJECT / source, site / target)
    for name in ("core", "pages"):
        (elsewhere / name).mkdir(parents=True)
        (elsewhere / name / "__init__.py").write_text("raise ImportError('of another project')")

    def start(*arguments: str) -> "subprocess.Popen[str]":
        code = "from pixelwise.__main__ import main; main()"
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=elsewhere,
            env={**os.environ, "PYTHONPATH": str(site), "PIXELWISE_HOME": str(data_home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def test_its_command_line_works_and_calls_itself_by_its_name(started: Start) -> None:
    printed, _ = started("datasets", "list").communicate(timeout=60)
    assert "1,437 train" in printed, printed
    assert "pixelwise datasets add mnist" in printed
    printed, _ = started("predict", "nowhere.png", "--run", "pets").communicate(timeout=60)
    assert "There is no such file." in printed, "the shipped classifier came along"


def test_run_starts_the_app_with_its_own_settings_and_ends_with_it(started: Start) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = started("run", "--server.headless=true", f"--server.port={port}")
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer:  # noqa: S310 our own server
                return bool(answer.read() == b"ok")
        except OSError:
            return False

    try:
        end = time.monotonic() + 60
        while not answers():
            assert time.monotonic() < end
            time.sleep(0.1)
    finally:
        process.terminate()
    printed, _ = process.communicate(timeout=30)
    assert f"http://localhost:{port}" in printed, "its .streamlit/config.toml is read"
    assert not answers()
