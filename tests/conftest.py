"""What all tests share: a data home of their own."""

import gc
import os
from pathlib import Path

# Before NumPy is imported. Several tests run at once: threads of one that wait for each other take the others' time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest

from core.runs import folders


def pytest_collection_finish() -> None:
    """Spare collections of garbage what lives to the end: the modules, and thousands of tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data home for one test, and no runs that come with Pixelwise."""
    folder = tmp_path / "home"
    monkeypatch.setenv("PIXELWISE_HOME", str(folder))
    monkeypatch.setattr(folders, "SHIPPED", tmp_path / "no-models")
    return folder


@pytest.fixture(scope="session", autouse=True)
def never_the_users_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A test that forgets its data home must not touch the user's."""
    os.environ["PIXELWISE_HOME"] = str(tmp_path_factory.mktemp("fallback-home"))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
