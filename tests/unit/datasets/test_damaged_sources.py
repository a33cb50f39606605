"""Files of every format that is read, damaged at random: an import takes what is whole, or says what is wrong."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.datasets.sources.importing import plan
from core.errors import PixelwiseError
from tests.unit.datasets.test_array_readers import GRAY, HEADERS, LABELS, idx, npz, parquet, rows
from tests.unit.datasets.test_importing import pets, zipped
from tests.unit.datasets.test_readers import tarred

CASES = 60


def mat(path: Path, compressed: bool = False) -> Path:
    from scipy.io import savemat

    savemat(
        path,
        {"X": np.moveaxis(np.repeat(GRAY[..., None], 3, 3), 0, 3), "y": LABELS[:, None] + 1},
        do_compression=compressed,
    )
    return path


def idx_pair(path: Path) -> Path:
    idx(path.with_name("labels-idx1-ubyte"), LABELS)
    idx(path.with_name("images-idx3-ubyte"), GRAY)
    return path.with_name("images-idx3-ubyte")


def csv(path: Path) -> Path:
    path.write_text(rows(HEADERS["Kaggle"]))
    return path


MAKERS: dict[str, Callable[[Path], Path]] = {
    "zip": lambda path: zipped(path, {**pets(3), "inner.zip": zipped(path.with_name("i"), pets(2)).read_bytes()}),
    "tar": lambda path: tarred(path, pets(3)),
    "tgz": lambda path: tarred(path, pets(3), "gz"),
    "npz": lambda path: npz(path.with_suffix(".npz"), images=GRAY, labels=LABELS),
    "npz, compressed": lambda path: npz(path.with_suffix(".npz"), True, images=GRAY, labels=LABELS),
    "parquet": lambda path: parquet(path, LABELS.tolist(), names=("a", "b", "c")),
    "mat": mat,
    "mat, compressed": lambda path: mat(path, True),
    "idx": idx_pair,
    "csv": csv,
    "a table": lambda path: zipped(path, {**{f"{n}.png": d for n, d in enumerate(pets(3).values())},
                                          "list.csv": b"id,label\n0,a\n1,b\n2,a\n3,b\n"}),
}  # fmt: skip


@pytest.mark.parametrize("name", MAKERS)
def test_damage_is_said_and_nothing_else_is_raised(tmp_path: Path, name: str) -> None:
    path = MAKERS[name](tmp_path / "x.bin")
    whole = path.read_bytes()
    for number in range(CASES):
        rng = np.random.default_rng(number)
        data = bytearray(whole[: rng.integers(1, len(whole))] if number % 3 == 0 else whole)
        for _ in range(rng.integers(1, 12)):
            # Heads and ends tell most of a format.
            near = (rng.integers(len(data)), rng.integers(min(200, len(data))), -1 - rng.integers(min(300, len(data))))
            data[near[rng.integers(3)]] = rng.integers(256)
        path.write_bytes(bytes(data))
        try:
            found = plan(path)
            found.preview()
            assert found.lines()
        except PixelwiseError as error:
            assert str(error)


def test_a_table_within_a_packed_file_may_be_anything(tmp_path: Path) -> None:
    for number in range(CASES):
        rng = np.random.default_rng(number)
        text = "".join(rng.choice(list("ab01,;\t\n\"'|/\\.: é"), rng.integers(1, 400)))
        plan(zipped(tmp_path / "x.zip", {**pets(2), f"list.{('csv', 'txt', 'jsonl')[number % 3]}": text.encode()}))
    plan(zipped(tmp_path / "x.zip", {**pets(2), "list.csv": gzip.compress(b"id,label\n")}))
