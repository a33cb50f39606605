"""A network that learns from kept features comes to what it comes to when each image goes through all of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import runs
from core.augmentation import Augmentation
from core.datasets.sources import catalogue
from core.networks.layers import BatchNormalization, Dense, Dropout, GlobalAveragePooling2D, Pretrained
from core.networks.network import Network
from core.nn import train
from core.nn.training.journal import Journal
from core.preprocessing import Pipeline
from core.recipes.fit import Fit
from core.recipes.recipe import Recipe, find_recipe
from core.runs import Run, checkpoint
from core.training import features

LAYERS = (Pretrained("EfficientNetLite0", size=32), GlobalAveragePooling2D(), BatchNormalization(), Dropout(0.3))
FIT = Fit(epochs=2, batch_size=64, averaging=0.9)


def recipe() -> Recipe:
    network = Network((*LAYERS, Dense(10, "softmax")))
    small = find_recipe("digits-dense").with_settings({"split.pictures": 150})
    return replace(small, network=network, steps=Pipeline(), augmentation=None, fit=FIT)


def trained(of: Recipe) -> Run:
    """Return a run that was trained in this process."""
    run = runs.create(of)
    assert train.carry_out(Journal(run)) == 0, run.status().cause
    return run


def test_kept_features_train_the_same_network_and_a_training_goes_on_with_them(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    catalogue.open_dataset("digits")
    monkeypatch.setattr(checkpoint, "prune", lambda *_: None)
    quick = trained(recipe())
    assert list((data_home / "features").glob("*/*.npy"))
    assert not (data_home / "prepared").exists()
    with monkeypatch.context() as patch:
        patch.setattr(features, "beginning", lambda _: None)
        slow = trained(recipe())
    networks = [keras.saving.load_model(run.folder / "model.keras") for run in (quick, slow)]
    for mine, theirs in zip(*(network.get_weights() for network in networks), strict=True):
        assert np.allclose(mine, theirs, rtol=0.01, atol=0.01)
    for name in ("validation_probabilities", "test_probabilities"):
        mine, theirs = (np.load(run.folder / "evaluation.npz")[name] for run in (quick, slow))
        assert np.allclose(mine, theirs, atol=0.01)
    measured = [[record for record in run.metrics() if record["kind"] == "epoch"] for run in (quick, slow)]
    for mine, theirs in zip(*measured, strict=True):
        assert mine["val_loss"] == pytest.approx(theirs["val_loss"], abs=0.01)
        assert mine["loss"] == pytest.approx(theirs["loss"], abs=0.01)

    # A training that was paused after its first epoch, and one that an earlier version began, through the network.
    expected = np.load(quick.folder / "evaluation.npz")["test_probabilities"]
    for run in (quick, slow):
        last, *_ = checkpoint.checkpoints(run.checkpoint_folder)
        last.unlink()
        first = run.checkpoint()
        assert first is not None
        assert (first.progress.epoch, first.has_a_pretrained_network) == (1, run is slow)
        run.write_status(replace(run.status(), state=runs.PAUSED))
        assert train.carry_out(Journal(Run(run.folder))) == 0, run.status().cause
        assert [record["epoch"] for record in run.metrics() if record["kind"] == "epoch"] == [1, 2]
        assert np.allclose(np.load(run.folder / "evaluation.npz")["test_probabilities"], expected, atol=0.02)


def test_images_that_chance_changes_go_through_the_network(data_home: Path) -> None:
    catalogue.open_dataset("digits")
    moved = replace(recipe(), augmentation=Augmentation(rotation_range=10), fit=replace(FIT, epochs=1))
    trained(moved)
    assert not (data_home / "features").exists()
