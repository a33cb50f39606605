"""How often the curves are drawn anew while a network trains: python -m bench.live

A browser watches the Train page during a training on the digits and notes each time the loss curve gets new data.
"""

import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median

from tests.browser.server import chromium, running_server

SECONDS = 20
_WATCH = """(canvas, seconds) => new Promise(resolve => {
    const times = [];
    new MutationObserver(() => times.push(performance.now())).observe(canvas, {attributeFilter: ['data-drawings']});
    setTimeout(() => resolve(times), 1000 * seconds);
})"""


def main() -> None:
    """Print the median and the longest time between two drawings."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, running_server(Path(folder)) as server:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{server.address}/train?recipe=digits-cnn")
        page.get_by_role("spinbutton", name="Epochs").fill("1000")
        page.get_by_role("button", name="Train", exact=True).click()
        page.locator("[class*=st-key-curves_] canvas:not([data-epochs='0'])").first.wait_for(timeout=60_000)
        times = page.locator("[class*=st-key-curves_] canvas").first.evaluate(_WATCH, SECONDS)
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("link", name="View errors").wait_for()
    gaps = [after - before for before, after in pairwise(times)]
    print(
        f"curves drawn anew every {median(gaps):.0f} ms (median), {max(gaps):.0f} ms at the longest, "
        f"{len(gaps)} times in {SECONDS} s (goal: at least once a second)"
    )


if __name__ == "__main__":
    main()
