"""When a page has come to rest, for tests that judge its colours and places."""

from playwright.sync_api import Page

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


def settle(page: Page, timeout_ms: float, holds_ms: float = 250) -> None:
    """Wait until nothing is computed, faint or moving on a page, and has not been for a while.

    Args:
        page: has been opened.
        timeout_ms: how long at most; beyond it Playwright's TimeoutError is raised.
        holds_ms: for how long the page must be at rest.
    """
    # What an earlier call has seen does not count: a click in between may not have reached the server yet.
    page.evaluate("delete window.restsSince")
    # Asked at each frame, as Playwright else does, a busy machine draws frames for the question's sake.
    page.wait_for_function(_RESTS, arg=holds_ms, timeout=timeout_ms, polling=50)
