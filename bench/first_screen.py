"""How soon each page shows an image, and how much of its first screen is images: python -m bench.first_screen

Measured at 1440×900 in a browser, on the data home that $PIXELWISE_HOME names, which should hold a finished run. An
image is an img, a canvas, a video or a chart (all of its frame); what lies over another counts once.
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.server import chromium, running_server

_PAGES = ("", "datasets", "browse", "preprocess", "augment", "teach", "train", "runs", "errors", "predict")
_SETTLED_MS = 8000
_SMALLEST = 20
_BOXES = """smallest => {
    const boxes = [];
    const walk = root => {
        for (const each of root.querySelectorAll('*')) {
            if (each.shadowRoot) walk(each.shadowRoot);
            if (!each.matches('img, canvas, video, .js-plotly-plot')) continue;
            const { x, y, width, height } = each.getBoundingClientRect();
            if (width >= smallest && height >= smallest && each.checkVisibility()) boxes.push([x, y, width, height]);
        }
    };
    walk(document.querySelector('[data-testid=stMain]'));
    return boxes;
}"""


def main() -> None:
    """Print a line a page: where its first image begins, and the share of the screen that images cover."""
    home = os.environ.get("PIXELWISE_HOME")
    if not home:
        sys.exit("Set PIXELWISE_HOME to a data home with a finished run.")
    with chromium() as browser, running_server(Path(home)) as server:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for name in _PAGES:
            page.goto(f"{server.address}/{name}")
            page.wait_for_timeout(_SETTLED_MS)
            top, share = _first_screen(page)
            first = "no image" if top is None else f"first image at {top:.0f} px"
            print(f"{name or 'home'}: {first}, {share:.0%} of the first screen")


def _first_screen(page: Page) -> tuple[float | None, float]:
    """Return the y of the topmost image in the first screen in px, None for none, and the share covered, 0 to 1."""
    size = page.viewport_size
    assert size is not None
    wide, high = size["width"], size["height"]
    covered = bytearray(wide * high)
    tops = []
    for x, y, width, height in page.evaluate(_BOXES, _SMALLEST):
        left, right = max(0, round(x)), min(wide, round(x + width))
        above, below = max(0, round(y)), min(high, round(y + height))
        if left >= right or above >= below:
            continue
        tops.append(y)
        for row in range(above, below):
            covered[row * wide + left : row * wide + right] = b"\1" * (right - left)
    return min(tops, default=None), sum(covered) / len(covered)


if __name__ == "__main__":
    main()
