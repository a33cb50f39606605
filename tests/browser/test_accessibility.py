"""Each page, light on a wide screen and dark on a narrow one: axe-core finds nothing, and it looks as it did last."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from pages.explain.views import VIEWS as EXPLAIN_VIEWS
from tests.browser import looks
from tests.browser.conftest import PATIENCE_MS
from tests.browser.server import Server
from tests.browser.settled import settle
from tests.unit.made_runs import made_run

ADDRESSES = (
    "",
    "datasets",
    "browse",
    *(f"browse?view={view}" for view in ("overview", "map", "audit")),
    "preprocess",
    "augment",
    "train",
    "teach",
    "runs",
    "errors",
    "errors?view=classes",
    "predict?run=pets",
    *(f"explain?run=pets&view={view.name}" for view in EXPLAIN_VIEWS),
)
# Streamlit 1.67's own: its dropzone has the role of none and a label, and a link that is switched off is faint.
STREAMLITS = (("presentation-role-conflict", "stFileUploaderDropzone"), ("color-contrast", "stTooltipHoverTarget"))


def faults(page: Page) -> Iterator[str]:
    """Yield what axe finds on a page: the rule, where, and the contrast where it is one."""
    # What is in order need not be told.
    found: dict[str, Any] = Axe().run(page, options={"resultTypes": ["violations"]}).response
    for rule in found["violations"]:
        for node in rule["nodes"]:
            places = str(node["target"]) + node["html"]
            if not any(rule["id"] == known and mark in places for known, mark in STREAMLITS):
                told = [each["data"] for each in node["any"] if each["id"] == "color-contrast"]
                yield f"{rule['id']}: {places[-300:]} {told}"


@pytest.fixture(scope="module")
def shown(server: Server) -> Server:
    """The server, with a run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIXELWISE_HOME", str(server.home))
        made_run(wrong=range(0, 90, 3))
    return server


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_pages_are_accessible_and_look_as_before(browser: Browser, shown: Server, scheme: Any, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, timezone_id="UTC", reduced_motion="reduce"
    )
    page = context.new_page()
    wrong = []
    for address in ADDRESSES:
        page.goto(f"{shown.address}/{address}")
        page.get_by_role("heading", level=1).wait_for(timeout=PATIENCE_MS)
        settle(page, timeout_ms=PATIENCE_MS)
        if changed := looks.change(page, f"{address or 'home'}-{scheme}-{width}"):
            wrong.append(changed)
        found = list(faults(page))
        if found:  # A run that began while axe looked makes all faint: what is wrong is still wrong at rest.
            settle(page, timeout_ms=PATIENCE_MS)
            found = list(faults(page))
        wrong += [f"/{address}: {fault}" for fault in found]
    context.close()
    assert not wrong, "\n".join(wrong)
