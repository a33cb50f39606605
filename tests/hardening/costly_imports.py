"""Zips of large or dear images: their import takes no more than 300 MB."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from tests.paths import PROJECT

SUITE, BENCH, BROWSER = 1, 5, False
_MOST_BYTES = 300_000_000
_PACKED: dict[str, dict[str, Any]] = {"PNG": {"compress_level": 1}, "TIFF": {"compression": "tiff_adobe_deflate"}}
_IMPORT = """
import json, sys
from pathlib import Path
import cv2
from core.datasets.sources import importing
def memory(name):
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split(name + ":")[1].split()[0])
usual = memory("VmRSS")
plan = importing.plan(Path(sys.argv[1]))
made = importing.import_images(plan, name="costly", title="Costly")
print(json.dumps([len(made), memory("VmHWM") - usual]))
"""


def failures(count: int, home: Path) -> Iterator[str]:
    """Import that many zips, each in a process of its own."""
    home.mkdir(parents=True, exist_ok=True)
    kinds = [
        ("12 BMP of 30 MB", 12, "BMP", (4_000, 2_500), "RGB"),
        ("12 BMP of 90 MB", 12, "BMP", (6_000, 5_000), "RGB"),
        ("6 PNG of 48 megapixels", 6, "PNG", (8_000, 6_000), "L"),
        ("6 PNG of 31 megapixels, transparent", 6, "PNG", (5_600, 5_600), "RGBA"),
        ("6 TIFF of 48 megapixels", 6, "TIFF", (8_000, 6_000), "RGB"),
    ]
    for number, (name, files, kind, size, mode) in enumerate(kinds[:count]):
        path = home / f"{number}.zip"
        _write(path, files, kind, size, mode)
        done = subprocess.run(
            [sys.executable, "-c", _IMPORT, str(path)],
            cwd=PROJECT,
            env={**os.environ, "PIXELWISE_HOME": str(home / f"home-{number}")},
            capture_output=True,
            text=True,
            check=False,
        )
        path.unlink()
        taken, grown = json.loads(done.stdout or "[0, 0]")
        failed = taken != files or grown > _MOST_BYTES
        yield f"{name}: {taken} taken, {grown / 1e6:.0f} MB {done.stderr[-300:]}" if failed else ""


def _write(path: Path, files: int, kind: str, size: tuple[int, int], mode: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(files):
            # Noise, so that it is no bomb to the list of the zip's files.
            image = Image.effect_noise((size[0] // 20, size[1] // 20), number + 1).resize(size).convert(mode)
            file = io.BytesIO()
            image.save(file, kind, **_PACKED.get(kind, {}))
            archive.writestr(f"{'cat' if number % 2 else 'dog'}/{number}.{kind.lower()}", file.getvalue())
