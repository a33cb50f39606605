"""Names in archives of before UTF-8 are decoded as what they are."""

from pathlib import Path

import pytest

from core.datasets.sources.importing import plan
from core.datasets.sources.readers.encodings import encoding_of
from tests.unit.datasets.test_importing import image, pets, zipped

NAMES = {
    "gbk": ["猫咪/1.jpg", "小狗/2.jpg"],
    "gb2312": ["苹果/苹果 (1).jpg", "香蕉/香蕉 (2).jpg", "橙子/3.jpg"],
    "shift_jis": ["ねこ/写真1.jpg", "犬/2.jpg"],
    "cp932": ["猫/1.jpg", "犬/2.jpg"],
    "cp1251": ["Кошки/1.jpg", "собаки и волки/2.jpg", "ЁЖ/3.jpg"],
    "cp866": ["Кошки/1.jpg", "собаки и волки/2.jpg"],
    "cp949": ["고양이/1.jpg", "강아지/2.jpg"],
    "big5": ["貓咪/1.jpg", "小狗/2.jpg"],
    "cp437": ["Hündchen/1.jpg", "Kätzchen/2.jpg", "Vögel/3.jpg", "Ö/4.jpg", "été/5.jpg", "Köter/6.jpg"],
}


@pytest.mark.parametrize("encoding", NAMES)
def test_an_encoding_is_found_by_the_names(encoding: str) -> None:
    raw = [name.encode(encoding) for name in NAMES[encoding]]
    found = encoding_of(raw)
    assert [name.decode(found) for name in raw] == NAMES[encoding]


def test_anything_has_an_encoding() -> None:
    assert encoding_of([]) == "cp437"
    assert encoding_of([bytes(range(256))]) == "cp437"


def test_classes_of_a_chinese_archive_have_their_names(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {name.replace("pets/cat", "pets/c???").replace("pets/dog", "pets/d???"): data
                                       for name, data in pets(4).items()})  # fmt: skip
    data = path.read_bytes().replace(b"c???", "猫咪".encode("gbk")).replace(b"d???", "小狗".encode("gbk"))
    path.write_bytes(data)
    assert plan(path).labelling.class_names == ("小狗", "猫咪")
    assert plan(zipped(tmp_path / "y.zip", {"ü/1.png": image(), "猫/1.png": image(1)})).labelling.class_names == (
        "ü",
        "猫",
    )
