"""How long a map of 10,000 images takes by PCA, and how smoothly it is panned: python -m bench.map

Each map is made three times from nothing, in a process of its own as warm as the server's; a browser then drags the map
in circles and notes the time from frame to frame.
"""

import os
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from bench.data import CIFAR10_FILE, MNIST_FILE, PETS_FILE, command_line, need
from core.datasets.sources.catalogue import open_dataset
from core.datasets.views import embedding_map as maps
from tests.browser.server import chromium, running_server

SETS = {"mnist": MNIST_FILE, "cifar10": CIFAR10_FILE, "cats-vs-dogs": PETS_FILE}
TIMES = 3
PAN_S = 5
GOAL_S = 3
_PAN = """seconds => new Promise(resolve => {
    const host = [...document.querySelectorAll('.stBidiComponent *, [class*=st-key-map_] *')]
        .find(each => each.shadowRoot?.querySelector('canvas.points'));
    const canvas = host.shadowRoot.querySelector('canvas.points');
    const place = canvas.getBoundingClientRect();
    canvas.setPointerCapture = () => {};
    const send = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
        pointerId: 1, pointerType: 'mouse', bubbles: true, clientX: place.x + x, clientY: place.y + y,
    }));
    const gaps = [];
    let before = null;
    send('pointerdown', 300, 200);
    const begun = performance.now();
    requestAnimationFrame(function step(now) {
        if (before !== null) gaps.push(now - before);
        before = now;
        send('pointermove', 300 + 150 * Math.sin(now / 300), 200 + 80 * Math.cos(now / 300));
        if (now - begun < 1000 * seconds) return requestAnimationFrame(step);
        send('pointerup', 300, 200);
        resolve(gaps);
    });
})"""


def main() -> None:
    """Print the seconds of each map and the times between frames while it is panned."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["PIXELWISE_HOME"] = folder
        maps.embed(open_dataset("digits"), maps.PCA)
        for name, file in SETS.items():
            command_line(home, "datasets", "add", name, "--from", str(need(file)))
            seconds = [_seconds(name) for _ in range(TIMES)]
            print(
                f"{name}: map of {len(maps.sample(open_dataset(name))):,} images by PCA in {median(seconds):.2f} s "
                f"(median of {TIMES}; {min(seconds):.2f}–{max(seconds):.2f} s; goal: at most {GOAL_S} s)"
            )
        _pan(home)


def _seconds(name: str) -> float:
    """Return how long a map takes that nothing is kept of."""
    dataset = open_dataset(name)
    for kept in dataset.folder.glob("map-*"):
        kept.unlink()
    begun = time.perf_counter()
    maps.embed(dataset, maps.PCA)
    return time.perf_counter() - begun


def _pan(home: Path) -> None:
    with chromium() as browser, running_server(home) as server:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for name in SETS:
            page.goto(f"{server.address}/browse?dataset={name}&view=map")
            page.get_by_role("img", name="Map of 10000 images").wait_for(timeout=60_000)
            page.wait_for_timeout(1500)
            gaps = page.evaluate(_PAN, PAN_S)
            print(
                f"{name}: panning, from frame to frame {median(gaps):.0f} ms (median), "
                f"{quantiles(gaps, n=20)[-1]:.0f} ms (95th percentile), n = {len(gaps)}"
            )


if __name__ == "__main__":
    main()
