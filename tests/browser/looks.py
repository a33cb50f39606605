"""How each page looked when it was last looked at: small images, kept here, and how far a page is from its own."""

import io
import os
import re
import time
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from tests.paths import PROJECT

KEPT = Path(__file__).parent / "looks"
# Beside what is kept, for a person to compare; git ignores it.
FOUND = PROJECT / "test-output" / "looks"
NEW_LOOKS = "PIXELWISE_NEW_LOOKS"
# Another Chromium draws letters a little differently: small images, and only what clearly differs is counted.
_WIDTH, _LEVELS, _SHARE = 360, 30, 0.01
_PATIENCE_S, _POLL_S = 8.0, 0.5


def change(page: Page, name: str) -> str:
    """Say how a page at rest differs from how it looked last; nothing where it does not.

    An image may be drawn late: it is looked at again for some seconds before it counts as changed. With the environment
    variable `PIXELWISE_NEW_LOOKS` the page is kept as it looks now instead.

    Args:
        page: at rest.
        name: what the image is called, without its ending.
    """
    name = re.sub(r"\W+", "-", name).strip("-")
    kept = KEPT / f"{name}.webp"
    if os.environ.get(NEW_LOOKS):
        KEPT.mkdir(exist_ok=True)
        _small(page).save(kept, quality=80)
        return ""
    if not kept.exists():
        return f"{kept.name} is missing: set {NEW_LOOKS}=1, run this test again, and look at it."
    with Image.open(kept) as image:
        before = image.convert("RGB")
    begun = time.monotonic()
    while (share := difference(before, now := _small(page))) > _SHARE:
        if time.monotonic() - begun > _PATIENCE_S:
            FOUND.mkdir(parents=True, exist_ok=True)
            now.save(FOUND / kept.name, lossless=True)
            return (
                f"{share:.1%} of {kept.name} differ: compare {FOUND / kept.name} with {kept}. Where that is meant, "
                f"set {NEW_LOOKS}=1, run this test again, and commit the new one."
            )
        time.sleep(_POLL_S)
    return ""


def difference(before: Image.Image, now: Image.Image) -> float:
    """Return the share of squares of 2×2 pixels, 0–1, whose means clearly differ in any channel; 1 for another size.

    Args:
        before: mode RGB.
        now: likewise.
    """
    if before.size != now.size:
        return 1.0
    apart = np.abs(np.asarray(before.reduce(2), np.int16) - np.asarray(now.reduce(2), np.int16))
    return float((apart.max(axis=2) > _LEVELS).mean())


def _small(page: Page) -> Image.Image:
    with Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))) as image:
        height = round(image.height * _WIDTH / image.width)
        return image.convert("RGB").resize((_WIDTH, height), Image.Resampling.BOX)
