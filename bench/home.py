"""How soon Home's three things have happened, from a fresh server: python -m bench.home

Counted from the moment at which the page is asked for of a server that nobody has opened yet; its worker starts
meanwhile, and the three are done one after the other in the order of the page, as by a person who waits for each.
Beside each stands how long it took by itself.
"""

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.server import chromium, running_server

_PATIENCE_MS = 120_000
_GOALS_S = {"first image moved": 5, "curve finished, test accuracy shown": 15, "pet answered": 20}


def main() -> None:
    """Print the seconds of the three."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, running_server(Path(folder)) as server:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(_PATIENCE_MS)
        begun = before = time.perf_counter()
        page.goto(server.address)
        for (name, goal), act in zip(_GOALS_S.items(), (_move, _train, _ask), strict=True):
            act(page)
            now = time.perf_counter()
            print(f"{name}: {now - begun:.1f} s (goal {goal} s), {now - before:.1f} s of them its own")
            before = now
        page.close()


def _move(page: Page) -> None:
    rotation = page.get_by_role("slider", name="Rotation")
    rotation.focus()
    rotation.press("ArrowRight")
    page.locator(".st-key-home_tiles .tiles[data-of*='\"rotation_range\": 26']").wait_for()


def _train(page: Page) -> None:
    page.get_by_role("button", name="Train", exact=True).click()
    begun = time.perf_counter()
    page.locator("[class*=st-key-home_accuracy_] canvas[data-epochs]:not([data-epochs='0'])").wait_for()
    print(f"  curve begun: {time.perf_counter() - begun:.1f} s after the click (goal 1 s)")
    page.get_by_test_id("stMetricValue").wait_for()


def _ask(page: Page) -> None:
    page.get_by_role("button", name="Cat", exact=True).click()
    page.get_by_text("Cat ·").wait_for()
    page.get_by_alt_text("What supports Cat").wait_for()


if __name__ == "__main__":
    main()
