"""A photo is seen as the images of the dataset are, and compared with all of them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.prediction import similar, worker
from tests.unit.made_features import keep_features
from tests.unit.photos import array_set


@pytest.mark.parametrize(("channels", "gray"), [(1, True), (3, False)])
def test_a_photo_loses_its_colours_where_the_images_have_none(
    data_home: Path, monkeypatch: pytest.MonkeyPatch, channels: int, gray: bool
) -> None:
    dataset = array_set("three", np.zeros((3, 2, 2, channels), np.uint8), [0] * 3, "a")
    seen: list[np.ndarray] = []

    def ask(_function: object, images: np.ndarray) -> np.ndarray:
        seen.append(images)
        return np.eye(1, 1280, 2, dtype=np.float32)

    monkeypatch.setattr(worker, "ask", ask)
    photo = Image.new("RGB", (90, 40), (250, 20, 20))
    assert similar.like_photo(dataset, photo, 2) is None, "features have to be made first"
    assert seen == []
    keep_features(dataset, np.array([[1, 0, 0], [0, 0, 2], [0, 3, 1]]))
    found = similar.like_photo(dataset, photo, 2)
    assert found is not None
    assert found.tolist() == [1, 2]
    assert seen[0].shape == (1, 224, 224, 3)
    assert (len(np.unique(seen[0])) == 1) == gray
