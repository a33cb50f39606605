"""A page that was left asks in vain: the next one stays."""

from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests, ScriptRequestType

from pages.shared import late_requests

LEFT, SHOWN = "left", "shown"


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> ScriptRequests:
    """What is asked of a session that shows a page."""
    monkeypatch.setattr(ScriptRequests, "on_scriptrunner_ready", ScriptRequests.on_scriptrunner_ready)  # Put back.
    monkeypatch.setattr(late_requests, "get_script_run_ctx", lambda: SimpleNamespace(page_script_hash=SHOWN))
    late_requests.drop()
    return ScriptRequests()


def test_a_fragment_of_the_page_that_was_left_does_not_run(requests: ScriptRequests) -> None:
    requests.request_rerun(RerunData(page_script_hash=LEFT, fragment_id="gallery"))
    assert requests.on_scriptrunner_ready().type == ScriptRequestType.STOP


def test_a_fragment_of_the_page_that_is_shown_runs(requests: ScriptRequests) -> None:
    requests.request_rerun(RerunData(page_script_hash=SHOWN, fragment_id="gallery"))
    assert requests.on_scriptrunner_ready().rerun_data.fragment_id_queue == ["gallery"]
    assert requests.on_scriptrunner_ready().type == ScriptRequestType.STOP


def test_another_page_may_be_asked_for(requests: ScriptRequests) -> None:
    requests.request_rerun(RerunData(page_script_hash=LEFT))
    assert requests.on_scriptrunner_ready().rerun_data.page_script_hash == LEFT
