"""Browse on 1,000,000 tiny images: python -m bench.browse_many [HOME NAME]

A browser opens the page, filters by class, sorts, turns pages and filters by name, each several times. The time is that
of Streamlit's script run in the server, once the dataset is open; `first` is the first time of each, which may work out
what is kept from then on. Without a data home and the name of a dataset in it, a tar of images is made and imported.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page

from bench.scale import TINY, import_tiny, tiny_tar
from tests.browser.server import chromium, running_server
from tests.paths import PROJECT

GOAL_MS, TIMES = 150, 12
_SORTS = ("Class", "brightness", "sharpness", "File name", "Random", "Original order")
_RESTS_MS = 1_500


def main(home: Path | None = None, name: str = "many") -> None:
    """Print median and 95th percentile of each."""
    with tempfile.TemporaryDirectory() as folder:
        if home is None:
            home = Path(folder) / "home"
            tiny_tar(Path(folder) / "tiny.tar", TINY)
            import_tiny(Path(folder) / "tiny.tar", home)
        times = Path(folder) / "times"
        os.environ["PIXELWISE_BENCH_TIMES"] = str(times)
        launcher = [str(PROJECT / "bench" / "timed_server.py")]
        with chromium() as browser, running_server(home, launcher) as server:
            _measure(browser.new_page(viewport={"width": 1440, "height": 900}), server.address, name, times)


def _measure(page: Page, address: str, name: str, times: Path) -> None:
    def taken(act: Callable[[], object]) -> float:
        """Return the seconds of the server's first script run for an action; what follows asks for pages ahead."""
        times.write_text("")
        act()
        while not times.read_text().endswith("\n"):
            page.wait_for_timeout(20)
        page.wait_for_timeout(_RESTS_MS)
        return float(times.read_text().splitlines()[0])

    def opened() -> None:
        page.goto(f"{address}/browse?dataset={name}")
        page.locator(".st-key-gallery .grid img").first.wait_for(timeout=120_000)

    print(f"the dataset is opened: {1000 * taken(opened):,.0f} ms")
    page.wait_for_timeout(10_000)  # The worker warms up.
    _report("first page", [taken(opened) for _ in range(TIMES)])
    classes = page.locator("[data-testid=stPills] button, [data-testid=stButtonGroup] button").filter(has_text="·")
    _report("filter by class", [taken(classes.nth(4).click) for _ in range(TIMES)])
    _report("filter by split", [taken(classes.nth(0).click) for _ in range(TIMES)])
    after = page.locator(".st-key-gallery .after")
    _report("page turned", [taken(after.click) for _ in range(TIMES)])
    sorts: dict[str, list[float]] = {each: [] for each in _SORTS}
    for title in _SORTS * 4:
        sorts[title].append(taken(partial(_sort, page, title)))
    for each, seconds in sorts.items():
        _report(f"sort: {each}", seconds)
    page.get_by_text("More filters and review").click()
    field = page.get_by_label("File name contains")
    texts = cycle(("123", "77", "9999"))

    def named() -> None:
        field.fill(next(texts))
        field.press("Enter")

    _report("filter by name", [taken(named) for _ in range(TIMES)])


def _sort(page: Page, title: str) -> None:
    page.get_by_label("Sort by").click()
    page.get_by_role("option", name=title, exact=True).click()


def _report(what: str, seconds: list[float]) -> None:
    first, *rest = seconds
    p95 = quantiles(rest, n=20, method="inclusive")[-1]
    print(
        f"{what}: median {1000 * median(rest):.0f} ms, 95th percentile {1000 * p95:.0f} ms, n = {len(rest)}, "
        f"first {1000 * first:.0f} ms (goal {GOAL_MS})",
        flush=True,
    )


if __name__ == "__main__":
    began = time.perf_counter()
    main(Path(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 2 else main()
    print(f"{time.perf_counter() - began:.0f} s in all")
