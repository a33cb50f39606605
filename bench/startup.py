"""From `make run` to a usable page, after installation: python -m bench.startup

Each round starts the app with an empty data home, opens its address in a Chromium that is already running, and waits
for the last button of the first page. The time runs from the start of the process to that button.
"""

import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

from tests.browser.server import chromium, running_server

ROUNDS = 7


def main() -> None:
    """Print the median and the slowest of some starts, and whether the server maps TensorFlow."""
    seconds, mapped = [], False
    with chromium() as browser:
        for _ in range(ROUNDS):
            page = browser.new_page()
            with tempfile.TemporaryDirectory() as home:
                begun = time.perf_counter()
                with running_server(Path(home)) as server:
                    page.goto(server.address)
                    page.get_by_role("button", name="Browse the digits dataset").wait_for()
                    seconds.append(time.perf_counter() - begun)
                    page.wait_for_timeout(4000)
                    mapped |= any("tensorflow" in each.path for each in psutil.Process(server.pid).memory_maps())
            page.close()
    print(f"start to usable page: median {median(seconds):.2f} s, slowest {max(seconds):.2f} s of {ROUNDS} (goal 3 s)")
    print(f"TensorFlow mapped by the server: {'yes' if mapped else 'no'}")


if __name__ == "__main__":
    main()
