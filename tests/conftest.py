"""What all tests share: a data home of their own."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data home for one test."""
    folder = tmp_path / "home"
    monkeypatch.setenv("PIXELWISE_HOME", str(folder))
    return folder


@pytest.fixture(scope="session", autouse=True)
def never_the_users_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A test that forgets its data home must not touch the user's."""
    os.environ["PIXELWISE_HOME"] = str(tmp_path_factory.mktemp("fallback-home"))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
