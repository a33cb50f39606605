"""When a page has come to rest, for tests that judge its colours and places, and when an opened image takes keys."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import WORK_MS

# The script's state falls to notRunning for a moment between two runs, so rest must hold. What Streamlit is about to
# replace is faint, and fades in and out by transitions; what never ends, as a spinner, is not waited for.
_RESTS = """holds => {
  const moves = (each) => each.playState === "running" && each.effect?.getComputedTiming().endTime !== Infinity;
  const rests = document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]") &&
    !document.querySelector("[data-stale=true], [data-testid=stSkeleton]") && !document.getAnimations().some(moves);
  if (!rests) delete window.restsSince;
  else window.restsSince ??= performance.now();
  return rests && performance.now() - window.restsSince >= holds;
}"""


def comes_true(page: Page, expression: str, arg: Any = None, timeout_ms: float | None = None) -> None:
    """Wait until a page's expression, or function of an argument, is true.

    Args:
        page: has been opened.
        expression: JavaScript.
        arg: for a function.
        timeout_ms: how long at most; the page's own if not given; beyond it Playwright's TimeoutError is raised.
    """
    # Asked at each frame, as Playwright else does, a page draws frames for the question's sake.
    page.wait_for_function(expression, arg=arg, timeout=timeout_ms, polling=50)


def settle(page: Page, timeout_ms: float, holds_ms: float = 250) -> None:
    """Wait until nothing is computed, faint or moving on a page, and has not been for a while.

    Args:
        page: has been opened.
        timeout_ms: how long at most; beyond it Playwright's TimeoutError is raised.
        holds_ms: for how long the page must be at rest.
    """
    # What an earlier call has seen does not count: a click in between may not have reached the server yet.
    page.evaluate("delete window.restsSince")
    comes_true(page, _RESTS, holds_ms, timeout_ms)


def image_is_open(page: Page) -> None:
    """Wait until an image's dialog takes keys: they press buttons, and one pressed too early may be lost."""
    expect(page.locator(".st-key-viewer canvas.image")).to_have_js_property("ready", True)
    expect(page.get_by_role("dialog").get_by_role("button", name="Undo")).to_be_visible()
    # The explanation may have to wait for TensorFlow.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=WORK_MS)
