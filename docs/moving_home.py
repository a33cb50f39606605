"""Make the README's moving picture of Home anew: python -m docs.moving_home

On a data home of its own and a server that has been warmed. A frame is seen as long as the browser took for it, at most
`_LONGEST_MS`.
"""

import io
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, ViewportSize

from tests.browser.server import chromium, running_server

_FILE = Path(__file__).parent / "home.webp"
_SIZE: ViewportSize = {"width": 1200, "height": 720}
_SHOWN = 960, 576
_WARMED_MS = 12_000
_LONGEST_MS, _REST_MS, _END_MS = 160, 900, 2500
_QUALITY = 60


class Film:
    """Frames of a page, each with the time for which it is seen."""

    def __init__(self, page: Page) -> None:
        """Begin with nothing."""
        self._page = page
        self._frames: list[Image.Image] = []
        self._times: list[int] = []

    def take(self, milliseconds: int | None = None) -> None:
        """Take a frame; it is seen as long as it took, or so long."""
        begun = time.perf_counter()
        shot = Image.open(io.BytesIO(self._page.screenshot()))
        taken = round(1000 * (time.perf_counter() - begun))
        self._frames.append(shot.convert("RGB").resize(_SHOWN, Image.Resampling.LANCZOS))
        self._times.append(milliseconds or min(taken, _LONGEST_MS))

    def until(self, there: Locator) -> None:
        """Take frames until an element is there, and one that rests."""
        while not there.count():
            self.take()
        self.take(_REST_MS)

    def write(self, file: Path) -> None:
        """Write an animated WebP."""
        first, *others = self._frames
        self._times[-1] = _END_MS
        first.save(file, save_all=True, append_images=others, duration=self._times, loop=0, quality=_QUALITY, method=6)
        seconds = sum(self._times) / 1000
        print(f"{file.name}: {len(self._frames)} frames, {seconds:.1f} s, {file.stat().st_size:,} bytes")


def main() -> None:
    """Bend the image, train the network, ask about the cat and about the flower."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, running_server(Path(folder)) as server:
        page = browser.new_page(viewport=_SIZE)
        page.goto(server.address)
        page.wait_for_timeout(_WARMED_MS)
        film = Film(page)
        film.take(_REST_MS)
        _drag(page, film)
        page.get_by_role("button", name="Train", exact=True).click()
        film.until(page.get_by_test_id("stMetricValue"))
        for name, answer in (("Cat", "What supports Cat"), ("Flower", "What supports Dog")):
            page.get_by_role("button", name=name, exact=True).click()
            film.until(page.get_by_alt_text(answer))
        film.write(_FILE)


def _drag(page: Page, film: Film) -> None:
    """Drag the rotation up and halfway back."""
    box = page.get_by_role("slider", name="Rotation").locator("xpath=..").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    shares = [share / 100 for share in (*range(14, 60, 4), *range(60, 24, -4))]
    page.mouse.move(box["x"] + shares[0] * box["width"], y)
    page.mouse.down()
    for share in shares:
        page.mouse.move(box["x"] + share * box["width"], y)
        page.wait_for_timeout(60)
        film.take()
    page.mouse.up()


if __name__ == "__main__":
    main()
