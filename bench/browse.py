"""A rerun of the Browse page on the digits: python -m bench.browse

A browser chooses splits, which draws the whole page anew. The time in the server is that of Streamlit's whole script
run, what it does after the script included; the time in the browser is from click to the new images.
"""

import os
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page

from tests.browser.server import chromium, running_server
from tests.paths import PROJECT

CLICKS = 60
_FIRST = """[...document.querySelectorAll('.st-key-gallery *')].find(each => each.shadowRoot)?.shadowRoot
    .querySelector('.grid button')?.dataset.id"""


def main() -> None:
    """Print median and 95th percentile of both."""
    with tempfile.TemporaryDirectory() as folder:
        times = Path(folder) / "times"
        os.environ["PIXELWISE_BENCH_TIMES"] = str(times)
        launcher = [str(PROJECT / "bench" / "timed_server.py")]
        with chromium() as browser, running_server(Path(folder) / "home", launcher) as server:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{server.address}/browse?dataset=digits")
            page.locator(".st-key-gallery .grid img").first.wait_for()
            page.wait_for_timeout(10_000)  # The worker warms up.
            reruns: list[float] = []
            clicks = []
            for split in islice(cycle(("test", "train")), CLICKS):
                times.write_text("")
                clicks.append(_choose(page, split))
                # The first is the click's; what follows asks for pages ahead.
                reruns.append(float(times.read_text().splitlines()[0]))
            _report("Browse rerun in the server (goal: median 30 ms)", reruns)
            _report("click to images in the browser", clicks)


def _choose(page: Page, split: str) -> float:
    """Choose a split and return the seconds until its first image is there."""
    before = page.evaluate(_FIRST)
    begun = time.perf_counter()
    page.get_by_role("radio", name=f"{split} ·").click()
    page.wait_for_function(f"before => ({_FIRST} ?? before) !== before", arg=before, polling=5)
    seconds = time.perf_counter() - begun
    page.wait_for_timeout(400)
    return seconds


def _report(what: str, seconds: list[float]) -> None:
    p95 = quantiles(seconds, n=20)[-1]
    print(f"{what}: median {1000 * median(seconds):.1f} ms, 95th percentile {1000 * p95:.1f} ms, n = {len(seconds)}")


if __name__ == "__main__":
    main()
