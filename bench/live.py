"""How soon a batch is seen on the curve of a network that trains: python -m bench.live [RECIPE]

A browser watches the Train page and notes when the loss curve is painted up to which batch, and how often the page
itself draws it. When a batch ended is known from the records: each has its second, and the first that is on disk tells
when the seconds began. The browser's clock is this machine's.
"""

import json
import sys
import tempfile
import threading
import time
from bisect import bisect_left
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles

import psutil

from core.recipes.recipe import find_recipe
from tests.browser.server import chromium, running_server

SECONDS = 20
_WATCH = """(canvas, seconds) => new Promise(resolve => {
    const painted = [];
    const note = () => {
        const newest = Number(canvas.dataset.newest);
        // A frame's callbacks come before it is painted, and messages after.
        requestAnimationFrame(() => {
            const after = new MessageChannel();
            after.port1.onmessage = () => painted.push([newest, performance.timeOrigin + performance.now()]);
            after.port2.postMessage(null);
        });
    };
    new MutationObserver(note).observe(canvas, {attributeFilter: ['data-newest']});
    setTimeout(() => resolve(painted), 1000 * seconds);
})"""


class _Tail(threading.Thread):
    """Reads a run's records as they are written."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self._path = path
        self.batches: list[tuple[float, float]] = []
        self.began = float("inf")

    def run(self) -> None:
        line = ""
        with self._path.open() as file:
            while True:
                line += file.readline()
                if not line.endswith("\n"):
                    time.sleep(0.002)
                    continue
                record, line = json.loads(line), ""
                if record["kind"] == "batch":
                    self.began = min(self.began, time.time() - record["seconds"])
                    self.batches.append((record["epoch"], record["seconds"]))


def main(recipe: str) -> None:
    """Print how long after its batch a point is painted, and what that costs the server."""
    dataset = find_recipe(recipe).dataset
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, running_server(Path(folder)) as server:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{server.address}/train?dataset={dataset}&recipe={recipe}")
        page.get_by_role("spinbutton", name="Epochs").fill("1000")
        page.get_by_role("button", name="Train", exact=True).click()
        page.locator("[class*=st-key-curves_] canvas:not([data-epochs='0'])").first.wait_for(timeout=120_000)
        (records,) = server.home.glob("runs/*/metrics.jsonl")
        tail = _Tail(records)
        tail.start()
        before = _busy(server.pid)
        painted = page.locator("[class*=st-key-curves_] canvas").first.evaluate(_WATCH, SECONDS)
        busy = [(after - earlier) / SECONDS for earlier, after in zip(before, _busy(server.pid), strict=True)]
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("link", name="View errors").wait_for(timeout=120_000)
    _say(painted, tail, busy)


def _busy(server: int) -> tuple[float, float]:
    """Return the seconds that the server and the browser have kept a core busy."""
    browser = [each for each in psutil.Process().children(recursive=True) if "chrom" in each.name()]
    return sum(psutil.Process(server).cpu_times()[:2]), sum(sum(each.cpu_times()[:2]) for each in browser)


def _say(painted: list[tuple[float, float]], tail: _Tail, busy: list[float]) -> None:
    if not painted:
        raise SystemExit("nothing was painted: the machine is too busy, try again")
    positions = [position for position, _ in painted]
    delays = []
    for epoch, seconds in tail.batches:
        at = bisect_left(positions, epoch)
        if positions[0] < epoch and at < len(positions):
            delays.append(painted[at][1] - 1000 * (tail.began + seconds))
    gaps = [after - before for (_, before), (_, after) in pairwise(painted)]
    told = [after - before for (_, before), (_, after) in pairwise(tail.batches)]
    (first_epoch, begun), (last_epoch, ended) = tail.batches[0], tail.batches[-1]
    print(
        f"a point is painted {median(delays):.0f} ms after its batch (median; 95%: {quantiles(delays, n=20)[-1]:.0f} "
        f"ms, n = {len(delays)}; goal: 150 ms); a batch is recorded each {1000 * median(told):.0f} ms, curves painted "
        f"each {median(gaps):.0f} ms; the server takes {busy[0]:.1%} of a core, the browser {busy[1]:.1%}; the network "
        f"trains {(last_epoch - first_epoch) / (ended - begun):.2f} epochs a second"
    )


if __name__ == "__main__":
    main(*sys.argv[1:] or ["digits-cnn"])
