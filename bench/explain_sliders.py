"""How the Explain page's views of sliders and panels follow a drag: python -m bench.explain_sliders [VIEW ...]

On a fresh data home, with the shipped network and a built-in photo; `regularisation` is measured on its three parts.
A browser sets the first slider to many values; the time is from the event until the browser has made a frame with the
panels made of that value: through the server and back. Goals: 60 ms at the 95th percentile, and 300 ms for the server
to draw a view in a new session, the worker's answers and their transfer counted.
"""

import os
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

import psutil
from playwright.sync_api import Page

from tests.browser.server import chromium, running_server
from tests.paths import PROJECT

_TIMES = 60
_VIEWS = {
    "dropout": ("regularisation&regulariser=dropout", "dropout_sliders"),
    "penalties": ("regularisation&regulariser=penalties", "penalty_sliders"),
    "batch-norm": ("regularisation&regulariser=batch-norm", "norm_sliders"),
    "generators": ("generators", "generator_sliders"),
    "augmentation": ("augmentation", "turned_sliders"),
    "recipes": ("recipes&trap=discarded", "trap_sliders"),
}
_DRAGGED = """async ([sliders, times]) => {
    const within = (place, wanted) => {
        const left = [...document.querySelectorAll(place)];
        while (left.length) {
            const element = left.pop();
            const found = element.shadowRoot?.querySelector(wanted);
            if (found) return found;
            left.push(...element.children);
        }
    };
    const slider = within(`.st-key-${sliders}`, "input"), panels = within("[data-testid=stMain]", ".panels");
    const frame = () => new Promise(resolve => requestAnimationFrame(() => {
        const after = new MessageChannel();  // Its message comes when the frame has been made.
        after.port1.onmessage = resolve;
        after.port2.postMessage(0);
    }));
    const took = [];
    for (let time = 0; time < times; time++) {
        await new Promise(resolve => setTimeout(resolve, 150));
        const drawn = new Promise(resolve => {
            const watcher = new MutationObserver(() => { watcher.disconnect(); resolve(); });
            watcher.observe(panels, { attributeFilter: ["data-of"] });
            setTimeout(resolve, 5000);
        });
        const share = (7 * time % 20 + 1) / 22;
        const begun = performance.now();
        slider.value = Number(slider.min) + share * (slider.max - slider.min);
        slider.dispatchEvent(new Event("input"));
        await drawn;
        await frame();
        took.push(performance.now() - begun);
    }
    return took;
}"""


def main(names: list[str]) -> None:
    """Print the figures of these views, or of all."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        times = Path(folder) / "times"
        os.environ["PIXELWISE_BENCH_TIMES"] = str(times)
        with running_server(Path(folder) / "home", [str(PROJECT / "bench" / "timed_server.py")]) as server:
            page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
            page.set_default_timeout(120_000)
            for name in names or _VIEWS:
                view, sliders = _VIEWS[name]
                address = f"{server.address}/explain?run=pets&source=photos&photo=chelsea.jpg&view={view}"
                _measure(page, name, address, sliders, times)


def _measure(page: Page, name: str, address: str, sliders: str, times: Path) -> None:
    drawn = []
    for _ in range(6):
        times.unlink(missing_ok=True)
        page.goto(address)
        page.locator(".panels").first.wait_for()
        page.wait_for_timeout(1_500)
        drawn.append(1000 * max(map(float, times.read_text().split())))
    took: list[float] = page.evaluate(_DRAGGED, [sliders, _TIMES])
    load = psutil.getloadavg()[0]
    print(
        f"{name}: drag to panels, median {median(took):.0f} ms, 95th percentile {quantiles(took, n=20)[-1]:.0f} ms "
        f"(goal 60); drawn by the server, median {median(drawn[1:]):.0f} ms (goal 300); load {load:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
