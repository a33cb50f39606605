"""The Runs page with 20 runs of 100 epochs, and with 500 runs: python -m bench.runs

The curves are drawn in a browser: loss and accuracy, training and validation, 80 lines. The time is from the click that
changes their axis until both charts are painted; the server's share of it, its script run, is printed beside.
"""

import json
import os
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Page

from core.charts.run_curves import PARTS, QUANTITIES, RunCurve, overlaid
from core.runs import Run, comparison
from tests.browser.server import Server, chromium, running_server
from tests.paths import PROJECT
from tests.unit.made_runs import made_run

RUNS, EPOCHS, MANY = 20, 100, 500
TURNS = 20
PAUSE_MS = 1000
_TURN = """async ([name, axis, lines]) => {
    const painted = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
    const canvases = () => [...document.querySelectorAll('.st-key-runs_curves *')].find(each => each.shadowRoot)
        .shadowRoot.querySelectorAll('canvas');
    const drawn = () => [...canvases()].every(
        each => each.dataset.axis === axis && each.dataset.lines === `${lines}`);
    const begun = performance.now();
    [...document.querySelectorAll('[role=radio]')].find(each => each.textContent === name).click();
    while (!drawn()) {
        if (performance.now() - begun > 30000) throw new Error('the curves were not drawn within 30 s');
        await painted();
    }
    await painted();
    return (performance.now() - begun) / 1000;
}"""


def main() -> None:
    """Print how long curves and table take."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        os.environ["PIXELWISE_HOME"] = folder
        made = [made_run(range(20), epochs=EPOCHS, seed=seed, title=f"Run {seed}") for seed in range(RUNS)]
        _in_server(made)
        times, launcher = Path(folder) / "times", [str(PROJECT / "bench" / "timed_server.py")]
        os.environ["PIXELWISE_BENCH_TIMES"] = str(times)
        with running_server(Path(folder), launcher) as server:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(120_000)
            measure_curves(page, server, made, times)
            for seed in range(RUNS, MANY):
                made_run(epochs=3, seed=seed)
            _table(page, server, times)


def _in_server(made: list[Run]) -> None:
    """Print what the server takes for the charts alone, the first time and then."""
    seconds = []
    for _ in range(5):
        begun = time.perf_counter()
        for quantity in QUANTITIES:
            drawn = [RunCurve(run.title, place, comparison.epochs(run)) for place, run in enumerate(made)]
            json.dumps(overlaid(drawn, quantity, parts=PARTS, against="epoch").to_json())
        seconds.append(time.perf_counter() - begun)
    print(
        f"charts of {RUNS} runs × {EPOCHS} epochs in the server: {1000 * seconds[0]:.0f} ms the first time, "
        f"{1000 * median(seconds[1:]):.0f} ms then (median, n = {len(seconds) - 1})",
        flush=True,
    )


def measure_curves(page: Page, server: Server, made: list[Run], times: Path) -> None:
    """Print how long the curves take to be drawn anew."""
    page.goto(f"{server.address}/runs?{'&'.join(f'run={run.name}' for run in made)}")
    page.locator(f".st-key-runs_curves canvas[data-lines='{2 * RUNS}']").nth(1).wait_for()
    page.wait_for_timeout(12_000)  # The worker warms up.
    before = len(_read(times))
    seconds = []
    for turn in range(TURNS):
        name, title = (("Time", "seconds of training"), ("Epoch", "epoch"))[turn % 2]
        seconds.append(page.evaluate(_TURN, [name, title, 2 * RUNS]))
        page.wait_for_timeout(PAUSE_MS)
    in_server = _read(times)[before:]
    print(
        f"curves of {RUNS} runs × {EPOCHS} epochs, click to painted (goal: 150 ms): median "
        f"{1000 * median(seconds):.0f} ms, longest {1000 * max(seconds):.0f} ms, n = {TURNS}; of it the run in "
        f"the server {1000 * median(in_server):.0f} ms (median, n = {len(in_server)})",
        flush=True,
    )


def _table(page: Page, server: Server, times: Path) -> None:
    """Print how long the rows of many runs take to read, and the page with them."""
    seconds = []
    for _ in range(4):
        begun = time.perf_counter()
        assert len(comparison.rows()) == MANY
        seconds.append(time.perf_counter() - begun)
    print(f"rows of {MANY} runs: {1000 * seconds[0]:.0f} ms the first time, {1000 * median(seconds[1:]):.0f} ms then")
    page.goto(f"{server.address}/runs")
    ticks = page.locator(".st-key-runs_table tbody input")
    ticks.nth(MANY - 1).wait_for()
    page.wait_for_timeout(2 * PAUSE_MS)
    before = len(_read(times))
    for place in range(1, 11):
        ticks.nth(place).check()
        page.wait_for_timeout(PAUSE_MS)
    in_server = _read(times)[before:]
    print(
        f"ticking a run of {MANY}: the page's run in the server {1000 * median(in_server):.0f} ms "
        f"(median, n = {len(in_server)}), longest {1000 * max(in_server):.0f} ms"
    )


def _read(times: Path) -> list[float]:
    return [float(line) for line in times.read_text().split()]


if __name__ == "__main__":
    main()
