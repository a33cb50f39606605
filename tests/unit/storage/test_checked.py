"""The checked reader: what is taken, what is refused with the file's name, and the checksum of JSON."""

import json
import struct
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest

from core.storage import checked
from core.storage.checked import Array, Between, DamagedError, Longest, MissingError, OneOf, OrNan


@dataclass(frozen=True)
class Inner:
    ids: tuple[Annotated[int, Between(0, 9)], ...] = ()


@dataclass(frozen=True)
class Outer:
    name: Annotated[str, Longest(5)]
    share: Annotated[float, Between(0, 1)]
    state: Annotated[str, OneOf(("on", "off"))] = "off"
    pair: tuple[int, str] = (0, "")
    labels: dict[int, int] = field(default_factory=dict)
    loss: Annotated[float, Between(0, 1e9), OrNan()] = 0.0
    inner: tuple[Inner, ...] = ()
    maybe: int | None = None
    rest: Any = None


GOOD = {
    "name": "a",
    "share": 1,
    "state": "on",
    "pair": [3, "x"],
    "labels": {"7": 1},
    "loss": float("nan"),
    "inner": [{"ids": [1, 2]}],
    "maybe": None,
    "rest": {"deep": [1]},
    "of a later version": True,
}


def test_what_is_declared_is_read(tmp_path: Path) -> None:
    path = tmp_path / "thing.json"
    checked.write(path, GOOD)
    found = checked.read_object(path, Outer)
    assert (found.share, found.state, found.pair, found.labels) == (1, "on", (3, "x"), {7: 1})
    assert found.inner == (Inner((1, 2)),)
    assert np.isnan(found.loss)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": 3}, "name must be text"),
        ({"name": "abcdef"}, "at most 5 letters"),
        ({"name": "\ud800"}, "half letters"),
        ({"share": 1.5}, "share must be a number from 0 to 1; it is 1.5"),
        ({"share": float("nan")}, "share must be"),
        ({"share": True}, "share must be"),
        ({"share": None}, "share must be"),
        ({"loss": float("inf")}, "loss must be"),
        ({"state": "up"}, "one of on, off"),
        ({"pair": [1]}, "a list of 2"),
        ({"labels": {"x": 1}}, "a key of digits"),
        ({"labels": []}, "an object"),
        ({"inner": [{"ids": [1, 10]}]}, r"inner.\[0\].ids.\[1\] must be a whole number from 0 to 9"),
        ({"inner": {}}, "inner must be a list"),
        ({"maybe": "1"}, "a whole number or null"),
        ({"maybe": 10**30}, "maybe must be"),
        ({"rest": float("inf")}, "finite"),
        ({"rest": json.loads("[" * 60 + "]" * 60)}, "50 levels"),
    ],
)
def test_what_is_not_declared_is_refused_with_its_place(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    path = tmp_path / "thing.json"
    path.write_text(json.dumps(GOOD | change))
    with pytest.raises(DamagedError, match=rf"^thing\.json is not what it should be: .*{said}"):
        checked.read_object(path, Outer)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"{", "cannot be read as JSON"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b"[" * 100_000, "nested"),
        (b"9" * 5_000, "cannot be read as JSON"),
        (b"[]", "must be an object"),
        (b" " * 2_000_000, "too large"),
    ],
)
def test_files_that_are_none_are_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "thing.json"
    path.write_bytes(data)
    with pytest.raises(DamagedError, match=rf"^thing\.json .*{said}"):
        checked.read_object(path, Outer)


def test_what_cannot_be_read_is_said_and_what_is_missing_is_told_apart(tmp_path: Path) -> None:
    loop = tmp_path / "loop.json"
    loop.symlink_to(loop.name)
    for path, kind in ((loop, DamagedError), (tmp_path, DamagedError), (tmp_path / "no.json", MissingError)):
        with pytest.raises(kind, match=path.name):
            checked.read_object(path, Outer)


@pytest.mark.parametrize("indent", [None, 1])
def test_every_changed_bit_of_a_written_file_is_found_or_changes_nothing(indent: int | None) -> None:
    data = {"epoch": 17, "loss": 0.25, "title": "größer", "of": [1, 2, {"a": None}]}
    written = checked.text(data, indent=indent).encode()
    assert checked.parse(written, Path("x.json")) == data
    assert json.loads(written).keys() - data.keys() == {"checksum"}
    for place in range(len(written)):
        for bit in range(8):
            changed = bytearray(written)
            changed[place] ^= 1 << bit
            try:
                found = checked.parse(bytes(changed), Path("x.json"))
            except DamagedError as error:
                assert str(error).startswith("x.json ")
            else:
                assert {name: found[name] for name in data} == data, (place, bit)


def test_files_without_a_checksum_are_read_and_a_copy_may_be_changed(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_text('{"a": 1}')
    assert checked.read_json(path) == {"a": 1}
    checked.write(path, {"a": 1})
    path.write_text(path.read_text().replace("1", "2", 1))
    with pytest.raises(DamagedError, match="changed since it was written"):
        checked.read_json(path)
    assert checked.read_json(path, verified=False) == {"a": 2}


WANTED = {
    "ids": Array(np.int64, ("n",), low=0, high=9),
    "labels": Array(np.int16, ("n",), low=0, high="classes"),
    "probabilities": Array(np.float32, ("n", "classes"), low=0, high=1),
}
ARRAYS: dict[str, Any] = {
    "ids": np.arange(3),
    "labels": np.array([0, 1, 1], np.int32),
    "probabilities": np.eye(3, 2, dtype=np.float64),
}


def test_arrays_are_read_as_they_are_declared(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **ARRAYS)
    found = checked.read_arrays(tmp_path / "a.npz", WANTED)
    assert {name: array.dtype.str[1:] for name, array in found.items()} == {
        "ids": "i8",
        "labels": "i2",
        "probabilities": "f4",
    }
    np.save(tmp_path / "a.npy", ARRAYS["ids"])
    assert checked.read_array(tmp_path / "a.npy", WANTED["ids"]).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ids": np.arange(4)}, "labels must be 4; it is 3"),
        ({"ids": np.array([0, 1, 10])}, "ids has 0 to 10"),
        ({"ids": np.arange(3.0)}, "ids must be int64; it is float64"),
        ({"labels": np.array([0, 1, 2])}, "labels has 0 to 2"),
        ({"labels": np.array([0, 2**40, 1])}, "labels has"),
        ({"probabilities": np.eye(3)[0]}, "must be"),
        ({"probabilities": np.array(["x"])}, "must be float32"),
    ],
)
def test_arrays_of_another_shape_kind_or_range_are_refused(
    tmp_path: Path, change: dict[str, np.ndarray], said: str
) -> None:
    np.savez(tmp_path / "a.npz", **ARRAYS | change)
    with pytest.raises(DamagedError, match=rf"^a\.npz .*{said}"):
        checked.read_arrays(tmp_path / "a.npz", WANTED)


@pytest.mark.parametrize(
    ("array", "wanted"),
    [
        (np.full(2, 1e30, np.float32), Array(np.float16, ("n",), finite=True)),
        (np.full(2, -1e300), Array(np.float32, ("n",), finite=True)),
        (np.full(2, 2**40), Array(np.int32, ("n",))),
        (np.full(2, -1), Array(np.uint8, ("n",))),
        (np.full(2, 2**63, np.uint64), Array(np.int64, ("n",))),
    ],
)
def test_numbers_that_are_too_large_for_their_kind_are_refused(
    tmp_path: Path, array: np.ndarray, wanted: Array
) -> None:
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(DamagedError, match=r"a\.npy is not what it should be"):
        checked.read_array(tmp_path / "a.npy", wanted)


def test_no_room_is_made_for_what_an_array_only_claims(tmp_path: Path) -> None:
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }".ljust(117) + b"\n"
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(64)
    (tmp_path / "a.npy").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("ids.npy", data)
    with pytest.raises(DamagedError, match=r"a\.npy"):
        checked.read_array(tmp_path / "a.npy", Array(np.float32, ("n",)))
    with pytest.raises(DamagedError, match="claims 4,398,046,511,104 bytes"):
        checked.read_arrays(tmp_path / "a.npz", None)
