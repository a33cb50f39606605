"""A file of boxes beside images (COCO, Pascal VOC, YOLO) of any content: an import, or a refusal with a sentence.

A case changes one value of such a file, cuts it, or flips some of its bytes; then the folder is imported.
"""

import copy
import json
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.datasets import store
from core.datasets.sources import importing
from core.errors import PixelwiseError

SUITE, BENCH, BROWSER = 200, 3_000, False
_SEED = 23
_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 3, 10**30, 10**400, -(10**400), 1.5e308, -1.5e308, float("nan"), float("inf"), "", "x", "1",
    "../../x", "/", "\x00", "\ud800", "a" * 5_000, [], [1], [[]], {}, {"id": 1}, [0, 0, 10**400, 1],
    [-1.7e308, -1.7e308, 1.7e308, 1.7e308], [0.5, 0.5, 10**400, 10**400], [float("nan")] * 4,
)  # fmt: skip
_TEXTS = (b"[]", b"null", b"[" * 100_000, b"\xff\xfe", b'{"images": ' * 5_000, b"9" * 5_000, b"\x00" * 100)
_TAGS = ("", "!!int", "!!float", "!!bool", "!!timestamp", "!!binary", "!!set", "!!omap", "!!python/name:os.kill", "&a")
_YOLO = b"0 0.5 0.5 0.4 0.4\n1 0.3 0.3 0.2 0.2\n" * 3
_ENCODINGS = ("nonsense", "hex", "utf-16", "utf-7", "cp037", "shift_jis", "rot13", "idna")


def failures(count: int, home: Path) -> Iterator[str]:
    """Import a folder with changed boxes."""
    folder = home.parent / "images"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(_SEED)
    for number in range(4):
        Image.fromarray(rng.integers(0, 256, (40, 50, 3), np.uint8)).save(folder / f"{number}.png")
    for number in range(count):
        name, data = _changed(random.Random(_SEED + number), number)  # noqa: S311 no secret
        file = folder / name
        file.write_bytes(data)
        if name == "data.yaml":
            (folder / "0.txt").write_bytes(_YOLO)
        try:
            dataset = importing.import_images(importing.plan(folder), name=f"case-{number}", title="Case")
            for index in range(len(dataset)):
                dataset.image(index)
            store.remove(dataset.about.name)
            yield ""
        except PixelwiseError as error:
            yield "" if len(str(error)) < 1_000 else f"case {number}, {name}: a sentence of {len(str(error)):,} letters"
        except Exception as error:
            yield f"case {number}, {name}: {type(error).__name__}: {str(error)[:200]}"
        file.unlink()
        (folder / "0.txt").unlink(missing_ok=True)


def _changed(rng: random.Random, number: int) -> tuple[str, bytes]:
    name, whole = (
        ("0.xml", _voc().encode()),
        ("instances.json", _coco()),
        ("data.yaml", b"names: {0: cat, 1: dog}\nnc: 2\n"),
        ("0.txt", _YOLO),
    )[number % 4]
    kind = rng.random()
    if kind < 0.1:
        return name, rng.choice(_TEXTS)
    if kind < 0.2:
        return name, whole[: rng.randrange(len(whole))]
    if kind < 0.4:
        changed = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        return name, bytes(changed)
    if name.endswith("xml"):
        if kind < 0.5:
            return name, _voc(f' encoding="{rng.choice(_ENCODINGS)}"').encode()
        value = str(rng.choice(_VALUES)).replace("\x00", "").replace("\ud800", "").replace("<", "")
        return name, _voc(**{rng.choice(list(_VOC)): value}).encode()
    if name == "data.yaml":
        value = f"{rng.choice(_TAGS)} {json.dumps(rng.choice(_VALUES))}"
        return name, whole.replace(rng.choice((b"cat", b"{0: cat, 1: dog}", b"2")), value.encode(), 1)
    if name == "0.txt":
        return name, whole.replace(
            rng.choice((b"0.5", b"1", b"0.2")), str(rng.choice(_VALUES[:16])).encode("utf-8", "replace")
        )
    return name, _coco(partial(_replace_one, rng=rng))


def _coco(change: Any = None) -> bytes:
    made: dict[str, Any] = {
        "images": [{"id": each, "file_name": f"{each}.png", "width": 50, "height": 40} for each in range(4)],
        "categories": [{"id": each, "name": name} for each, name in enumerate(("cat", "dog"))],
        "annotations": [
            {"id": each, "image_id": each % 4, "category_id": each % 2, "bbox": [5, 5.5, 20, 30], "iscrowd": 0}
            for each in range(8)
        ],
    }
    if change is not None:
        change(made)
    return json.dumps(made).encode()


def _replace_one(data: dict[str, Any], *, rng: random.Random) -> None:
    value = copy.deepcopy(rng.choice(_VALUES))
    at: Any = data
    while True:
        place = rng.choice(list(at)) if isinstance(at, dict) else rng.randrange(len(at))
        inner = at[place]
        if not isinstance(inner, dict | list) or not inner or rng.random() < 0.1:
            at[place] = value
            return
        at = inner


_VOC = {"filename": "0.png", "width": "50", "name": "cat", "xmin": "5", "ymax": "30", "difficult": "0"}


def _voc(declared: str = "", **changes: str) -> str:
    told = {**_VOC, **changes}
    box = f"<xmin>{told['xmin']}</xmin><ymin>4</ymin><xmax>40</xmax><ymax>{told['ymax']}</ymax>"
    return (
        f'<?xml version="1.0"{declared}?>\n<annotation><filename>{told["filename"]}</filename>'
        f"<size><width>{told['width']}</width><height>40</height></size>"
        + f"<object><name>{told['name']}</name><difficult>{told['difficult']}</difficult>"
        f"<bndbox>{box}</bndbox></object>" * 3 + "</annotation>"
    )
