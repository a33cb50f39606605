"""Readers of what images come in: each path has one, and what has none is told so."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.datasets.integrity.repair import repair
from core.datasets.sources.archives import open_source
from core.datasets.sources.importing import Choices, import_images, plan
from core.datasets.sources.readers import READERS, FolderReader, Member, Reader, TarReader, ZipReader, reader_of
from core.datasets.store import DatasetError
from tests.unit.datasets.test_importing import image, imported, pets, refusals, zipped


@pytest.fixture
def places(tmp_path: Path) -> dict[type[Reader], Path]:
    (tmp_path / "pets" / "cat").mkdir(parents=True)
    (tmp_path / "pets" / "cat" / "1.png").write_bytes(image())
    return {
        FolderReader: tmp_path / "pets",
        TarReader: tarred(tmp_path / "y.bin", {"cat/1.png": image()}, "gz"),
        ZipReader: zipped(tmp_path / "x.bin", {"cat/1.png": image()}),
    }


def tarred(path: Path, members: Mapping[str, bytes | tarfile.TarInfo], packing: str = "") -> Path:
    """Write a tar of files, and of entries of other kinds."""
    with tarfile.open(path, f"w:{packing}") as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            entry = data if isinstance(data, tarfile.TarInfo) else tarfile.TarInfo(name)
            entry.name = name
            if isinstance(data, bytes):
                entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data) if isinstance(data, bytes) else None)
    return path


@pytest.mark.parametrize("kind", [FolderReader, TarReader, ZipReader])
def test_a_path_has_one_reader_which_finds_the_same_in_it(places: dict[type[Reader], Path], kind: type[Reader]) -> None:
    assert [each for each in READERS if each.claims(places[kind])] == [kind]
    reader = reader_of(places[kind], "Pets")
    assert type(reader) is kind
    (member,) = reader.members()
    assert isinstance(member, Member)
    assert (member.name, member.bytes) == ("cat/1.png", len(image()))
    with reader.opened() as opened:
        assert opened.read(member) == image()
        assert opened.begin(member, 4) == image()[:4]


def test_what_no_reader_claims_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "notes.bin"
    path.write_text("no images")
    assert not [each for each in READERS if each.claims(path)]
    with pytest.raises(DatasetError, match=r"notes\.bin is not a valid ZIP file, or it is incomplete"):
        open_source(path)


@pytest.mark.parametrize("packing", ["", "gz", "bz2", "xz"])
def test_a_tar_gives_the_same_dataset_as_a_zip(data_home: Path, tmp_path: Path, packing: str) -> None:
    members = {**pets(), "pets/dog/Thumbs.db": b"x", "./pets/cat/bad.png": b"x"}
    made = imported(tarred(tmp_path / "pets.bin", members, packing))
    assert refusals(made) == {"pets/cat/bad.png": "not-a-picture"}
    assert imported(zipped(tmp_path / "pets.zip", pets()), "again").about == made.about


def test_what_is_unsafe_in_a_tar_is_refused(data_home: Path, tmp_path: Path) -> None:
    entries: dict[str, bytes | tarfile.TarInfo] = {**pets(), "../cat/1.png": image(1), "/etc/cat/1.png": image(2)}
    kinds = {"link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "pipe": tarfile.FIFOTYPE, "disk": tarfile.BLKTYPE}
    for name, kind in kinds.items():
        entry = tarfile.TarInfo()
        entry.type, entry.linkname = kind, "/etc/passwd"
        entries[f"pets/cat/{name}.png"] = entry
    made = imported(tarred(tmp_path / "pets.tar", entries))
    assert len(made) == 20
    assert refusals(made) == {
        "../cat/1.png": "unsafe-name",
        "etc/cat/1.png": "unsafe-name",
        "pets/cat/disk.png": "no-file",
        "pets/cat/hard.png": "link",
        "pets/cat/link.png": "link",
        "pets/cat/pipe.png": "no-file",
    }
    assert {each.name for each in tmp_path.iterdir()} == {"pets.tar", "home"}


@pytest.mark.parametrize("packing", ["", "gz", "xz"])
def test_a_tar_that_is_damaged_is_said(tmp_path: Path, packing: str) -> None:
    whole = tarred(tmp_path / "x.tar", pets(), packing).read_bytes()
    for number, data in enumerate((whole[: len(whole) // 2], whole[:40], whole[:300] + b"\xff" * 300 + whole[600:])):
        path = tmp_path / f"{number}.tar"
        path.write_bytes(data)
        with pytest.raises(DatasetError, match=rf"{number}\.tar .*(incomplete|No class)"):
            plan(path)


def test_a_packed_tar_that_unpacks_to_far_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.datasets.sources.readers.unpacked._RATIO_FROM_BYTES", 100_000)
    with pytest.raises(DatasetError, match=r"bomb\.tgz unpacks to more than"):
        plan(tarred(tmp_path / "bomb.tgz", {"cat/1.png": bytes(20_000_000)}, "gz"))


def test_zips_within_a_zip_are_read_one_level_deep(data_home: Path, tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {f"train/{kind}.{n}.png": image(n + 50 * (kind == "dog"))
                                            for kind in ("cat", "dog") for n in range(5)})  # fmt: skip
    deep = zipped(tmp_path / "deep.zip", {"train.zip": inner.read_bytes(), "1.png": image(200)})
    both = {
        "train.zip": inner.read_bytes(),
        "test1.zip": deep.read_bytes(),
        "broken.zip": b"PK\3\4",
        "a.csv": b"id\n1\n",
    }
    found = plan(zipped(tmp_path / "pets.zip", both))
    assert found.labelling.class_names == ("cat", "dog")
    assert found.counts.sum() == 10
    assert {each.file: each.reason for each in found.source.refused} == {
        "test1/train.zip": "archive",
        "broken.zip": "archive",
    }
    assert [(each.where, count) for each, count in found.left_out] == [("test1", 1)]
    assert len(found.preview()["cat"]) == 3


def test_a_bomb_within_a_zip_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.datasets.sources.readers.unpacked._RATIO_FROM_BYTES", 100_000)
    inner = zipped(tmp_path / "inner.zip", {"cat/1.png": bytes(900_000)})
    with zipfile.ZipFile(tmp_path / "pets.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.zip", inner.read_bytes())
        archive.writestr("cat/1.png", image())
    found = plan(tmp_path / "pets.zip")
    assert [each.file for each in found.source.refused] == ["inner.zip"]


def test_links_are_followed_on_request_and_never_out_of_the_folder(data_home: Path, tmp_path: Path) -> None:
    root = tmp_path / "pets"
    (root / "pool" / "dogs").mkdir(parents=True)
    (root / "train" / "cat").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(image(99))
    for each in range(3):
        (root / "pool" / f"{each}.png").write_bytes(image(each))
        (root / "pool" / "dogs" / f"{each}.png").write_bytes(image(10 + each))
        (root / "train" / "cat" / f"{each}.png").symlink_to(root / "pool" / f"{each}.png")
    (root / "train" / "dog").symlink_to(Path("../pool/dogs"), target_is_directory=True)
    (root / "train" / "cat" / "out.png").symlink_to(tmp_path / "secret.png")
    (root / "train" / "cat" / "gone.png").symlink_to(root / "nowhere.png")
    (root / "train" / "cat" / "round").symlink_to(root, target_is_directory=True)
    assert {each.reason for each in open_source(root).refused} == {"link"}
    found = open_source(root, follow_links=True)
    assert {each.file: each.reason for each in found.refused} == {
        f"train/cat/{name}": "outside" for name in ("out.png", "gone.png", "round")
    }
    linked = [member.name for member in found.members if member.name.startswith("train")]
    assert linked == [f"train/{kind}/{each}.png" for kind in ("cat", "dog") for each in range(3)]
    made = import_images(plan(root, Choices(labelling="folders:2", follow_links=True)), name="mine", title="Mine")
    assert {"cat", "dog"} <= set(made.about.class_names)
    assert len(repair("mine")) == len(made)


def test_packings_that_are_not_read_are_said_before_the_import(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "x.zip", pets(2)).read_bytes())
    first, listed = data.index(b"PK\3\4"), data.index(b"PK\1\2")
    data[first + 8 : first + 10] = data[listed + 10 : listed + 12] = (9).to_bytes(2, "little")
    (tmp_path / "x.zip").write_bytes(data)
    (refused,) = open_source(tmp_path / "x.zip").refused
    assert (refused.file, refused.reason) == ("pets/cat/0.png", "packing")
    assert "Deflate64" in refused.sentence
