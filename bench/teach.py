"""How long one waits on the Teach page, in a browser: 10 photos a class, then the camera's answers a second.

python -m bench.teach: needs photos beside the project, and Chromium.
"""

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.data import PHOTOS
from tests.browser.server import CHROMIUM, Server, running_server

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
# A person opens the page, and then looks for the photos of the first class.
_LOOKING_S = 8
_WATCHED_S = 10


def main() -> None:
    """Print the figures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        _photos(page, server)
        _camera(page)
        browser.close()


def _photos(page: Page, server: Server) -> None:
    began = time.monotonic()
    page.goto(f"{server.address}/teach")
    page.get_by_role("button", name="Add a class").wait_for()
    opened = time.monotonic() - began
    time.sleep(_LOOKING_S)
    inputs = page.get_by_test_id("stFileUploaderDropzoneInput")
    waited = []
    for place, kind in enumerate(("cat", "dog")):
        began = time.monotonic()
        inputs.nth(place).set_input_files([str(path) for path in sorted(PHOTOS.glob(f"{kind}.*.jpg"))[:10]])
        if place:
            page.get_by_text("Try it with").wait_for()
        else:
            page.locator(".strip figure").nth(9).wait_for()
        waited.append(time.monotonic() - began)
    print(f"open {opened:.1f} s, first class {waited[0]:.1f} s, after the last photo {waited[1]:.1f} s")
    print(f"waiting in all {opened + sum(waited):.1f} s (goal 10), after the last photo {waited[1]:.1f} s (goal 5)")
    page.get_by_text("Accuracy on images").wait_for()
    print(f"accuracy is told {time.monotonic() - began:.1f} s after the last photo")
    page.locator(".st-key-teach_known .stPlotlyChart").wait_for()


def _camera(page: Page) -> None:
    page.get_by_role("radio", name="Camera").click()
    page.locator(".bars .row").first.wait_for()
    page.wait_for_timeout(2_000)
    page.locator(".camera").evaluate(
        "box => { box.answers = 0; new MutationObserver(() => box.answers++).observe(box, { attributes: true }); }"
    )
    page.wait_for_timeout(1_000 * _WATCHED_S)
    answers = page.locator(".camera").evaluate("box => box.answers")
    print(f"camera: {answers / _WATCHED_S:.1f} answers a second (goal 8)")


if __name__ == "__main__":
    main()
