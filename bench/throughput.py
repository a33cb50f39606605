"""Training in the app, a browser watching its curves, against bare Keras `fit`: python -m bench.throughput [PAIRS]

Same network, same data (MNIST), alternating on one machine. Counted is the time between the ends of the first and the
last epoch, validation included on both sides.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import geometric_mean

from playwright.sync_api import Page

from bench.data import MNIST_FILE, command_line, need
from core.runs import FINISHED, Run
from tests.browser.server import PROJECT, Server, chromium, running_server

EPOCHS = {"exercise-50": 11, "exercise-51": 3}
GOALS = {"exercise-50": 1.0, "exercise-51": 0.95}
PICTURES = 60_000


def main(pairs: int) -> None:
    """Print each pair and the geometric mean of the ratios; an even number of pairs evens out who goes first."""
    need(MNIST_FILE)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        command_line(home, "datasets", "add", "mnist", "--from", str(MNIST_FILE))
        with chromium() as browser, running_server(home) as server:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(server.address)
            page.wait_for_timeout(12_000)  # The worker warms up.
            for name, epochs in EPOCHS.items():
                ratios = []
                for pair in range(pairs):
                    seconds = {}
                    for side in ("app", "bare") if pair % 2 == 0 else ("bare", "app"):
                        seconds[side] = in_app(page, server, name, epochs) if side == "app" else bare(name, epochs)
                    speeds = {side: PICTURES * (epochs - 1) / each for side, each in seconds.items()}
                    ratios.append(speeds["app"] / speeds["bare"])
                    figures = ", ".join(f"{side} {speed:,.0f} pictures/s" for side, speed in sorted(speeds.items()))
                    print(f"{name}: {figures}, ratio {ratios[-1]:.3f}", flush=True)
                print(
                    f"{name}: geometric mean ratio {geometric_mean(ratios):.3f} of {pairs} pairs (goal {GOALS[name]})",
                    flush=True,
                )


def in_app(page: Page, server: Server, name: str, epochs: int) -> float:
    """Press Train on the page, watch the curves, and return the seconds between the ends of first and last epoch."""
    page.goto(f"{server.address}/train?dataset=mnist&recipe={name}")
    page.get_by_role("spinbutton", name="Epochs").fill(str(epochs))
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Stop").wait_for()
    shown = page.get_by_role("combobox", name="Run").input_value()
    assert re.fullmatch(rf"\d+-\d+-{name}(-\d+)?", shown)
    run = Run(server.home / "runs" / shown)
    while run.status().ended is None:
        time.sleep(0.5)
    assert run.status().state == FINISHED, run.status()
    page.get_by_role("link", name="See its errors").wait_for()
    ends = [record["seconds"] for record in run.metrics() if record["kind"] == "epoch"]
    return float(ends[-1] - ends[0])


def bare(name: str, epochs: int) -> float:
    """Run the same in bare Keras, in a process of its own."""
    command = [sys.executable, "-m", "bench.bare_fit", name, str(epochs)]
    done = subprocess.run(command, cwd=PROJECT, env=os.environ, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
