"""Readers of what images come in: each path has one, and what has none is told so."""

from pathlib import Path

import pytest

from core.datasets.sources.archives import open_source
from core.datasets.sources.readers import READERS, FolderReader, Member, Reader, ZipReader, reader_of
from core.datasets.store import DatasetError
from tests.unit.datasets.test_importing import image, zipped


@pytest.fixture
def places(tmp_path: Path) -> dict[type[Reader], Path]:
    (tmp_path / "pets" / "cat").mkdir(parents=True)
    (tmp_path / "pets" / "cat" / "1.png").write_bytes(image())
    return {FolderReader: tmp_path / "pets", ZipReader: zipped(tmp_path / "x.bin", {"cat/1.png": image()})}


@pytest.mark.parametrize("kind", [FolderReader, ZipReader])
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
    path = tmp_path / "notes.txt"
    path.write_text("no images")
    assert not [each for each in READERS if each.claims(path)]
    with pytest.raises(DatasetError, match=r"notes\.txt is not a valid ZIP file, or it is incomplete"):
        open_source(path)
