"""The frame's look into Streamlit's requests, which another version of it may keep elsewhere."""

from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

from pages.shared import frame


def test_a_fragment_that_waits_ends_for_a_click_in_it_only(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = ScriptRequests()
    monkeypatch.setattr(frame, "get_script_run_ctx", lambda: SimpleNamespace(script_requests=requests))
    monkeypatch.setattr(ThreadState, "get", lambda: SimpleNamespace(fragment_id="the card"))
    frame.end_for_a_click()
    requests.request_rerun(RerunData(fragment_id="a job's progress"))
    frame.end_for_a_click()
    requests.request_rerun(RerunData(fragment_id="the card"))
    with pytest.raises(StopException):
        frame.end_for_a_click()
    requests.on_scriptrunner_ready()
    frame.end_for_a_click()
