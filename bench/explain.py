"""How the Explain page's views follow a drag, and how fast the server draws them: python -m bench.explain [VIEW ...]

On a fresh data home, with the shipped network and a built-in photo. A browser changes what is dragged many times; the
time is from the event until the browser has made a frame with what follows from it. Goals: 60 ms at the 95th percentile
where browser or server compute, 150 ms where the network answers; 300 ms for the server to draw a view.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

import psutil
from playwright.sync_api import Browser, Locator, Page

from tests.browser.server import chromium, running_server
from tests.paths import PROJECT

_TIMES = 60
# Of what is drawn within the event.
_IN_SCRIPT = """async (element, [times, kind]) => {
    const took = [];
    const frame = () => new Promise(resolve => requestAnimationFrame(() => {
        const after = new MessageChannel();  // Its message comes when the frame has been made.
        after.port1.onmessage = resolve;
        after.port2.postMessage(0);
    }));
    const box = element.getBoundingClientRect();
    const at = (share) => (
        { pointerId: 1, clientX: box.left + share * box.width, clientY: box.top + share * box.height }
    );
    element.setPointerCapture = () => {};
    if (kind === "pointer") element.onpointerdown(new PointerEvent("pointerdown", at(0)));
    for (let time = 0; time < times; time++) {
        await new Promise(resolve => setTimeout(resolve, 30));
        const share = (time % 20 + 1) / 22;
        const begun = performance.now();
        if (kind === "pointer") element.onpointermove(new PointerEvent("pointermove", at(share)));
        else {
            element.value = Number(element.min) + share * (element.max - element.min);
            element.dispatchEvent(new Event("input"));
        }
        await frame();
        took.push(performance.now() - begun);
    }
    return took;
}"""
# Of an answer that comes from the network: until its bars have other lengths.
_ANSWERED = """async (element, [times, bars]) => {
    const took = [];
    for (let time = 0; time < times; time++) {
        await new Promise(resolve => setTimeout(resolve, 150));
        const share = time % 2 ? 0.98 - time / 1000 : 0.02 + time / 1000;
        const changed = new Promise(resolve => {
            const watcher = new MutationObserver(() => { watcher.disconnect(); requestAnimationFrame(resolve); });
            watcher.observe(bars, { attributeFilter: ["style"], subtree: true });
            setTimeout(resolve, 5000);
        });
        const begun = performance.now();
        element.value = Number(element.min) + share * (element.max - element.min);
        element.dispatchEvent(new Event("input"));
        await changed;
        took.push(performance.now() - begun);
    }
    return took;
}"""


def _dragged(of: Locator, kind: str) -> list[float]:
    of.wait_for()
    found: list[float] = of.evaluate(_IN_SCRIPT, [_TIMES, kind])
    return found


def _numbers(page: Page) -> None:
    _say("numbers: the frame", _dragged(page.locator(".st-key-numbers_magnifier .image canvas"), "pointer"), 60)


def _convolution(page: Page) -> None:
    shown = page.locator(".st-key-convolution_by_hand")
    _say("convolution: the window", _dragged(shown.locator(".input canvas"), "pointer"), 60)
    _say("convolution: a weight", _dragged(shown.locator(".weight input"), "slider"), 60)


def _network(page: Page) -> None:
    page.goto(f"{page.url}&filter=network&filter-number=6&filter-weights=1,0,0,0,1,0,0,0,1")
    slider = page.locator(".st-key-convolution_of_network .weight input")
    slider.wait_for()
    bars = page.locator(".st-key-filter_answer_now .bars")
    bars.wait_for()
    page.wait_for_timeout(3_000)
    found: list[float] = slider.evaluate(_ANSWERED, [_TIMES, bars.element_handle()])
    _say("convolution: a weight of the network, its answer", found, 150)


def _pooling(page: Page) -> None:
    shown = page.locator(".st-key-pooling")
    _say("pooling: the image moves", _dragged(shown.locator("input.right"), "slider"), 60)
    _say("pooling: the frame", _dragged(shown.locator(".image canvas"), "pointer"), 60)


MEASURES: dict[str, tuple[Callable[[Page], None], ...]] = {
    "numbers": (_numbers,),
    "convolution": (_convolution, _network),
    "pooling": (_pooling,),
}


def main(views: list[str]) -> None:
    """Print the figures of these views, or of all."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        times = Path(folder) / "times"
        os.environ["PIXELWISE_BENCH_TIMES"] = str(times)
        with running_server(Path(folder) / "home", [str(PROJECT / "bench" / "timed_server.py")]) as server:
            _warm(browser, server.address)
            for view in views or MEASURES:
                page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
                page.set_default_timeout(120_000)
                address = f"{server.address}/explain?run=pets&view={view}"
                drawn = []
                for _ in range(6):
                    times.unlink(missing_ok=True)
                    page.goto(address)
                    page.locator("canvas").first.wait_for()
                    page.wait_for_timeout(1_500)
                    drawn.append(1000 * max(map(float, times.read_text().split())))
                print(f"{view}: drawn by the server, median {median(drawn[1:]):.0f} ms (goal 300)", flush=True)
                for measure in MEASURES[view]:
                    measure(page)
                page.close()


def _warm(browser: Browser, address: str) -> None:
    """Wait until the worker answers: what is measured is how it is from then on."""
    page = browser.new_page()
    page.set_default_timeout(180_000)
    page.goto(f"{address}/explain?run=pets&view=convolution&filter=network")
    page.locator(".st-key-filter_answer_now .said").wait_for()
    page.close()


def _say(what: str, took: list[float], goal: int) -> None:
    p95 = quantiles(took, n=20)[-1]
    load = psutil.getloadavg()[0]
    print(
        f"{what}: median {median(took):.0f} ms, 95th percentile {p95:.0f} ms (goal {goal}); load {load:.1f}", flush=True
    )


if __name__ == "__main__":
    main(sys.argv[1:])
