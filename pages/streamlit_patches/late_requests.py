"""Drops what a page still asks for after it was left.

Fault: a component may send something in the moment between a click on a link and the next page. Streamlit keeps it
until that page is drawn and then runs the fragment that asked, which is gone, in the name of the page that was left.
Shows: the browser takes that for a change of page and clears everything: the next page is empty.
Streamlit: 1.67; no issue of it is known.
"""

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequest, ScriptRequests, ScriptRequestType

from pages.streamlit_patches.replacing import replace

_next = ScriptRequests.on_scriptrunner_ready


def apply() -> None:
    """From now on, run no fragment for a page that was left."""
    replace(ScriptRequests, "on_scriptrunner_ready", _next, _next_of_this_page, digest="89daaa18f02d9fa3")


def _next_of_this_page(requests: ScriptRequests) -> ScriptRequest:
    """Stand in for `ScriptRequests.on_scriptrunner_ready`, which the thread that runs a page calls between runs."""
    request = _next(requests)
    context = get_script_run_ctx()
    while (
        context is not None
        and request.type == ScriptRequestType.RERUN
        and request.rerun_data.fragment_id_queue
        and request.rerun_data.page_script_hash != context.page_script_hash
    ):
        request = _next(requests)
    return request
