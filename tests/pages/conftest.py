"""The app, for tests of its pages without a browser."""

import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.opening import new_session


@pytest.fixture
def app(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app on an empty data home; no worker is started."""
    monkeypatch.setattr("pages.common.page_frame.prepare_server", threading.Thread)
    return new_session()
