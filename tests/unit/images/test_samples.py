"""The sample photos: there without a network, and their licences told."""

from pathlib import Path

import pytest

from core.images import samples
from core.images.image_io import read_image


@pytest.mark.parametrize("name", samples.PHOTOS)
def test_every_sample_is_a_photo(name: str) -> None:
    image = read_image(samples.photo(name))
    assert image.mode == "RGB"
    assert min(image.size) >= 300


def test_whose_each_file_is_stands_beside_it() -> None:
    folder = Path(samples.__file__).parent
    said = (folder / "README.md").read_text(encoding="utf-8")
    assert all(path.name in said for path in folder.glob("*.jpg"))
