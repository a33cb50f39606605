"""Turning the gallery's pages on 15,000 photos and on CIFAR-10: python -m bench.gallery

The time is from the click on "Next page" until 96 other images are decoded and painted, in a browser.
"""

import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles

import psutil
from playwright.sync_api import Page

from core.datasets import store
from core.datasets.sources import importing
from core.datasets.store import Dataset
from tests.browser.server import Server, chromium, running_server
from tests.paths import SHARED

ZIPS = SHARED / "datasets"
TURNS = 50
FEW = 1000
PAUSE_MS = 500
_TURN = """async name => {
    const root = [...document.querySelectorAll('.st-key-gallery *')].find(each => each.shadowRoot).shadowRoot;
    const first = () => root.querySelector('.grid button')?.dataset.id;
    const before = first();
    const painted = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
    const begun = performance.now();
    root.querySelector(`button[aria-label="${name}"]`).click();
    while (first() === before) await painted();
    await Promise.all([...root.querySelectorAll('.grid img')].map(each => each.decode()));
    await painted();
    return (performance.now() - begun) / 1000;
}"""


def main() -> None:
    """Print the times, how they grow with the set, and how the server's memory grows."""
    photos_zip, cifar_zip = ZIPS / "cats-vs-dogs.zip", ZIPS / "cifar10-folders.zip"
    for path in (photos_zip, cifar_zip):
        if not path.exists():
            sys.exit(f"skipped: this benchmark needs {path}")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        os.environ["PIXELWISE_HOME"] = folder
        photos, cifar = _imported(photos_zip), _imported(cifar_zip)
        few = _some(cifar)
        with running_server(Path(folder)) as server:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            for dataset in (photos, cifar):
                _report(page, server, dataset)
            # In turn, so that both meet the same machine.
            seconds: dict[int, list[float]] = {len(few): [], len(cifar): []}
            for dataset in (few, cifar) * 3:
                seconds[len(dataset)] += _turns(page, server, dataset, 18)
            small, large = (1000 * median(each) for each in seconds.values())
            print(
                f"{len(cifar):,} against {len(few):,} images (goal: ratio at most 1.3): {large / small:.2f} "
                f"({large:.0f} ms against {small:.0f} ms)"
            )


def _report(page: Page, server: Server, dataset: Dataset) -> None:
    """Print the times of a dataset, with a pause between turns and without, and what they took of memory."""
    process = psutil.Process(server.pid)
    _turns(page, server, dataset, 2)
    before = process.memory_info().rss
    for pause, goal in ((PAUSE_MS, " (goal: median 150 ms)"), (0, "")):
        seconds = _turns(page, server, dataset, TURNS, pause)
        print(
            f"{len(dataset):,} images of {dataset.about.title}, click to images, {pause} ms between turns{goal}: "
            f"median {1000 * median(seconds):.0f} ms, "
            f"95th percentile {1000 * quantiles(seconds, n=20)[-1]:.0f} ms, n = {len(seconds)}"
        )
    grown = (process.memory_info().rss - before) / 1e6
    print(f"server memory after {2 * TURNS} pages (goal: at most 200 MB after 50): {grown:+.0f} MB")


def _turns(page: Page, server: Server, dataset: Dataset, turns: int, pause_ms: int = PAUSE_MS) -> list[float]:
    """Turn pages forwards and back; return the seconds of each."""
    page.goto(f"{server.address}/browse?dataset={dataset.about.name}")
    page.locator(".st-key-gallery .grid img").nth(95).wait_for()
    page.wait_for_timeout(3000)
    seconds = []
    for number in range(turns):
        # Nine pages on, then as many back: a set of 1,000 has eleven.
        seconds.append(page.evaluate(_TURN, "Previous page" if number // 9 % 2 else "Next page"))
        page.wait_for_timeout(pause_ms)
    return seconds


def _imported(path: Path) -> Dataset:
    return importing.import_images(importing.plan(path), name=path.stem, title=path.stem)


def _some(dataset: Dataset) -> Dataset:
    """Make a dataset of the first images of another."""
    arrays = {"pictures": dataset.images[:FEW], "labels": dataset.labels[:FEW], "splits": dataset.splits[:FEW]}
    return store.write(replace(dataset.about, name="few", title="few"), arrays)


if __name__ == "__main__":
    main()
