"""How the images of the Augment page follow a dragged slider while a network trains: python -m bench.dragging [HOME]

HOME is a data home with a dataset of photos of 180×180 pixels, `cats-vs-dogs`; without one, such photos are made of
the two that come with scikit-learn. A browser drags the rotation slider from end to end; each change of the value that
is shown beside the slider is an event. An image change is counted when the images made of that value are drawn and
the browser has made a frame with them; its time is from the first event with the value.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import psutil
from playwright.sync_api import Page

from core.datasets import store
from core.datasets.store import About
from tests.browser.server import chromium, running_server
from tests.paths import PROJECT

SECONDS = 10
ROUNDS = 3
_DATASET = "cats-vs-dogs"
_SIDE = 180
_WATCH = """([sliders, shown]) => {
    const within = (place, wanted) => {
        const left = [document.querySelector(place)];
        while (left.length) {
            const element = left.pop();
            const found = element.shadowRoot?.querySelector(wanted);
            if (found) return found;
            left.push(...element.children);
        }
    };
    const value = within(sliders, "output"), tiles = within(shown, ".tiles");
    window.seen = { track: within(sliders, ".track"), events: new Map(), changes: [] };
    const changed = () => seen.events.set(parseInt(value.textContent), performance.now());
    new MutationObserver(changed).observe(value, { childList: true });
    const drawn = () => {
        const of = JSON.parse(tiles.dataset.of).rotation_range;
        requestAnimationFrame(() => {
            const after = new MessageChannel();  // Its message comes when the frame has been made.
            after.port1.onmessage = () => seen.changes.push([of, performance.now()]);
            after.port2.postMessage(0);
        });
    };
    new MutationObserver(drawn).observe(tiles, { attributeFilter: ["data-of"] });
}"""
# As a mouse does, sixty times a second; the browser driver's own moves wait for each other.
_DRAG = """([x, y, width, seconds]) => new Promise(resolve => {
    const begun = performance.now();
    const move = () => {
        const share = (performance.now() - begun) / 1000 / seconds;
        if (share > 1) return resolve();
        seen.track.dispatchEvent(new PointerEvent("pointermove", { clientX: x + width * share, clientY: y }));
        setTimeout(move, 16);
    };
    move();
})"""


def main() -> None:
    """Print changes a second, and median and 95th percentile from event to changed page, with and without training."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(sys.argv[1] if len(sys.argv) > 1 else folder)
        os.environ["PIXELWISE_HOME"] = str(home)
        if _DATASET not in store.names():
            _make_photos()
        with chromium() as browser, running_server(home) as server:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{server.address}/augment?dataset={_DATASET}&pictures=0&horizontal_flip=true&tiles=12")
            page.locator(".st-key-augmented canvas").nth(12).wait_for()
            page.wait_for_timeout(8_000)  # The worker warms up.
            page.evaluate(_WATCH, [".st-key-augment_geometry", ".st-key-augmented"])
            for number in range(ROUNDS):
                _report(f"alone, round {number + 1}", *_drag(page))
                run = _train()
                try:
                    page.wait_for_timeout(10_000)  # TensorFlow starts.
                    _report(f"while a network trains, round {number + 1}", *_drag(page))
                finally:
                    _end(run)


def _make_photos() -> None:
    """Make a dataset of photos: parts of the two that come with scikit-learn."""
    from sklearn.datasets import load_sample_images

    chance = np.random.default_rng(0)
    photos = load_sample_images().images
    images = np.empty((40, _SIDE, _SIDE, 3), np.uint8)
    for index in range(len(images)):
        photo = photos[index % 2]
        top, left = (chance.integers(0, limit - _SIDE) for limit in photo.shape[:2])
        images[index] = photo[top : top + _SIDE, left : left + _SIDE]
    about = About(_DATASET, "Photos", "scikit-learn", "CC BY 2.0", ("china", "flower"), (_SIDE, _SIDE, 3))
    labels, splits = np.arange(40, dtype=np.int16) % 2, np.zeros(40, np.uint8)
    arrays: dict[str, np.ndarray] = {"pictures": images, "labels": labels, "splits": splits}
    store.write(about, arrays)


def _drag(page: Page) -> tuple[list[float], list[float]]:
    """Drag the first slider from end to end; return the milliseconds of each change, and between two changes."""
    page.evaluate("seen.events.clear(), seen.changes.length = 0")
    track = page.locator(".st-key-augment_geometry .track").first
    box = track.bounding_box()
    assert box
    x, y, width = box["x"] + 6, box["y"] + box["height"] / 2, box["width"] - 12
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(_DRAG, [x, y, width, SECONDS])
    page.wait_for_timeout(500)
    page.mouse.up()
    page.wait_for_timeout(500)
    events = dict(page.evaluate("[...seen.events]"))
    changes = [(value, time) for value, time in page.evaluate("seen.changes") if value in events]
    return [time - events[value] for value, time in changes], [b[1] - a[1] for a, b in pairwise(changes)]


def _train() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "core", "train", "digits-cnn", "--set", "fit.epochs=1000", "--wait"]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _end(run: "subprocess.Popen[bytes]") -> None:
    """Stop the training, which is a process of its own, and forget it."""
    from core import runs

    run.kill()
    run.wait()
    for each, status in runs.alive():
        each.stop()
        if status.pid is not None:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(status.pid).wait(60)
        shutil.rmtree(each.folder)


def _report(when: str, took: list[float], gaps: list[float]) -> None:
    busy = psutil.getloadavg()[0]
    p95 = quantiles(took, n=20)[-1]
    print(
        f"{when}: {1000 / (sum(gaps) / len(gaps)):.1f} image changes a second (goal: 15), event to changed page "
        f"median {median(took):.0f} ms (80), 95th percentile {p95:.0f} ms (120); n = {len(took)}, load {busy:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
