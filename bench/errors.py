"""The Errors page on CIFAR-10's 10,000 test images: python -m bench.errors

A network is trained for one epoch first. The time in the server is that of Streamlit's whole script run, what it does
after the script included. The times in the browser are from a click on a cell of the confusion matrix until the cell's
images are decoded and painted, and from the key for the next image until its heatmaps are; the first ever is that
of a click on an image, some seconds after the page was first opened.
"""

import json
import os
import random
import tempfile
from pathlib import Path
from statistics import median, quantiles

import psutil
from playwright.sync_api import Browser, Page

from bench.data import CIFAR10_FILE, command_line, need
from tests.browser.server import Server, chromium, running_server
from tests.paths import PROJECT

VISITS = 10
PATIENCE_MS = 120_000
CLICKS = 40
_CLICK = """async ([row, column]) => {
    const inside = key => [...document.querySelectorAll(`.st-key-${key} *`)].find(each => each.shadowRoot).shadowRoot;
    const matrix = inside('confusion');
    const cell = matrix.querySelector(`td button[data-row="${row}"][data-column="${column}"]`);
    const wanted = cell.getAttribute('aria-label').match(/(.+) (?:predicted as (.+)|classified correctly): /);
    const alt = `: true class ${wanted[1]}, predicted ${wanted[2] ?? wanted[1]} (`;
    const painted = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
    const images = () => [...(inside('gallery')?.querySelectorAll('.grid img') ?? [])];
    const shown = () => images().length && images().every(each => each.alt.includes(alt));
    const begun = performance.now();
    cell.click();
    while (!shown()) await painted();
    await Promise.all(images().map(each => each.decode()));
    await painted();
    return (performance.now() - begun) / 1000;
}"""

CARDS = 20
_HEAT = """async act => {
    const heads = () => [...document.querySelectorAll('[role=dialog] figure img')].map(each => each.src).join();
    const before = heads();
    const painted = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
    const begun = performance.now();
    act();
    while (!heads() || heads() === before) await painted();
    await Promise.all([...document.querySelectorAll('[role=dialog] figure img')].map(each => each.decode()));
    await painted();
    return (performance.now() - begun) / 1000;
}"""


def main() -> None:
    """Print the times."""
    need(CIFAR10_FILE)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        command_line(home, "datasets", "add", "cifar10", "--from", str(CIFAR10_FILE))
        printed = command_line(home, "train", "exercise-52-b", "--set", "fit.epochs=1", "--wait")
        run = json.loads(printed.splitlines()[-1])["run"]
        times = Path(folder) / "times"
        os.environ["PIXELWISE_BENCH_TIMES"] = str(times)
        with chromium() as browser, running_server(home, [str(PROJECT / "bench" / "timed_server.py")]) as server:
            page = _opened(browser)
            page.goto(server.address)
            page.wait_for_timeout(15_000)  # The worker warms up.
            address = f"{server.address}/errors?run={run}"
            _report(
                "from a finished run to the drawn page, in the server (goal: 500 ms)", _visits(browser, address, times)
            )
            _report(
                "from a click on a cell to its images, in the browser (goal: median 200 ms)", _clicks(page, address)
            )
            first, others = _cards(page)
            print(f"from a click on an image to the first heatmaps of the run: {1000 * first:.0f} ms")
            _report("from the key for the next image to its heatmaps, in the browser", others)
            print(f"TensorFlow in the server: {'yes' if _holds_tensorflow(server) else 'no'}")


def _opened(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    return page


def _visits(browser: Browser, address: str, times: Path) -> list[float]:
    """Open the page in sessions of their own, the first ever among them; return the seconds of each first drawing."""
    seconds = []
    for _ in range(VISITS):
        times.write_text("")
        page = _opened(browser)
        page.goto(address)
        page.locator(".st-key-gallery .grid img").first.wait_for()
        page.wait_for_timeout(1000)
        # On a page with nothing in its address there is a second run, once that is written.
        seconds.append(float(times.read_text().splitlines()[0]))
        page.close()
    print(f"the very first time: {1000 * seconds[0]:.0f} ms")
    return seconds


def _clicks(page: Page, address: str) -> list[float]:
    """Click cells that have images, none twice in a row; return the seconds of each."""
    page.goto(address)
    page.locator(".st-key-gallery .grid img").nth(95).wait_for()
    page.wait_for_timeout(3000)
    filled = page.locator(".st-key-confusion td button:not(.none)").evaluate_all(
        "all => all.map(each => [each.dataset.row, each.dataset.column])"
    )
    chosen = random.Random(0).sample(filled, min(CLICKS, len(filled)))  # noqa: S311
    seconds = []
    for cell in chosen:
        seconds.append(page.evaluate(_CLICK, cell))
        page.wait_for_timeout(400)
    return seconds


def _cards(page: Page) -> tuple[float, list[float]]:
    """Open an image and go on from it; return the seconds to the heatmaps of the first, and of the others."""
    page.locator(".st-key-confusion th.row button").first.click()
    page.wait_for_timeout(2000)
    inside = "[...document.querySelectorAll('.st-key-gallery *')].find(each => each.shadowRoot).shadowRoot"
    first = page.evaluate(f"({_HEAT})(() => {inside}.querySelector('.grid button').click())")
    others = []
    for _ in range(CARDS):
        page.wait_for_timeout(1000)
        others.append(page.evaluate(f"({_HEAT})(() => document.querySelector('.st-key-enlarged_Next button').click())"))
    return first, others


def _holds_tensorflow(server: Server) -> bool:
    return any("tensorflow" in each.path for each in psutil.Process(server.pid).memory_maps())


def _report(what: str, seconds: list[float]) -> None:
    p95 = quantiles(seconds, n=20)[-1]
    print(f"{what}: median {1000 * median(seconds):.0f} ms, 95th percentile {1000 * p95:.0f} ms, n = {len(seconds)}")


if __name__ == "__main__":
    main()
