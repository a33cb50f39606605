"""Augmentation against Keras: the same draws give the same images; the printed code runs and means the same."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.augmentation import OPERATIONS, Augmentation, Draw, Operation
from tests.paths import SHARED
from tests.unit.operation_examples import alone

# Keras still finds SciPy's affine_transform where it was.
pytestmark = pytest.mark.filterwarnings("ignore:Please import `affine_transform`:DeprecationWarning")
DATASETS = SHARED / "datasets"
DRAWS = 500
BENT = Augmentation(
    rotation_range=45,
    width_shift_range=0.2,
    height_shift_range=0.2,
    shear_range=15,
    zoom_range=(0.7, 1.3),
    horizontal_flip=True,
    vertical_flip=True,
)
EVERYTHING = replace(
    BENT,
    brightness_range=(0.5, 1.5),
    contrast_range=(0.9, 1.3),
    channel_shift_range=30,
    erasing=0.5,
    erasing_value=9,
)


def cut_photos() -> np.ndarray:
    """Squares cut out of the two photos that come with scikit-learn."""
    from sklearn.datasets import load_sample_images

    squares = [
        photo[top : top + 96, left : left + 96]
        for photo in load_sample_images().images
        for top in range(0, 331, 40)
        for left in range(0, 541, 60)
    ]
    return np.stack(squares)


def photos(file: str, side: int) -> np.ndarray:
    """Images from all over a zip file, brought to squares."""
    with zipfile.ZipFile(DATASETS / file) as zipped:
        names = [name for name in zipped.namelist() if name.endswith(".jpg")]
        opened = [Image.open(io.BytesIO(zipped.read(name))) for name in names[:: len(names) // DRAWS]]
    return np.stack([np.asarray(ImageOps.fit(each.convert("RGB"), (side, side))) for each in opened])


@pytest.fixture(scope="module", params=["scikit-learn's photos", "cats-vs-dogs.zip", "cifar10-folders.zip"])
def images(request: pytest.FixtureRequest) -> np.ndarray:
    if not request.param.endswith(".zip"):
        found = cut_photos()
    elif (DATASETS / request.param).exists():
        found = photos(request.param, 32 if "cifar" in request.param else 96)
    else:
        pytest.skip(f"{request.param} is not there")
    return np.resize(found, (DRAWS, *found.shape[1:]))


def by_keras(images: np.ndarray, draws: list[Draw], **settings: Any) -> np.ndarray:
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    generator = ImageDataGenerator(**settings)
    pairs = zip(images.astype(np.float32), draws, strict=True)
    return np.stack([generator.apply_transform(image, draw) for image, draw in pairs])


@pytest.mark.parametrize(
    ("fill_mode", "more"),
    [
        ("nearest", {}),
        ("reflect", {}),
        ("constant", {}),
        ("nearest", {"channel_shift_range": 30.0}),
        ("reflect", {"brightness_range": (0.5, 1.5)}),
        ("constant", {"channel_shift_range": 60.0, "brightness_range": (0.8, 1.2)}),
    ],
)
def test_the_same_draws_give_keras_images(images: np.ndarray, fill_mode: str, more: dict[str, Any]) -> None:
    augmentation = replace(BENT, fill_mode=fill_mode, cval=40.0, **more)
    _, height, width, _ = images.shape
    draws = augmentation.draw(DRAWS, height, width, np.random.default_rng(4))
    difference = np.abs(augmentation.apply(images, draws) - by_keras(images, draws, fill_mode=fill_mode, cval=40.0))
    # Ours are whole numbers, which alone makes 0.25; Keras cuts the decimals off before it brightens.
    assert difference.mean() <= (0.75 if "brightness_range" in more else 0.5)
    assert (difference <= 4).all(axis=-1).mean() >= 0.999


def test_keras_exchanges_the_shifts_when_it_draws_and_only_then() -> None:
    """When this fails, Keras has mended it, and what the printed code says about it must go."""
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    sideways = Augmentation(width_shift_range=0.5)
    drawn = ImageDataGenerator(width_shift_range=0.5).get_random_transform((32, 32, 3), seed=0)
    assert drawn["tx"] == 0
    assert drawn["ty"] != 0
    (ours,) = sideways.draw(1, 32, 32, np.random.default_rng(0))
    assert ours["tx"] != 0
    assert ours["ty"] == 0


def test_draws_that_keras_makes_are_taken_as_they_are() -> None:
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    generator, images = ImageDataGenerator(rotation_range=40, zoom_range=0.3, horizontal_flip=True), cut_photos()[:20]
    drawn = [generator.get_random_transform(image.shape, seed=seed) for seed, image in enumerate(images)]
    assert "contrast" not in drawn[0]
    difference = np.abs(Augmentation().apply(images, drawn) - by_keras(images, drawn))
    assert difference.mean() <= 0.5


def run(code: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    exec(code, made)  # noqa: S102 the code that a learner copies
    return made


@pytest.mark.parametrize(
    "augmentation",
    [Augmentation(), Augmentation(width_shift_range=3, fill_mode="constant", cval=7.0), EVERYTHING],
)
def test_the_printed_generator_has_the_same_settings_and_draws_within_them(augmentation: Augmentation) -> None:
    code = augmentation.generator_code()
    made = run(code)["generator"]
    for name in ("rotation_range", "width_shift_range", "height_shift_range", "shear_range", "horizontal_flip"):
        assert getattr(made, name) == getattr(augmentation, name)
    for name in ("vertical_flip", "brightness_range", "channel_shift_range", "fill_mode", "cval"):
        assert getattr(made, name) == getattr(augmentation, name)
    assert tuple(made.zoom_range) == augmentation.zoom_range
    assert ("exchanges the two shifts" in code) == bool(augmentation.width_shift_range)
    assert ("no contrast_range" in code) == ("no erasing" in code) == (augmentation is EVERYTHING)

    drawn = [made.get_random_transform((40, 40, 3), seed=seed) for seed in range(300)]
    ours = augmentation.draw(300, 40, 40, np.random.default_rng(0))
    for name in ("theta", "shear", "zx", "zy", "flip_horizontal", "channel_shift_intensity", "brightness"):
        theirs, own = ([draw[name] for draw in draws] for draws in (drawn, ours))
        if theirs[0] is None:
            assert set(own) == {None}
        else:
            theirs, own = (np.quantile(np.array(each, float), [0.02, 0.5, 0.98]) for each in (theirs, own))
            assert theirs == pytest.approx(own, abs=0.15 * (np.ptp(theirs) or 1))
    # Exchanged, as the code says.
    assert max(abs(draw["ty"]) for draw in drawn) == pytest.approx(max(abs(draw["tx"]) for draw in ours), rel=0.05)


def test_the_printed_generator_gives_our_images_for_our_draws(images: np.ndarray) -> None:
    augmentation = replace(EVERYTHING, contrast_range=None, erasing=0.0)
    _, height, width, _ = images.shape
    draws = augmentation.draw(20, height, width, np.random.default_rng(1))
    made = run(augmentation.generator_code())["generator"]
    for image, ours, draw in zip(images, augmentation.apply(images[:20], draws), draws, strict=False):
        assert np.abs(made.apply_transform(image.astype(np.float32), draw) - ours).mean() < 1.5


def through_layers(augmentation: Augmentation, images: np.ndarray) -> np.ndarray:
    import keras

    keras.utils.set_random_seed(0)
    code = augmentation.layers_code()
    return np.asarray(run(code)["augmentation"](images.astype(np.float32), training=True))


def dots(size: int = 41) -> np.ndarray:
    """Images of a bright square whose place and size tell how they were moved."""
    image = np.zeros((size, size, 1), np.uint8)
    image[size // 2 - 3 : size // 2 + 4, size // 2 - 3 : size // 2 + 4] = 200
    return np.repeat(image[np.newaxis], 200, axis=0)


def centres(images: np.ndarray) -> np.ndarray:
    """The mean place of the light, float `(n, 2)`: row and column, from the middle."""
    weights = images[..., 0].astype(float)
    places = np.indices(weights.shape[1:]) - (weights.shape[1] - 1) / 2
    return np.einsum("nhw,ahw->na", weights, places) / weights.sum((1, 2))[:, np.newaxis]


def test_the_printed_layers_move_images_within_the_same_ranges() -> None:
    for augmentation, rows, columns in (
        (Augmentation(width_shift_range=0.2, fill_mode="constant"), 0, 8.2),
        (Augmentation(height_shift_range=5, fill_mode="constant"), 5 * 41 / 32, 0),
    ):
        theirs = centres(through_layers(augmentation, dots()))
        assert np.abs(theirs).max(axis=0) == pytest.approx([rows, columns], abs=0.3)
    ours = Augmentation(width_shift_range=0.2, fill_mode="constant")
    moved = ours.apply(dots(), ours.draw(200, 41, 41, np.random.default_rng(0)))
    assert np.abs(centres(moved)).max(axis=0) == pytest.approx([0, 8.2], abs=0.3)


def widths(images: np.ndarray) -> np.ndarray:
    """How many pixels of the middle row are bright."""
    return (images[:, 20, :, 0] > 100).sum(axis=1)


def spreads(images: np.ndarray) -> np.ndarray:
    """How far apart an image's values are."""
    return np.ptp(images, axis=(1, 2, 3))


def middles(images: np.ndarray) -> np.ndarray:
    """The value of the pixel in the middle."""
    return images[:, 20, 20, 0]


def erased(images: np.ndarray) -> np.ndarray:
    """The share of pixels with the value of erased boxes."""
    return (images == EVERYTHING.erasing_value).mean(axis=(1, 2, 3))


@pytest.mark.parametrize(
    ("augmentation", "measured", "low", "high"),
    [
        (Augmentation(zoom_range=(0.5, 2)), widths, 7 / 2, 7 / 0.5),
        (Augmentation(zoom_range=(0.4, 0.6)), widths, 7 / 0.6, 7 / 0.4),
        (Augmentation(contrast_range=(0.8, 1.2)), spreads, 100 * 0.8, 100 * 1.2),
        (Augmentation(contrast_range=(1.1, 1.2)), spreads, 100 * 1.1, 100 * 1.2),
        (Augmentation(channel_shift_range=30), middles, 170, 230),
        (Augmentation(erasing=1, erasing_value=9, erasing_scale=(0.1, 0.2)), erased, 0.1, 0.2),
    ],
)
def test_the_printed_layers_change_images_within_the_same_ranges(
    augmentation: Augmentation, measured: Callable[[np.ndarray], np.ndarray], low: float, high: float
) -> None:
    images = np.maximum(dots(), 0 if measured is widths else 100)
    if measured is middles:
        # Keras's channel shift, and so ours, keeps within the image's own values.
        images[:, 0, :2, 0] = (0, 255)
    ours = augmentation.apply(images, augmentation.draw(200, 41, 41, np.random.default_rng(0)))
    for made in (through_layers(augmentation, images), ours):
        found = measured(made.astype(float))
        assert found.min() == pytest.approx(low, abs=0.15 * (high - low))
        assert found.max() == pytest.approx(high, abs=0.15 * (high - low))


def test_the_printed_layers_of_everything_run() -> None:
    for augmentation in (EVERYTHING, replace(EVERYTHING, fill_mode="wrap", zoom_range=(3, 4), contrast_range=(0.2, 1))):
        made = through_layers(augmentation, dots())
        assert made.shape == dots().shape
        assert len({each.tobytes() for each in made}) > 100
    unchanged = through_layers(Augmentation(), dots())
    assert np.array_equal(unchanged, dots())


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.__name__)
def test_what_each_operation_prints_for_keras_runs(operation: type[Operation]) -> None:
    augmentation = alone(operation)
    assert run(augmentation.generator_code())["generator"]
    images = np.random.default_rng(0).integers(0, 256, (50, 41, 41, 1), np.uint8)
    made = through_layers(augmentation, images)
    assert made.shape == images.shape
    if "layers.Identity()" not in augmentation.layers_code():
        assert not np.array_equal(made, images)
