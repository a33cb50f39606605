"""How the Explain page's views follow a drag, and how fast the server draws them: python -m bench.explain [VIEW ...]

On a fresh data home, with the shipped network and a built-in photo; `regularisation` is measured on its three parts. A
browser changes what is dragged many times; the time is from the event until the browser has made a frame with what
follows from it. Goals: 60 ms at the 95th percentile where browser or server compute, 150 ms where the network answers;
300 ms for the server to draw a view, in a new session, with a worker that is warm.
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
_FRAME = """const frame = () => new Promise(resolve => requestAnimationFrame(() => {
        const after = new MessageChannel();  // Its message comes when the frame has been made.
        after.port1.onmessage = resolve;
        after.port2.postMessage(0);
    }));"""
# Of what is drawn within the event.
_IN_SCRIPT = f"""async (element, [times, kind]) => {{
    const took = [];
    {_FRAME}
    const box = element.getBoundingClientRect();
    const at = (share) => (
        {{ pointerId: 1, clientX: box.left + share * box.width, clientY: box.top + share * box.height }}
    );
    element.setPointerCapture = () => {{}};
    if (kind === "pointer") element.onpointerdown(new PointerEvent("pointerdown", at(0)));
    for (let time = 0; time < times; time++) {{
        await new Promise(resolve => setTimeout(resolve, 30));
        const share = (time % 20 + 1) / 22;
        const begun = performance.now();
        if (kind === "pointer") element.onpointermove(new PointerEvent("pointermove", at(share)));
        else {{
            element.value = Number(element.min) + share * (element.max - element.min);
            element.dispatchEvent(new Event("input"));
        }}
        await frame();
        took.push(performance.now() - begun);
    }}
    return took;
}}"""
# Of what the server answers: until an attribute beneath `shown` is another one.
_ANSWERED = f"""async (slider, [times, shown, attribute]) => {{
    const took = [];
    {_FRAME}
    for (let time = 0; time < times; time++) {{
        await new Promise(resolve => setTimeout(resolve, 150));
        const drawn = new Promise((resolve, reject) => {{
            const watcher = new MutationObserver(() => {{ watcher.disconnect(); resolve(); }});
            watcher.observe(shown, {{ attributeFilter: [attribute], subtree: true }});
            const said = () => reject(new Error(`nothing follows drag ${{time + 1}}`));
            setTimeout(() => shown.isConnected ? said() : reject(new Error("it was mounted anew")), 5000);
        }});
        // Far apart each time, and never the same twice.
        const share = ((7 * time) % 20 + 1) / 22 + time / 2000;
        const begun = performance.now();
        const before = slider.value;
        slider.value = Number(slider.min) + share * (slider.max - slider.min);
        if (slider.value === before) slider.stepUp();  // Nothing would follow.
        slider.dispatchEvent(new Event("input"));
        await drawn;
        await frame();
        took.push(performance.now() - begun);
    }}
    return took;
}}"""


def _dragged(of: Locator, kind: str) -> list[float]:
    of.wait_for()
    found: list[float] = of.evaluate(_IN_SCRIPT, [_TIMES, kind])
    return found


def _answered(slider: Locator, shown: Locator, attribute: str) -> list[float]:
    found: list[float] = slider.evaluate(_ANSWERED, [_TIMES, shown.element_handle(), attribute])
    return found


def _numbers(page: Page) -> None:
    _say("numbers: the frame", _dragged(page.locator(".st-key-numbers_magnifier .image canvas"), "pointer"), 60)


def _convolution(page: Page) -> None:
    shown = page.locator(".st-key-convolution_by_hand")
    _say("convolution: the window", _dragged(shown.locator(".input canvas"), "pointer"), 60)
    _say("convolution: a weight", _dragged(shown.locator(".weight input"), "slider"), 60)


def _network(page: Page) -> None:
    page.goto(f"{page.url}&filter=network&filter-number=6&filter-weights=1,0,0,0,1,0,0,0,1")
    slider, bars = page.locator(".st-key-convolution_of_network .weight input"), ".st-key-filter_answer_now .bars"
    page.locator(f"{bars} .row").first.wait_for()
    page.wait_for_timeout(3_000)
    found = _answered(slider, page.locator(bars), "style")
    _say("convolution: a weight of the network, its answer", found, 150)


def _pooling(page: Page) -> None:
    shown = page.locator(".st-key-pooling")
    _say("pooling: the image moves", _dragged(shown.locator("input.right"), "slider"), 60)
    _say("pooling: the frame", _dragged(shown.locator(".image canvas"), "pointer"), 60)


def _panels(name: str, sliders: str) -> Callable[[Page], None]:
    def measure(page: Page) -> None:
        shown = page.locator("[data-testid=stMain] .panels").last
        found = _answered(page.locator(f".st-key-{sliders} input").first, shown, "data-of")
        _say(f"{name}: panels by the first slider", found, 60)

    return measure


# By name: what of the address it is, and what is dragged there.
MEASURES: dict[str, tuple[str, tuple[Callable[[Page], None], ...]]] = {
    "numbers": ("numbers", (_numbers,)),
    "convolution": ("convolution", (_convolution, _network)),
    "pooling": ("pooling", (_pooling,)),
    "dropout": ("regularisation&regulariser=dropout", (_panels("dropout", "dropout_sliders"),)),
    "penalties": ("regularisation&regulariser=penalties", (_panels("penalties", "penalty_sliders"),)),
    "batch-norm": ("regularisation&regulariser=batch-norm", (_panels("batch-norm", "norm_sliders"),)),
    "generators": ("generators", (_panels("generators", "generator_sliders"),)),
    "augmentation": ("augmentation", (_panels("augmentation", "turned_sliders"),)),
    "recipes": ("recipes&trap=discarded", (_panels("recipes", "trap_sliders"),)),
}


def main(names: list[str]) -> None:
    """Print the figures of these views, or of all."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        times = Path(folder) / "times"
        os.environ["PIXELWISE_BENCH_TIMES"] = str(times)
        with running_server(Path(folder) / "home", [str(PROJECT / "bench" / "timed_server.py")]) as server:
            _warm(browser, server.address)
            for name in names or MEASURES:
                view, measures = MEASURES[name]
                page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
                page.set_default_timeout(120_000)
                drawn = []
                for _ in range(6):
                    times.unlink(missing_ok=True)
                    page.goto(f"{server.address}/explain?run=pets&source=photos&photo=chelsea.jpg&view={view}")
                    page.locator("[data-testid=stMain]").locator("canvas, .panels").first.wait_for()
                    page.wait_for_timeout(1_500)
                    drawn.append(1000 * max(map(float, times.read_text().split())))
                print(f"{name}: drawn by the server, median {median(drawn[1:]):.0f} ms (goal 300)", flush=True)
                for measure in measures:
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
