"""The frame's look into Streamlit's requests, which another version of it may keep elsewhere."""

from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

from pages.common import messages, page_frame


def test_a_fragment_that_waits_ends_for_a_click_in_it_only(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = ScriptRequests()
    monkeypatch.setattr(page_frame, "get_script_run_ctx", lambda: SimpleNamespace(script_requests=requests))
    monkeypatch.setattr(ThreadState, "get", lambda: SimpleNamespace(fragment_id="the card"))
    page_frame.end_for_a_click()
    requests.request_rerun(RerunData(fragment_id="a job's progress"))
    page_frame.end_for_a_click()
    requests.request_rerun(RerunData(fragment_id="the card"))
    with pytest.raises(StopException):
        page_frame.end_for_a_click()
    requests.on_scriptrunner_ready()
    page_frame.end_for_a_click()


@pytest.mark.parametrize(
    "text", ["https://x.y", "a@b.c", "www.x.y", ":material/home:", ":streamlit:", "->", "<->", "--"]
)
def test_what_streamlit_looks_for_after_the_backslashes_is_broken_up(text: str) -> None:
    unescaped = messages.escape_markdown(text).replace("\\", "")
    assert unescaped != text
    assert unescaped.replace("\u2060", "") == text


@pytest.mark.parametrize("text", ["19:05", "cat-dog", "a.b", "3 < 4", "user at home", "C3PO"])
def test_a_usual_text_has_no_hidden_characters(text: str) -> None:
    assert "\u2060" not in messages.escape_markdown(text)
