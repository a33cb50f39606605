"""A rerun of the Browse page on the digits: python -m bench.browse

A browser turns the gallery's pages. The time in the server is that of Streamlit's whole script run, what it does after
the script included; the time in the browser is from click to the new page's pictures.
"""

import os
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page

from tests.browser.server import PROJECT, chromium, running_server

TURNS = 60


def main() -> None:
    """Print median and 95th percentile of both."""
    with tempfile.TemporaryDirectory() as folder:
        times = Path(folder) / "times"
        os.environ["PIXELWISE_BENCH_TIMES"] = str(times)
        launcher = [str(PROJECT / "bench" / "timed_server.py")]
        with chromium() as browser, running_server(Path(folder) / "home", launcher) as server:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{server.address}/browse?dataset=digits")
            page.locator(".st-key-gallery img").first.wait_for()
            page.wait_for_timeout(10_000)  # The worker warms up.
            times.write_text("")
            clicks = [_turn(page, number) for number in range(TURNS)]
            _report("Browse rerun in the server (goal: median 30 ms)", [float(line) for line in times.open()])
            _report("click to pictures in the browser", clicks)


def _turn(page: Page, number: int) -> float:
    """Turn one page forwards, or back again, and return the seconds until its first picture is another."""
    before = page.locator(".st-key-gallery button").first.get_attribute("data-id")
    begun = time.perf_counter()
    page.get_by_role("button", name="Next page" if number % 2 == 0 else "Previous page").click()
    page.wait_for_function(
        """before => {
            const root = [...document.querySelectorAll('.st-key-gallery *')].find(each => each.shadowRoot)?.shadowRoot;
            return root && root.querySelector('button')?.dataset.id !== before;
        }""",
        arg=before,
        polling=5,
    )
    seconds = time.perf_counter() - begun
    page.wait_for_timeout(100)
    return seconds


def _report(what: str, seconds: list[float]) -> None:
    p95 = quantiles(seconds, n=20)[-1]
    print(f"{what}: median {1000 * median(seconds):.1f} ms, 95th percentile {1000 * p95:.1f} ms, n = {len(seconds)}")


if __name__ == "__main__":
    main()
