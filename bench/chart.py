"""How long charts take to draw, in a browser: python -m bench.chart

The component is loaded into an empty page. Curves of a training of 400 epochs grow by a poll's worth of records at a
time, and 20 runs of 100 epochs, training and validation, are laid over each other. A drawing's time is that of the
script; "painted" adds what the browser takes to fill the canvas's pixels, which is done when one of them is read.
At last the Runs page: from the click that changes the axis of 20 runs until both charts are painted.
"""

import json
import math
import os
import random
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page

from bench.runs import EPOCHS, RUNS, measure_curves
from core.charts import training_curves
from core.charts.news import News
from core.charts.run_curves import PARTS, QUANTITIES, RunCurve, overlaid
from pages.components import script, style
from tests.browser.server import chromium, running_server
from tests.paths import PROJECT
from tests.unit.made_runs import made_run

BATCHES, LONG, POLLS, A_POLL = 23, 400, 60, 25
TURNS = 30
_MOUNT = """([css, js]) => {
    const host = document.body.appendChild(document.createElement("div"));
    const root = host.attachShadow({mode: "open"});
    root.innerHTML = `<style>:host { --st-base-font-size: 15px; --st-font: sans-serif } ${css}</style>
        <div><div class="curves"></div></div>`;
    globalThis.shown = root.querySelector("div");
    document.head.appendChild(Object.assign(document.createElement("script"), {textContent:
        `(() => { ${js.replace("export default function", "globalThis.component = function")} })()`}));
}"""
_DRAW = """async (messages) => {
    const [drawn, painted] = [[], []];
    for (const data of messages) {
        const begun = performance.now();
        component({parentElement: shown, data, setTriggerValue() { throw new Error("a message was missed"); }});
        drawn.push(performance.now() - begun);
        for (const canvas of shown.querySelectorAll("canvas")) canvas.getContext("2d").getImageData(0, 0, 1, 1);
        painted.push(performance.now() - begun);
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    }
    return [drawn, painted];
}"""


def main() -> None:
    """Print how long charts take to draw."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        _live(page)
        _overlaid(page)
        page.close()
        os.environ["PIXELWISE_HOME"] = folder
        made = [made_run(range(20), epochs=EPOCHS, seed=seed, title=f"Run {seed}") for seed in range(RUNS)]
        times, launcher = Path(folder) / "times", [str(PROJECT / "bench" / "timed_server.py")]
        os.environ["PIXELWISE_BENCH_TIMES"] = str(times)
        with running_server(Path(folder), launcher) as server:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(120_000)
            measure_curves(page, server, made, times)


def _live(page: Page) -> None:
    """Print how long growing curves take, and how much of them is sent."""
    records, news = _records(), News()
    messages, sizes = [], []
    for poll in range(POLLS):
        now = records[: len(records) - A_POLL * (POLLS - poll)]
        charts = [chart.to_json() for chart in training_curves.run_curves(now, LONG)]
        messages.append(news.message(charts))
        sizes.append((len(json.dumps(messages[-1])), len(json.dumps(charts))))
    drawn, painted = _drawn(page, messages)
    print(
        f"four curves of {LONG} epochs that grow, live redraw (goal: 8 ms): {_said(drawn)}; painted {_said(painted)}; "
        f"sent at a poll {median(new for new, _ in sizes) / 1000:.1f} kB (median) of "
        f"{median(whole for _, whole in sizes) / 1000:.0f} kB, n = {POLLS}",
        flush=True,
    )


def _overlaid(page: Page) -> None:
    """Print how long the lines of many runs take."""
    ends = [record for record in _records() if record["kind"] == "epoch"][:EPOCHS]
    runs = [RunCurve(f"Run {place}", place, ends) for place in range(RUNS)]
    messages = []
    for turn in range(TURNS):
        against = ("epoch", "seconds")[turn % 2]
        charts = [overlaid(runs, quantity, parts=PARTS, against=against).to_json() for quantity in QUANTITIES]
        messages.append(News().message(charts))
    drawn, painted = _drawn(page, messages)
    print(f"{RUNS} runs × {EPOCHS} epochs, {4 * RUNS} lines: {_said(drawn)}; painted {_said(painted)}, n = {TURNS}")


def _drawn(page: Page, messages: list[dict[str, Any]]) -> tuple[list[float], list[float]]:
    """Return how long the script took for each message, and until its pixels were there, in milliseconds."""
    page.goto("about:blank")
    page.evaluate(_MOUNT, [style("chart/style.css"), script("chart/script.js")])
    drawn, painted = page.evaluate(_DRAW, messages)
    # The first one compiles the script.
    return drawn[1:], painted[1:]


def _said(times: list[float]) -> str:
    return f"{median(times):.1f} ms (median, longest {max(times):.1f} ms)"


def _records() -> list[dict[str, Any]]:
    """Return the metrics of a training that falls and is noisy."""
    draw = random.Random(3)  # noqa: S311
    records: list[dict[str, Any]] = []
    for batch in range(1, LONG * BATCHES + 1):
        epoch = batch / BATCHES
        loss = 2 * math.exp(-epoch / 60) * draw.uniform(0.8, 1.2) + 0.02
        values = {"loss": loss, "accuracy": 1 - loss / 4, "learning_rate": 0.001}
        records.append({"kind": "batch", "epoch": epoch, "seconds": epoch / 5, **values})
        if batch % BATCHES == 0:
            seen = {f"val_{name}": value * draw.uniform(0.95, 1) for name, value in values.items()}
            records.append({"kind": "epoch", "epoch": epoch, "seconds": epoch / 5, **values, **seen})
    return records


if __name__ == "__main__":
    main()
