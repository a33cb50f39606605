"""Augmentation: what is drawn, done and refused. `tests/processes` holds it against Keras."""

import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from core.augmentation import CHANCES, FIELDS, FILL_MODES, Augmentation, Draw, describe, extremes, strip
from core.augmentation.applying import _warp_singly
from core.settings import SettingError
from tests.unit.operation_examples import EXAMPLES

AFFINE = Augmentation(
    rotation_range=30,
    width_shift_range=0.2,
    height_shift_range=5,
    shear_range=15,
    zoom_range=(0.7, 1.3),
    horizontal_flip=True,
    vertical_flip=True,
)
FIRST: dict[str, Any] = {
    "rotation_range": 20,
    "width_shift_range": 0.1,
    "height_shift_range": 3,
    "shear_range": 12.5,
    "zoom_range": (0.5, 1.5),
    "horizontal_flip": True,
    "vertical_flip": True,
    "brightness_range": (0.5, 1.5),
    "contrast_range": (0.8, 1.2),
    "channel_shift_range": 30,
    "erasing": 0.5,
    "erasing_scale": (0.1, 0.2),
    "erasing_ratio": (0.5, 2.0),
    "erasing_value": 7,
    "fill_mode": "constant",
    "cval": 99.0,
}
OTHER = {**EXAMPLES, **FIRST}
(STAY,) = Augmentation().draw(1, 8, 8, np.random.default_rng(0))


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def noise(n: int = 20, height: int = 24, width: int = 32, channels: int = 3) -> np.ndarray:
    return generator().integers(0, 256, (n, height, width, channels), np.uint8)


def done(images: np.ndarray, augmentation: Augmentation = Augmentation(), **draw: Any) -> np.ndarray:  # noqa: B008
    changed: Draw = {**STAY, **draw}
    return augmentation.apply(images, [changed] * len(images))


def test_every_field_goes_to_json_and_back() -> None:
    assert set(OTHER) == {each.name for each in fields(Augmentation)}
    for name, value in OTHER.items():
        made = Augmentation(**{name: value})
        assert made != Augmentation()
        assert Augmentation.from_json(json.loads(json.dumps(made.to_json()))) == made
    everything = Augmentation(**OTHER)
    assert Augmentation.from_json(json.loads(json.dumps(everything.to_json()))) == everything
    assert everything.moving == list(FIELDS)
    assert Augmentation().moving == []


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("shape", [(32, 32, 3), (33, 20, 1), (70, 51, 3), (70, 51, 1), (1, 1, 3)])
def test_the_identity_changes_no_pixel(fill_mode: str, shape: tuple[int, int, int]) -> None:
    augmentation, images = Augmentation(fill_mode=fill_mode), noise(7, *shape)
    assert np.array_equal(augmentation.apply(images, augmentation.draw(7, *shape[:2], generator())), images)
    # Nor does it beside an image that changes.
    turned: Draw = {**STAY, "theta": 10.0}
    assert np.array_equal(augmentation.apply(images, [turned] + [STAY] * 6)[1:], images[1:])


@pytest.mark.parametrize("fill_mode", FILL_MODES)
def test_the_same_seed_gives_the_same_images_and_leaves_the_given_ones(fill_mode: str) -> None:
    augmentation, images = replace(Augmentation(**OTHER), fill_mode=fill_mode), noise(700)
    before = images.copy()
    first, again, other = (
        augmentation.apply(images, augmentation.draw(700, 24, 32, generator(seed))) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(images, before)
    assert first.dtype == np.uint8
    assert first.shape == images.shape
    one_by_one = [
        augmentation.apply(images[i : i + 1], [draw])[0]
        for i, draw in enumerate(augmentation.draw(700, 24, 32, generator(1)))
    ]
    assert np.array_equal(first, np.stack(one_by_one)), "portions and threads change nothing"


@pytest.mark.parametrize("ranges", [{}, {"rotation_range": 20}, {"erasing": 0.5}, {"contrast_range": (0.5, 2)}, OTHER])
def test_what_trains_takes_chances_for_the_pixels_that_their_draws_give(ranges: dict[str, Any]) -> None:
    augmentation, images = Augmentation(**ranges), noise(60)
    chances = generator().random((60, len(CHANCES)))
    expected = augmentation.apply(images, augmentation.draws_of(chances, 24, 32))
    assert np.array_equal(augmentation.apply_chances(images, chances), expected)


def test_draws_do_not_depend_on_how_images_are_divided_or_what_else_is_on() -> None:
    rng = generator()
    assert AFFINE.draw(3, 24, 32, rng) + AFFINE.draw(5, 24, 32, rng) == AFFINE.draw(8, 24, 32, generator())
    both, alone = (
        each.draw(8, 24, 32, generator()) for each in (Augmentation(**OTHER), Augmentation(rotation_range=40))
    )
    assert [draw["theta"] for draw in alone] == pytest.approx([2 * draw["theta"] for draw in both])


def test_draws_fill_their_ranges() -> None:
    augmentation = Augmentation(**OTHER)
    draws = augmentation.draw(4000, 50, 80, generator())
    for name, low, high in (
        ("theta", -20, 20),
        ("tx", -8, 8),
        ("ty", -3, 3),
        ("shear", -12.5, 12.5),
        ("zx", 0.5, 1.5),
        ("zy", 0.5, 1.5),
        ("channel_shift_intensity", -30, 30),
        ("brightness", 0.5, 1.5),
        ("contrast", 0.8, 1.2),
    ):
        values = np.array([draw[name] for draw in draws])
        assert low <= values.min() < low + 0.01 * (high - low), name
        assert high - 0.01 * (high - low) < values.max() <= high, name
        assert values.mean() == pytest.approx((low + high) / 2, abs=0.03 * (high - low)), name
    for name in ("flip_horizontal", "flip_vertical"):
        assert np.mean([draw[name] for draw in draws]) == pytest.approx(0.5, abs=0.03)
    assert any(draw["zx"] > 1.2 and draw["zy"] < 0.8 for draw in draws), "width and height are zoomed apart"


def test_boxes_are_erased_as_often_and_as_large_as_said() -> None:
    augmentation = Augmentation(erasing=0.25, erasing_scale=(0.1, 0.2), erasing_ratio=(0.5, 2), erasing_value=7)
    draws = augmentation.draw(2000, 60, 90, generator())
    boxes = [draw["erased"] for draw in draws if draw["erased"]]
    assert len(boxes) / len(draws) == pytest.approx(0.25, abs=0.03)
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= 90
        assert 0 <= top < bottom <= 60
        assert 0.09 < (right - left) * (bottom - top) / 5400 < 0.21
        assert 0.45 < (bottom - top) / (right - left) < 2.2
    assert all(draw["erased"] for draw in Augmentation(erasing=1.0).draw(100, 8, 8, generator()))
    image = np.full((1, 60, 90, 3), 200, np.uint8)
    left, top, right, bottom = boxes[0]
    erased = done(image, augmentation, erased=boxes[0])
    assert (erased[0, top:bottom, left:right] == 7).all()
    assert (erased == 7).sum() == (right - left) * (bottom - top) * 3


def test_names_mean_what_they_say() -> None:
    assert all(draw["ty"] == 0 for draw in Augmentation(width_shift_range=0.3).draw(20, 24, 32, generator()))
    images = noise()
    assert np.array_equal(done(images, tx=3.0)[:, :, :-3], images[:, :, 3:]), "columns, to the left"
    assert np.array_equal(done(images, ty=-4.0)[:, 4:], images[:, :-4]), "rows, down"
    assert np.array_equal(done(images, flip_horizontal=True), images[:, :, ::-1])
    assert np.array_equal(done(images, flip_vertical=True), images[:, ::-1])
    square = noise(height=32)
    assert np.array_equal(done(square, theta=90.0), np.rot90(square, axes=(1, 2))), "counter-clockwise"
    assert np.array_equal(done(images, theta=180.0), images[:, ::-1, ::-1]), "about the middle"
    wide = np.zeros((1, 24, 32, 1), np.uint8)
    wide[:, 8:16, 12:20] = 255
    assert (done(wide, zx=0.5)[0, 12, :, 0] > 127).sum() == 16
    assert (done(wide, zy=2.0)[0, :, 16, 0] > 127).sum() == 4


@pytest.mark.parametrize(
    ("fill_mode", "left"),
    [("nearest", [10, 10, 10]), ("constant", [77, 77, 77]), ("reflect", [30, 20, 10]), ("wrap", [40, 50, 60])],
)
def test_fill_modes_go_on_as_keras_documents_them(fill_mode: str, left: list[int]) -> None:
    row = np.array([10, 20, 30, 40, 50, 60], np.uint8)
    image = np.tile(row, (6, 1))[np.newaxis, :, :, np.newaxis]
    moved = done(image, Augmentation(fill_mode=fill_mode, cval=77), tx=-3.0)
    assert moved[0, 0, :, 0].tolist() == [*left, 10, 20, 30]


def interpolated(image: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Look an image up between its pixels where it repeats for ever, abcd|abcd."""
    height, width = image.shape[:2]
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    total = np.zeros((*x.shape, image.shape[2]))
    for down in (0, 1):
        for right in (0, 1):
            weight = np.abs(1 - right - (x - left)) * np.abs(1 - down - (y - top))
            total += weight[..., np.newaxis] * image[(top + down) % height, (left + right) % width]
    return total


@pytest.mark.parametrize(("height", "width", "channels"), [(24, 32, 3), (24, 32, 1), (50, 70, 3)])
def test_wrap_repeats_the_image_whole(height: int, width: int, channels: int) -> None:
    augmentation, images = replace(AFFINE, fill_mode="wrap"), noise(40, height, width, channels)
    draws = augmentation.draw(40, height, width, generator())
    made = augmentation.apply(images, draws)
    rows, columns = np.mgrid[:height, :width]
    middle, centre = width / 2 - 0.5, height / 2 - 0.5
    for image, draw, found in zip(images, draws, made, strict=True):
        x, y = columns - middle, rows - centre
        x, y = x * (-1 if draw["flip_horizontal"] else 1), y * (-1 if draw["flip_vertical"] else 1)
        x, y = x * draw["zx"], y * draw["zy"]
        shear, theta = np.deg2rad(draw["shear"]), np.deg2rad(draw["theta"])
        x, y = x - np.sin(shear) * y, np.cos(shear) * y
        x, y = x + draw["tx"], y + draw["ty"]
        x, y = np.cos(theta) * x - np.sin(theta) * y, np.sin(theta) * x + np.cos(theta) * y
        difference = np.abs(found - interpolated(image, x + middle, y + centre))
        assert difference.max() < 1
        assert difference.mean() < 0.3


@pytest.mark.parametrize("fill_mode", FILL_MODES)
def test_images_far_beyond_their_edges_go_on_as_near_to_them(fill_mode: str) -> None:
    """Small images and large ones are warped in two ways, which must agree; far out, where it is hardest."""
    far = Augmentation(rotation_range=180, width_shift_range=300, height_shift_range=300, zoom_range=(0.5, 4))
    augmentation = replace(far, fill_mode=fill_mode, cval=100)
    small = noise(60, 30, 40)
    draws = augmentation.draw(60, 30, 40, generator())
    together = augmentation.apply(small, draws)
    singly = np.empty_like(small)
    _warp_singly(small, augmentation.matrices(draws, 30, 40), singly, fill_mode)
    if fill_mode == "constant":
        inside = (together != 100).any(axis=-1)
        assert inside.any()
        together, singly = together[inside], singly[inside]
    difference = np.abs(together.astype(int) - singly)
    assert difference.mean() < 0.02
    assert difference.max() <= 2


def test_brightness_and_channel_shift_keep_within_what_a_value_can_be() -> None:
    image = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    assert done(image, brightness=2.0).ravel().tolist() == [min(2 * value, 255) for value in range(256)]
    assert done(image, brightness=0.0).max() == 0
    narrow = np.clip(image, 50, 200)
    shifted = done(narrow, channel_shift_intensity=20.4)
    assert shifted.ravel().tolist() == np.clip(narrow.ravel().astype(int) + 20, 50, 200).tolist()


def test_contrast_goes_about_each_channels_mean() -> None:
    images = np.clip(noise(), 60, 190)
    means = images.mean((1, 2), keepdims=True)
    assert np.abs(done(images, contrast=0.0) - means).max() <= 0.5
    assert np.abs(done(images, contrast=1.3) - (means + 1.3 * (images - means)).clip(0, 255)).max() <= 0.51


def test_images_and_draws_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="20 images"):
        Augmentation().apply(noise(), [STAY])


def test_a_strip_moves_one_field_from_end_to_end() -> None:
    augmentation = Augmentation(**OTHER)
    thetas = [draw["theta"] for draw in strip(augmentation, "rotation_range", 5, 24, 32)]
    assert thetas == [-20, -10, 0, 10, 20]
    for name, field in FIELDS.items():
        draws = strip(augmentation, name, 4, 24, 32)
        moved = {key for draw in draws for key in draw if draw[key] != STAY[key]}
        assert moved == ({"erased"} if name == "erasing" else set(field.draws)), name
        assert len({describe(draw) for draw in draws}) == (2 if name.endswith("flip") else 4)
    assert strip(Augmentation(), "zoom_range", 3, 24, 32) == [STAY] * 3


def test_extremes_are_the_corners_of_the_ranges() -> None:
    assert extremes(Augmentation(), 24, 32) == []
    corners = dict(extremes(Augmentation(width_shift_range=0.5, height_shift_range=6), 24, 32))
    assert {(draw["tx"], draw["ty"]) for label, draw in corners.items() if label.startswith("Shifts")} == {
        (-16, -6),
        (16, -6),
        (-16, 6),
        (16, 6),
    }
    assert corners["Width shift, lowest"]["tx"] == -16
    found = extremes(Augmentation(**OTHER), 24, 32)
    labels = [label for label, _ in found]
    assert len(labels) == len(set(labels))
    assert labels[0] == "Rotation, lowest"
    assert found[-1][1]["theta"] == 20
    assert found[-1][1]["brightness"] == 1.5


def test_a_draw_is_described_in_a_few_words() -> None:
    assert describe(STAY) == "unchanged"
    changed: Draw = {**STAY, "theta": -12.2, "tx": -3.0, "zx": 0.8, "zy": 0.8}
    assert describe(changed) == "rotated 12° clockwise · shifted 3 px right · scaled to 125%"
    everything: Draw = {
        "theta": 5.25,
        "tx": 0.04,
        "ty": 2.5,
        "shear": -8.0,
        "zx": 2.0,
        "zy": 0.5,
        "flip_horizontal": True,
        "flip_vertical": True,
        "channel_shift_intensity": -20.4,
        "brightness": 1.1,
        "contrast": 0.5,
        "erased": (1, 2, 11, 7),
    }
    assert describe(everything) == (
        "rotated 5.2° counterclockwise · shifted 2.5 px up · sheared 8° right · scaled to 50% × 200% · "
        "flipped horizontally · flipped vertically · values -20 · brightness × 1.10 · contrast × 0.50 · 10×5 px erased"
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"zoom_range": 0.2}, ""),
        ({"zoom_range": [0.9, 1.1]}, ""),
        ({"brightness_range": None}, ""),
        ({"zoom_range": 1}, "zoom_range must be two numbers from 0.1 to 4; received (0, 2)"),
        ({"zoom_range": (0, 1)}, "zoom_range must be two numbers from 0.1 to 4"),
        ({"zoom_range": (-1.0, 1.0)}, "zoom_range must be two numbers"),
        ({"zoom_range": (1.2, 0.8)}, "zoom_range must be two numbers, the lower first; received (1.2, 0.8)"),
        ({"zoom_range": None}, "zoom_range must be two numbers"),
        ({"zoom_range": (1, 1, 1)}, "zoom_range must be two numbers"),
        ({"zoom_range": (float("nan"), 1)}, "zoom_range must be two numbers"),
        ({"zoom_range": True}, "zoom_range must be two numbers"),
        ({"brightness_range": (1.5, 0.5)}, "brightness_range must be two numbers, the lower first"),
        ({"brightness_range": 0.5}, "brightness_range must be two numbers"),
        ({"rotation_range": -1}, "rotation_range must be a number from 0 to 180; received -1"),
        ({"width_shift_range": -0.1}, "width_shift_range"),
        ({"channel_shift_range": "much"}, "channel_shift_range must be a number"),
        ({"horizontal_flip": 1}, "horizontal_flip must be true or false; received 1"),
        ({"fill_mode": "mirror"}, "fill_mode must be one of 'nearest', 'constant', 'reflect', 'wrap'"),
        ({"cval": 256}, "cval must be a number from 0 to 255"),
        ({"rotate": 3}, "Unknown field in Augmentation: 'rotate'"),
    ],
)
def test_bad_values_are_refused_in_a_sentence(values: dict[str, Any], said: str) -> None:
    if not said:
        low, high = Augmentation.from_json(values).zoom_range
        assert 0 < low <= high
        return
    with pytest.raises(SettingError) as caught:
        Augmentation.from_json(values)
    assert said in str(caught.value)
