"""Make the README's screenshots anew: python -m docs.screenshots [NAME …]; Home moves: docs.moving_home

Uses a data home of its own: the digits, and MNIST, the pets and photos of pets where they are beside the project.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import sklearn.datasets
from playwright.sync_api import Page

from bench.data import MNIST_FILE, PETS_FILE, PHOTOS, command_line
from tests.browser.server import chromium, running_server

HERE = Path(__file__).parent


def main(wanted: list[str]) -> None:
    """Write an image of each page, or of those wanted, beside this file."""
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
            "datasets": "datasets",
            "browse": f"browse?dataset={photos}&sort=random",
            "audit": f"browse?dataset={photos}&view=audit",
            "preprocess": f"preprocess?dataset={photos}",
            "augment": f"augment?dataset={photos}",
            "train": "train",
            "teach": "teach",
            "runs": "runs?" + "&".join(f"run={run.name}" for run in sorted((home / "runs").glob("*-digits-*"))),
            "errors": "errors",
            "card": "errors",
            "predict": "predict?run=pets" if PHOTOS.exists() else "predict",
            "explain": "explain?run=pets&view=convolution&source=photos",
            "layers": f"explain?run={next((home / 'runs').glob('*-digits-cnn')).name}&view=layers",
            "new-images": "explain?view=new-images",
        }
        acts: dict[str, Callable[[Page], None]] = {
            "preprocess": _start_from_the_book,
            "augment": _start_strong,
            "card": _open_the_first,
            **({"teach": _teach} if PHOTOS.exists() else {}),
            "predict": _bring_photos if PHOTOS.exists() else _draw_a_seven,
        }
        with chromium() as browser, running_server(home) as server:
            page = browser.new_page(viewport={"width": 1200, "height": 750})
            for name in wanted or addresses:
                page.goto(f"{server.address}/{addresses[name]}")
                page.wait_for_timeout(6000)
                if name in acts:
                    acts[name](page)
                page.screenshot(path=HERE / f"{name}.png")


def _start_from(page: Page, preset: str) -> None:
    page.get_by_role("combobox", name="Start from").click()
    page.get_by_role("option", name=preset).first.click()
    page.wait_for_timeout(4000)


def _start_from_the_book(page: Page) -> None:
    _start_from(page, "Pets (from the book)")


def _start_strong(page: Page) -> None:
    _start_from(page, "Strong")


def _open_the_first(page: Page) -> None:
    page.locator(".st-key-gallery .grid button").first.click()
    page.wait_for_timeout(15_000)
    page.get_by_role("dialog").get_by_text("Nothing decided").evaluate("said => said.scrollIntoView()")
    page.wait_for_timeout(1000)


def _teach(page: Page) -> None:
    """Bring photos of two classes, then two others."""
    boxes = page.get_by_test_id("stFileUploaderDropzoneInput")
    for place, kind in enumerate(("cat", "dog")):
        boxes.nth(place).set_input_files(sorted(PHOTOS.glob(f"{kind}.*.jpg"))[:9])
        page.wait_for_timeout(6000)
    boxes.last.set_input_files([max(PHOTOS.glob(f"{kind}.*.jpg")) for kind in ("cat", "dog")])
    page.wait_for_timeout(10_000)


def _bring_photos(page: Page) -> None:
    """Bring photos of cats and dogs, and one of a temple."""
    pets = [PHOTOS / f"{name}.jpg" for name in ("cat.4001", "dog.4002", "cat.4006", "dog.4007")]
    temple = Path(sklearn.datasets.__file__).parent / "images" / "china.jpg"
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([*pets, temple])
    page.wait_for_timeout(15_000)
    page.get_by_text("cat.4001.jpg").first.click()
    page.wait_for_timeout(10_000)


def _draw_a_seven(page: Page) -> None:
    box = page.locator(".st-key-pad canvas").bounding_box()
    assert box
    side = box["width"]
    first, *corners = [(box["x"] + x * side, box["y"] + y * side) for x, y in ((0.3, 0.2), (0.7, 0.2), (0.45, 0.8))]
    page.mouse.move(*first)
    page.mouse.down()
    for x, y in corners:
        page.mouse.move(x, y, steps=15)
    page.mouse.up()
    page.wait_for_timeout(15_000)


if __name__ == "__main__":
    main(sys.argv[1:])
