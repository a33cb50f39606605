"""What images show in ImageNet's words: by the network's last layer on kept features, none of which is made anew."""

from pathlib import Path

import numpy as np
import pytest

from core.datasets.features import imagenet_classes
from core.datasets.store import Dataset
from core.networks import imagenet
from core.settings import SettingError
from tests.unit.made_features import NUMBERS, keep_features
from tests.unit.photos import array_set

PALACE, DAISY = 698, 985


def last_layer() -> dict[str, np.ndarray]:
    """Return a last layer that takes the first feature for a palace and the second for a daisy, and all else for noise.

    The other 998 classes share what is left, some per mille each.
    """
    weights = np.zeros((imagenet.CLASSES, NUMBERS), np.float32)
    weights[PALACE, 0] = weights[DAISY, 1] = 10
    return {"_fc.weight": weights, "_fc.bias": np.zeros(imagenet.CLASSES, np.float32)}


@pytest.fixture
def dataset(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setattr(imagenet_classes, "lite_weights", last_layer)
    return array_set("five", np.zeros((5, 2, 2, 1), np.uint8), [0] * 5, "a")


def test_images_are_found_by_what_they_show_the_surest_first(dataset: Dataset) -> None:
    assert imagenet_classes.of_dataset(dataset) is None, "features have to be made first"
    assert imagenet_classes.of_image(dataset, 0) == []
    keep_features(dataset, np.array([[0.8, 0], [0, 1], [1, 0], [0, 0], [0.75, 0.72]]))
    shown = imagenet_classes.of_dataset(dataset)
    assert shown is not None
    assert shown.showing(["palace"]).tolist() == [2, 0, 4]
    assert shown.showing(["daisy"]).tolist() == [1, 4]
    assert shown.showing(["palace", "daisy"]).tolist() == [1, 2, 4, 0]
    assert shown.showing(["tench"]).tolist() == [], "a thousandth is no answer"
    assert shown.counts == {"palace": 3, "daisy": 2}
    ((name, probability),) = imagenet_classes.of_image(dataset, 2)
    assert name == "palace"
    assert probability == pytest.approx(np.exp(10) / (np.exp(10) + 999), abs=1e-4)
    assert imagenet_classes.of_image(dataset, 3) == []


def test_it_is_kept_and_made_again_where_it_is_damaged(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_features(dataset, np.eye(5))
    first = imagenet_classes.of_dataset(dataset)
    asked: list[int] = []

    def weights() -> dict[str, np.ndarray]:
        asked.append(1)
        return last_layer()

    monkeypatch.setattr(imagenet_classes, "lite_weights", weights)
    again = imagenet_classes.of_dataset(dataset)
    assert first is not None
    assert again is not None
    assert np.array_equal(first.classes, again.classes)
    assert asked == []
    (dataset.folder / "imagenet-classes.npz").write_bytes(b"torn")
    assert imagenet_classes.of_dataset(dataset) is not None
    assert asked == [1]


def test_a_missing_package_is_said(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    imagenet.class_names.cache_clear()
    monkeypatch.setattr(imagenet, "files", lambda _: Path("nowhere"))
    with pytest.raises(SettingError, match="names of ImageNet's classes cannot be read"):
        imagenet_classes.of_dataset(dataset)
