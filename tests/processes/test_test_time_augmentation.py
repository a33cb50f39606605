"""A network that predicts from several views of an image, before and after it is saved."""

from pathlib import Path

import keras
import numpy as np
import pytest

from core.networks.layers import Activation, Conv2D, Dense, Flatten
from core.networks.network import Network
from core.nn.inference.channel_statistics import statistics, with_statistics
from core.nn.inference.grad_cam import Probe
from core.nn.inference.test_time_augmentation import for_prediction
from core.nn.layers.build import build_model
from core.recipes.fit import Fit
from core.recipes.recipe import RecipeError

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (5, 8, 6, 3), np.uint8)
NETWORK = Network(
    (Conv2D(4, activation="linear"), Activation("relu"), Flatten(), Dense(7, "relu"), Dense(3, "softmax"))
)
FITS = pytest.mark.parametrize(
    "fit", [Fit(mirrored=True), Fit(shifted=2), Fit(mirrored=True, shifted=1)], ids=["mirrored", "shifted", "both"]
)


def both(fit: Fit) -> tuple[keras.Model, keras.Model]:
    """The network as it is, and with views, with the same weights."""
    keras.utils.set_random_seed(0)
    plain, with_views = (build_model(NETWORK, IMAGES.shape[1:], each) for each in (Fit(), fit))
    with_views.set_weights(plain.get_weights())
    return plain, with_views


def views(fit: Fit) -> list[np.ndarray]:
    """What a fit's network looks at, made by NumPy."""
    made, pixels = [IMAGES], fit.shifted
    if pixels:
        padded = np.pad(IMAGES, ((0, 0), (pixels, pixels), (pixels, pixels), (0, 0)), mode="reflect")
        made += [padded[:, : -2 * pixels, : -2 * pixels], padded[:, 2 * pixels :, 2 * pixels :]]
    return made + [view[:, :, ::-1] for view in made] if fit.mirrored else made


@FITS
def test_it_predicts_from_the_mean_of_its_views_and_learns_from_the_image_alone(fit: Fit) -> None:
    plain, with_views = both(fit)
    # Softmax of the mean of the scores is the normalised geometric mean of the probabilities.
    product = np.prod([np.asarray(plain(view)) ** (1 / fit.views) for view in views(fit)], axis=0)
    expected = product / product.sum(axis=1, keepdims=True)
    found = np.asarray(with_views(IMAGES, training=False))
    assert len(views(fit)) == fit.views
    assert found == pytest.approx(expected, abs=1e-5)
    assert found != pytest.approx(np.asarray(plain(IMAGES)), abs=1e-3)
    assert np.array_equal(with_views(IMAGES, training=True), plain(IMAGES, training=True))


def test_an_image_and_its_mirror_image_are_answered_alike() -> None:
    _, mirrored = both(Fit(mirrored=True))
    assert np.asarray(mirrored(IMAGES[:, :, ::-1])) == pytest.approx(np.asarray(mirrored(IMAGES)), abs=1e-5)


@FITS
def test_saved_it_predicts_the_same_and_holds_keras_layers_alone(fit: Fit, tmp_path: Path) -> None:
    plain, with_views = both(fit)
    for_prediction(with_views).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    assert {type(layer).__module__.split(".")[0] for layer in loaded.layers} == {"keras"}
    assert np.asarray(loaded(IMAGES)) == pytest.approx(np.asarray(with_views(IMAGES)), abs=1e-6)
    for mine, theirs in zip(loaded.get_weights(), plain.get_weights(), strict=True):
        assert np.array_equal(mine, theirs)


@FITS
def test_features_and_statistics_are_means_over_the_views_and_heat_is_that_of_the_image(
    fit: Fit, tmp_path: Path
) -> None:
    keras.backend.clear_session()
    plain, with_views = both(fit)
    for_prediction(with_views).save(tmp_path / "model.keras")
    keras.backend.clear_session()  # Names are given from the beginning again, as in another process.
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    found = with_statistics(loaded)
    expected = np.mean([Probe(plain).features(view) for view in views(fit)], axis=0)
    assert Probe(loaded).features(IMAGES) == pytest.approx(expected, rel=1e-4, abs=1e-4)
    expected = np.mean([statistics(with_statistics(plain), view) for view in views(fit)], axis=0)
    assert statistics(found, IMAGES) == pytest.approx(expected, rel=1e-4, abs=1e-4)
    assert np.asarray(found(IMAGES)[1]) == pytest.approx(np.asarray(with_views(IMAGES)), abs=1e-6)
    image = IMAGES[0].copy()
    image[:, :3] = 0  # Nothing is to be seen on its left.
    heat = Probe(loaded).heat_maps(image, [0, 1, 2]).maps
    assert heat.shape[0] == 3
    assert heat[:, :, 0].max() == 0 < heat[:, :, 2:].max()


def test_images_are_not_shifted_by_more_than_they_are_wide() -> None:
    build_model(NETWORK, IMAGES.shape[1:], Fit(shifted=5))
    with pytest.raises(RecipeError, match="of 8 × 6 can be shifted by 5 at most"):
        build_model(NETWORK, IMAGES.shape[1:], Fit(shifted=6))
