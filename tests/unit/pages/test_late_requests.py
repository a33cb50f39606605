"""A page that was left asks in vain: the next one stays."""

from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests, ScriptRequestType

from pages.streamlit_patches import late_requests

LEFT, SHOWN = "left", "shown"


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> ScriptRequests:
    """What is asked of a session that shows a page."""
    monkeypatch.setattr(ScriptRequests, "on_scriptrunner_ready", ScriptRequests.on_scriptrunner_ready)  # Put back.
    monkeypatch.setattr(late_requests, "get_script_run_ctx", lambda: SimpleNamespace(page_script_hash=SHOWN))
    late_requests.apply()
    return ScriptRequests()


@pytest.mark.xfail(strict=True, reason="Streamlit 1.67 runs it: when it no longer does, late_requests can go")
def test_streamlit_by_itself_runs_no_fragment_of_the_page_that_was_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptRequests, "on_scriptrunner_ready", late_requests._next)
    requests = ScriptRequests()
    requests.request_rerun(RerunData(page_script_hash=LEFT, fragment_id="gallery"))
    assert requests.on_scriptrunner_ready().type == ScriptRequestType.STOP


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
