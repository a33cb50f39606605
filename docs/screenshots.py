"""Make the README's screenshots anew: python -m docs.screenshots

Trains on the digits in a data home of its own, and on MNIST where its file is beside the project.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Page

from bench.data import MNIST_FILE, command_line
from tests.browser.server import chromium, running_server

HERE = Path(__file__).parent


def main() -> None:
    """Write a picture of each page beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        command_line(home, "train", "digits-dense", "--wait")
        if MNIST_FILE.exists():
            command_line(home, "datasets", "add", "mnist", "--from", str(MNIST_FILE))
            command_line(home, "train", "exercise-51", "--set", "fit.epochs=3", "--wait")
        with chromium() as browser, running_server(home) as server:
            page = browser.new_page(viewport={"width": 1200, "height": 750})
            for name in ("home", "browse", "train", "errors", "predict"):
                page.goto(f"{server.address}/{'' if name == 'home' else name}")
                page.wait_for_timeout(6000)
                if name == "predict":
                    _draw_a_seven(page)
                page.screenshot(path=HERE / f"{name}.png")


def _draw_a_seven(page: Page) -> None:
    box = page.locator(".st-key-pad canvas").bounding_box()
    assert box
    corners = [(80, 60), (200, 60), (130, 230)]
    page.mouse.move(box["x"] + corners[0][0], box["y"] + corners[0][1])
    page.mouse.down()
    for x, y in corners[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=15)
    page.mouse.up()
    page.wait_for_timeout(5000)


if __name__ == "__main__":
    main()
