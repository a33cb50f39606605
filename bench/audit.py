"""The audit of 15,000 photos with planted duplicates, and what else could find them: python -m bench.audit [--hashes]

250 photos are drawn; of each a copy is added: 50 unchanged, 50 resized (to 0.5–1.5 of their sides), 50 encoded again at
JPEG quality 60, 50 cropped (by 5 % at every edge, or by 5 % of each side at a corner), 50 brighter or darker by 15 %.
Pairs that are not planted are drawn on a sheet to look at: some photos of the set are there twice by themselves. With
`--hashes` it also counts what ImageHash finds at several distances (pip install imagehash).
"""

import io
import os
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

from core.datasets.audit import report
from core.datasets.sources import importing
from core.datasets.store import Dataset
from tests.paths import SHARED

PHOTOS = SHARED / "datasets" / "cats-vs-dogs.zip"
KINDS = ("exact", "resized", "encoded", "cropped", "brightness")
EACH = 50
GOAL_SECONDS, GOAL_RECALL, GOAL_FALSE = 45, 0.95, 0.005
SHEET = Path(tempfile.gettempdir()) / "audit-not-planted.png"
TILE, COLUMNS = 96, 6


def main(hashes: bool) -> None:
    """Print the seconds, what was found of each kind, and the pairs that were not planted."""
    if not PHOTOS.exists():
        sys.exit(f"skipped: this benchmark needs the photos at {PHOTOS}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PIXELWISE_HOME"] = str(Path(folder) / "home")
        plant(Path(folder) / "photos.zip")
        dataset = importing.import_images(importing.plan(Path(folder) / "photos.zip"), name="photos", title="Photos")
        began = time.monotonic()
        made = report.audit(dataset)
        seconds = time.monotonic() - began
        print(report.report(dataset, made))
        print(f"\naudit of {len(dataset):,} photos: {seconds:.1f} s (goal {GOAL_SECONDS} s)")
        print(f"peak memory, import and audit: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
        groups = [group for key in ("exact-duplicates", "near-duplicates") for group in found_groups(made, key)]
        judge("audit", dataset, {pair for group in groups for pair in pairs_of(group)}, SHEET)
        if hashes:
            compare_hashes(dataset)


def plant(path: Path) -> None:
    """Write a zip of all photos and the planted copies, `copy-<kind>-<name of the original>`."""
    draw = random.Random(0)  # noqa: S311 a benchmark that is the same each time
    with zipfile.ZipFile(PHOTOS) as photos, zipfile.ZipFile(path, "w") as planted:
        names = [each.filename for each in photos.infolist() if not each.is_dir()]
        for name in names:
            planted.writestr(name, photos.read(name))
        good = [name for name in names if name.endswith(".jpg") and photos.getinfo(name).file_size]
        for number, name in enumerate(draw.sample(good, EACH * len(KINDS))):
            kind = KINDS[number // EACH]
            folder, _, file = name.rpartition("/")
            planted.writestr(f"{folder}/copy-{kind}-{file}", changed(photos.read(name), kind, number, draw))


def changed(data: bytes, kind: str, number: int, draw: random.Random) -> bytes:
    """Return a photo as JPEG, changed as its kind says."""
    photo = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = photo.size
    aside, down = round(0.05 * width), round(0.05 * height)
    if kind == "exact":
        return data
    if kind == "resized":
        share = draw.uniform(0.5, 1.5)
        photo = photo.resize((round(share * width), round(share * height)), Image.Resampling.LANCZOS)
    elif kind == "cropped" and number % 2:
        photo = photo.crop((aside, down, width - aside, height - down))
    elif kind == "cropped":
        left, top = draw.choice((0, aside)), draw.choice((0, down))
        photo = photo.crop((left, top, left + width - aside, top + height - down))
    elif kind == "brightness":
        photo = ImageEnhance.Brightness(photo).enhance(1.15 if number % 2 else 0.85)
    written = io.BytesIO()
    photo.save(written, "JPEG", quality=60 if kind == "encoded" else 90)
    return written.getvalue()


def found_groups(made: report.Audit, key: str) -> tuple[tuple[int, ...], ...]:
    """Return the groups of a finding."""
    finding = made.finding(key)
    return finding.groups if finding else ()


def pairs_of(group: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return all pairs of a group."""
    return [(first, second) for first in group for second in group if first < second]


def judge(what: str, dataset: Dataset, pairs: set[tuple[int, int]], sheet: Path | None = None) -> None:
    """Print how many planted pairs are among `pairs`, by kind, and how many other pairs there are."""
    position = {name: index for index, name in enumerate(dataset.names)}
    planted = {}
    for name, index in position.items():
        folder, _, file = name.rpartition("/")
        if file.startswith("copy-"):
            _, kind, original = file.split("-", 2)
            first, second = sorted((index, position[f"{folder}/{original}"]))
            planted[first, second] = kind
    touched = {index for pair in planted for index in pair}
    found = Counter(kind for pair, kind in planted.items() if pair in pairs)
    others = sorted(pair for pair in pairs if not touched & set(pair))
    near = sum(found[kind] for kind in KINDS[1:])
    by_kind = ", ".join(f"{kind} {found[kind]}" for kind in KINDS)
    print(
        f"{what}: exact {found['exact']} of {EACH}, near {near} of {EACH * 4} ({near / EACH / 4:.1%}, goal "
        f"{GOAL_RECALL:.0%}): {by_kind}; {len(others):,} other pairs ({len(others) / len(dataset):.2%} of the "
        f"images; false ones at most {GOAL_FALSE:.1%})"
    )
    if sheet:
        draw_sheet(dataset, others, sheet)
        print(f"the others, to be looked at: {sheet}")


def draw_sheet(dataset: Dataset, pairs: list[tuple[int, int]], path: Path) -> None:
    """Draw pairs side by side as one image."""
    rows = max(1, -(-len(pairs) // COLUMNS))
    sheet = Image.new("RGB", (COLUMNS * (2 * TILE + 12), rows * (TILE + 8)), "white")
    for number, pair in enumerate(pairs):
        for place, index in enumerate(pair):
            photo = dataset.image(index)
            photo.thumbnail((TILE, TILE))
            sheet.paste(photo, (number % COLUMNS * (2 * TILE + 12) + place * TILE, number // COLUMNS * (TILE + 8)))
    sheet.save(path)


def compare_hashes(dataset: Dataset) -> None:
    """Print what perceptual hashes of 64 bits find, at several Hamming distances."""
    import imagehash

    for name in ("phash", "dhash"):
        began = time.monotonic()
        hashed = (getattr(imagehash, name)(Image.open(io.BytesIO(dataset.thumbnail(i)))) for i in range(len(dataset)))
        codes = np.array([np.packbits(each.hash).view(np.uint64)[0] for each in hashed])
        print(f"{name}: {time.monotonic() - began:.1f} s")
        for distance in (0, 2, 4, 6, 8, 10, 12, 14):
            pairs = set()
            for start in range(0, len(codes), 256):
                apart = np.bitwise_count(codes[start : start + 256, np.newaxis] ^ codes[start:])
                rows, columns = np.nonzero(apart <= distance)
                close = np.column_stack((rows, columns))[rows < columns] + start
                pairs |= set(map(tuple, close.tolist()))
            judge(f"{name} within {distance}", dataset, pairs)


if __name__ == "__main__":
    main("--hashes" in sys.argv[1:])
