"""Make the README's screenshots anew: python -m docs.screenshots

Uses a data home of its own: the digits, and MNIST and the pets where their files are beside the project.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Page

from bench.data import MNIST_FILE, PETS_FILE, command_line
from tests.browser.server import chromium, running_server

HERE = Path(__file__).parent


def main() -> None:
    """Write a picture of each page beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        command_line(home, "train", "digits-dense", "--wait")
        command_line(home, "train", "digits-cnn", "--wait")
        if MNIST_FILE.exists():
            command_line(home, "datasets", "add", "mnist", "--from", str(MNIST_FILE))
            command_line(home, "train", "exercise-51", "--set", "fit.epochs=3", "--wait")
        photos = "digits"
        if PETS_FILE.exists():
            photos = "cats-vs-dogs"
            command_line(home, "datasets", "add", photos, "--from", str(PETS_FILE))
            command_line(home, "datasets", "audit", photos)
        addresses = {
            "home": "",
            "datasets": "datasets",
            "browse": f"browse?dataset={photos}&sort=random",
            "audit": f"browse?dataset={photos}&view=audit",
            "preprocess": f"preprocess?dataset={photos}",
            "augment": f"augment?dataset={photos}",
            "train": "train",
            "runs": "runs?" + "&".join(f"run={run.name}" for run in sorted((home / "runs").glob("*-digits-*"))),
            "errors": "errors",
            "card": "errors",
            "predict": "predict",
        }
        acts = {
            "preprocess": _start_from_the_book,
            "augment": _start_strong,
            "card": _open_the_first,
            "predict": _draw_a_seven,
        }
        with chromium() as browser, running_server(home) as server:
            page = browser.new_page(viewport={"width": 1200, "height": 750})
            for name, address in addresses.items():
                page.goto(f"{server.address}/{address}")
                page.wait_for_timeout(6000)
                if name in acts:
                    acts[name](page)
                page.screenshot(path=HERE / f"{name}.png")


def _start_from(page: Page, preset: str) -> None:
    page.get_by_role("combobox", name="Start from").click()
    page.get_by_role("option", name=preset).first.click()
    page.wait_for_timeout(4000)


def _start_from_the_book(page: Page) -> None:
    _start_from(page, "Pets, as in the book")


def _start_strong(page: Page) -> None:
    _start_from(page, "Strong")


def _open_the_first(page: Page) -> None:
    page.locator(".st-key-gallery .grid button").first.click()
    page.wait_for_timeout(8000)


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
