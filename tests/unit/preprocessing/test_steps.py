"""Every registered step: its printed code, its size, its origin and its shares against its pixels; and pipelines."""

import json
import math
from dataclasses import fields, replace

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from core.errors import PixelwiseError
from core.images.image_io import from_array
from core.preprocessing import (
    PLACES,
    PRESETS,
    RESAMPLINGS,
    STEPS,
    Crop,
    CropAt,
    Flip,
    Grayscale,
    Normalisation,
    Pad,
    Pipeline,
    PipelinePreset,
    Resize,
    Rotate,
    Scale,
    Shift,
    Step,
    StepError,
    load_preset,
    save_preset,
)
from core.preprocessing.trace import back, forth, patch
from core.settings import SettingError

PHOTO = Image.fromarray(load_sample_images().images[0])
ODD = PHOTO.crop((200, 100, 261, 135))
NOISE = from_array(np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8))
IMAGES = (PHOTO, ODD, NOISE, NOISE.crop((0, 0, 1, 1)))
RED = "#ff0000"


def changed(step: Step, **values: object) -> Step:
    return replace(step, **values)  # type: ignore[arg-type]


STEPS_WITH_CHOICES: list[Step] = [kind() for kind in STEPS.values()] + [
    changed(kind(), **{each.name: choice})
    for kind in STEPS.values()
    for each in fields(kind)
    for choice in kind.setting_of(each.name).choices
]
MORE: list[Step] = [
    *(
        Resize(width=50, height=31, how=how, resampling=way)
        for how in ("stretch", "fit", "pad", "fill")
        for way in RESAMPLINGS
    ),
    *(Resize(width=31, height=50, how=how, colour=RED) for how in ("fit", "pad", "fill")),
    *(Scale(factor=factor, resampling=way) for factor in (0.01, 0.37, 1.0, 2.5) for way in RESAMPLINGS),
    *(CropAt(width=5, height=4, where=where) for where in PLACES),
    *(Pad(width=66, height=41, where=where, colour=RED) for where in PLACES),
    *(
        Rotate(angle=angle, expand=expand, resampling=way, colour=RED)
        for angle in (-180.0, -90.0, -33.5, 0.0, 0.5, 45.0, 90.0, 180.0)
        for expand in (False, True)
        for way in ("nearest", "bicubic")
    ),
    *(
        Shift(right=right, down=down, gap=gap, colour=RED)
        for right, down in ((0, 0), (3, 0), (-3, 2), (0, -5), (700, -700), (-61, 35))
        for gap in ("colour", "edge", "wrap")
    ),
    Crop(left=1, top=2, width=5, height=3),
    Crop(left=0, top=0, width=1, height=1),
]
VARIANTS = list(dict.fromkeys([*STEPS_WITH_CHOICES, *MORE]))


def possible(step: Step, image: Image.Image) -> bool:
    try:
        step.apply(image)
    except StepError:
        return False
    return True


def run_code(code: str, image: Image.Image) -> Image.Image:
    names = {"image": image}
    exec(code, names)  # noqa: S102 the code that a user is given to paste
    return names["image"]


@pytest.mark.parametrize("step", VARIANTS, ids=str)
def test_the_printed_code_gives_the_same_pixels(step: Step) -> None:
    images = [image for image in IMAGES if possible(step, image)]
    assert images
    for given in (image.convert(mode) for image in images for mode in ("RGB", "L")):
        before = given.tobytes()
        made = step.apply(given)
        assert made.mode == ("L" if isinstance(step, Grayscale) else given.mode)
        assert made.size == step.size_after(*given.size)
        assert given.tobytes() == before
        pasted = run_code(Pipeline((step,)).code(), given)
        assert pasted.mode == made.mode
        assert np.array_equal(np.asarray(pasted), np.asarray(made))


def test_the_code_opens_a_file_as_pixelwise_does(tmp_path: object) -> None:
    path = f"{tmp_path}/a photo's.png"
    PHOTO.save(path)
    pipeline = Pipeline((Grayscale(), Resize(width=50, height=50), replace(Flip(), on=False)))
    opened = run_code(pipeline.code(path), NOISE)
    assert np.array_equal(np.asarray(opened), np.asarray(pipeline.apply(PHOTO)))
    assert "transpose(Image" not in pipeline.code(), "what is off is not printed"
    assert Pipeline().code() == ""


KEEPING_PIXELS = [
    step
    for step in VARIANTS
    if isinstance(step, Crop | CropAt | Pad | Flip | Shift | Rotate)
    and possible(step, ODD)
    and getattr(step, "resampling", "nearest") == "nearest"
]


@pytest.mark.parametrize("step", KEEPING_PIXELS, ids=str)
def test_shares_and_origin_say_where_each_pixel_comes_from(step: Step) -> None:
    """Each pixel of the image before has a colour of its own, so that it is known again after the step."""
    width, height = ODD.size
    ids = np.arange(1, width * height + 1)
    coded = np.stack([ids // 256 + 1, ids % 256, np.full_like(ids, 255)], axis=-1).astype(np.uint8)
    after = np.asarray(step.apply(from_array(coded.reshape(height, width, 3)))).astype(int)
    found = np.where(after[..., 2] == 255, (after[..., 0] - 1) * 256 + after[..., 1], 0)
    x, y = np.meshgrid(np.arange(after.shape[1]) + 0.5, np.arange(after.shape[0]) + 0.5)
    source_x, source_y = (step.origin(width, height) @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])).round(6)
    if step.wraps:
        source_x, source_y = source_x % width, source_y % height
    inside = (source_x >= 0) & (source_x < width) & (source_y >= 0) & (source_y < height)
    expected = np.where(inside, source_y.astype(int) * width + source_x.astype(int) + 1, 0).reshape(found.shape)
    if getattr(step, "gap", "") == "edge":
        found = np.where(expected > 0, found, 0)
    assert np.mean(found != expected) < 0.01, "at slanted edges a pixel's centre may be rounded to the other side"
    lost, made_up = step.shares(width, height)
    assert lost == pytest.approx(1 - len(np.setdiff1d(found, [0])) / ids.size, abs=0.25 if slanted(step) else 1e-6)
    assert made_up == pytest.approx(np.mean(found == 0), abs=0.02 if slanted(step) else 1e-6)
    if slanted(step):
        assert lost == pytest.approx(1 - np.count_nonzero(found) / ids.size, abs=0.02)


def slanted(step: Step) -> bool:
    return isinstance(step, Rotate) and step.angle % 90 != 0


def test_resizing_loses_and_makes_up_area_only_by_cutting_and_bands() -> None:
    assert Resize(width=10, height=10).shares(200, 100) == (0.0, 0.0)
    assert Resize(width=10, height=10, how="fit").shares(200, 100) == (0.0, 0.0)
    assert Resize(width=10, height=10, how="fill").shares(200, 100) == (0.5, 0.0)
    assert Resize(width=10, height=10, how="pad").shares(200, 100) == pytest.approx((0, 0.5))
    assert Scale(factor=0.1).shares(200, 100) == (0.0, 0.0)


@pytest.mark.parametrize("how", ["stretch", "fit", "pad", "fill"])
def test_the_origin_of_resized_points(how: str) -> None:
    """A ramp of columns: the value of a pixel says where it comes from."""
    ramp = from_array(np.tile(np.arange(200, dtype=np.uint8), (80, 1))[..., np.newaxis])
    step = Resize(width=100, height=100, how=how, resampling="box")
    after = np.asarray(step.apply(ramp)).astype(float)
    x, _ = step.origin(200, 80) @ np.array([50.5, after.shape[0] / 2, 1])
    assert after[after.shape[0] // 2, 50] == pytest.approx(x - 0.5, abs=1)


@pytest.mark.parametrize("step", [step for step in VARIANTS if possible(step, ODD)], ids=str)
def test_idle_settings_change_nothing(step: Step) -> None:
    for name in step.idle:
        assert (
            changed(step, **{name: RED}).apply(ODD).tobytes() == changed(step, **{name: "#123456"}).apply(ODD).tobytes()
        )


def test_a_point_is_followed_back_and_forth() -> None:
    """The value of a pixel after the steps is that of the pixel it is followed back to."""
    steps = (
        Crop(left=3, top=4, width=40, height=25),
        Flip(),
        Shift(right=7, down=-9, gap="wrap"),
        Pad(width=60, height=60),
    )
    pipeline = Pipeline(steps)
    stages, after = list(pipeline.stages(ODD)), pipeline.apply(ODD)
    made_up = 0
    for x in range(0, 60, 7):
        for y in range(0, 60, 5):
            found = back(stages, x + 0.5, y + 0.5)
            if found is None:
                made_up += 1
                assert after.getpixel((x, y)) == (0, 0, 0)
            else:
                assert ODD.getpixel((int(found[0]), int(found[1]))) == after.getpixel((x, y))
                assert forth(stages, *found) == pytest.approx((x + 0.5, y + 0.5))
    assert made_up
    assert forth(stages, 0.5, 0.5) is None, "it was cut off"
    assert back([], 3.5, 2.5) == forth([], 3.5, 2.5) == (3.5, 2.5)


def test_a_patch_is_cut_out_around_a_point() -> None:
    pixels = np.asarray(NOISE)
    assert patch(NOISE, 3.2, 4.9).tolist() == pixels[2:7, 1:6].tolist()
    assert patch(NOISE, 0, 7.99).tolist() == pixels[3:8, 0:5].tolist(), "moved inwards at the edges"
    assert patch(NOISE.crop((0, 0, 1, 1)).convert("L"), 0.5, 0.5).shape == (1, 1, 1)


def test_a_pipeline_applies_what_is_on_in_order_and_goes_to_json_and_back() -> None:
    pipeline = Pipeline((Grayscale(), replace(Flip(), on=False), Resize(width=50, height=50)))
    expected = Pipeline((Grayscale(), Resize(width=50, height=50)))
    assert pipeline.apply(PHOTO).tobytes() == expected.apply(PHOTO).tobytes()
    assert pipeline.applied == expected
    assert pipeline.size_after(640, 427) == (50, 50)
    assert [each["kind"] for each in pipeline.to_json() if each.get("on") is False] == ["Flip"]
    assert Pipeline.from_json(json.loads(json.dumps(pipeline.to_json()))) == pipeline
    assert Pipeline.from_json([{"kind": "Grayscale"}]) == Pipeline((Grayscale(),)), "as older recipes have it"


@pytest.mark.parametrize(
    ("steps", "side"),
    [
        ((Resize(width=50, height=80),), 160),
        ((Grayscale(), Flip(), Resize(width=50, height=50), Crop(left=0, top=0, width=9, height=9)), 100),
        ((replace(Crop(), on=False), Resize(width=50, height=50)), 100),
        ((Resize(width=50, height=50, resampling="nearest"),), 0),
        ((Crop(left=0, top=0, width=90, height=90), Resize(width=50, height=50)), 0),
        ((Grayscale(),), 0),
        ((), 0),
    ],
)
def test_a_pipeline_tells_how_large_an_image_it_needs(steps: tuple[Step, ...], side: int) -> None:
    assert Pipeline(steps).sufficient_side == side


def test_stages_tell_what_each_step_did() -> None:
    pipeline = Pipeline((Crop(left=0, top=0, width=320, height=427), replace(Flip(), on=False), Grayscale()))
    crop, gray = pipeline.stages(PHOTO)
    assert (crop.position, crop.lost, crop.made_up, crop.before) == (0, 0.5, 0.0, PHOTO)
    assert (gray.position, gray.image.mode, gray.image.size) == (2, "L", (320, 427))
    assert gray.values == (np.asarray(gray.image).min(), np.asarray(gray.image).max())
    assert list(Pipeline().stages(PHOTO)) == []


def test_gray_weighs_colours_as_it_says() -> None:
    def gray(weights: str) -> list[object]:
        colours = ("red", "lime", "blue", "#ff8000")
        return [Grayscale(weights=weights).apply(Image.new("RGB", (1, 1), each)).getpixel((0, 0)) for each in colours]

    assert gray("BT.601") == [76, 150, 29, 151]
    assert gray("BT.709") == [54, 182, 18, 146]
    assert gray("average") == [85, 85, 85, 128]
    assert gray("lightness") == [127, 127, 127, 127]
    assert gray("green") == [0, 255, 0, 128]


def test_fill_keeps_the_shape_and_cuts_the_ends() -> None:
    wide = Image.new("RGB", (300, 100), "black")
    wide.paste("white", (100, 0, 200, 100))
    filled = Resize(width=10, height=10, how="fill", resampling="nearest").apply(wide)
    assert filled.getextrema() == ((255, 255),) * 3
    assert Resize(width=10, height=10).apply(wide).getpixel((0, 5)) == (0, 0, 0)


def test_an_edge_fills_the_gap_with_the_last_column_or_row() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4, 1)
    for right, down in ((1, 0), (-2, 1), (9, -9)):
        moved = np.asarray(Shift(right=right, down=down, gap="edge").apply(from_array(pixels)))
        rows, columns = np.clip(np.arange(3) - down, 0, 2), np.clip(np.arange(4) - right, 0, 3)
        assert np.array_equal(moved, pixels[rows][:, columns, 0])


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            Crop(left=5, top=0, width=4, height=4),
            "Crop a box: the box from (5, 0) to (9, 4) reaches outside the image",
        ),
        (CropAt(width=9, height=2), "Crop to a size: 9×2 pixels cannot be cut from an image of 8×8"),
    ],
)
def test_a_step_that_cannot_be_applied_says_which_and_why(step: Step, said: str) -> None:
    pipeline = Pipeline((Flip(), step))
    for attempt in (
        lambda: pipeline.apply(NOISE),
        lambda: list(pipeline.stages(NOISE)),
        lambda: pipeline.size_after(8, 8),
    ):
        with pytest.raises(StepError) as caught:
            attempt()
        assert said in str(caught.value)
        assert caught.value.position == 1


def test_nothing_and_far_too_much_are_refused() -> None:
    line = Image.new("RGB", (1000, 1))
    with pytest.raises(StepError, match="Resize: nothing would be left of an image of 1,000×1"):
        Resize(width=50, height=50, how="fit").apply(line)
    with pytest.raises(StepError, match="Resize: the image is too narrow"):
        Resize(width=50, height=50, how="pad").apply(line)
    with pytest.raises(StepError, match="megapixels"):
        Pipeline((Scale(factor=8.0), Scale(factor=8.0))).apply(PHOTO)
    for side in (0, 100_000):
        with pytest.raises(
            SettingError, match=rf"Resize: width must be a whole number from 1 to 4096; received {side}"
        ):
            Resize(width=side)
    with pytest.raises(SettingError, match="Pad: colour must be a color such as '#ff8000'; received 'red\"'"):
        Pad(colour='red"')


@pytest.mark.parametrize("kind", STEPS.values())
@pytest.mark.parametrize("size", [(1, 1), (8, 8), (640, 427), (1, 300), (5000, 4000)])
def test_a_new_step_suits_the_image_it_is_added_to(kind: type[Step], size: tuple[int, int]) -> None:
    assert min(kind.suited(*size).size_after(*size)) >= 1


def test_shapes_that_rotations_grow_to_follow_pillow() -> None:
    for width, height in ((3, 4), (7, 7), (61, 35), (1, 1)):
        for angle in [*range(-180, 181, 15), 0.5, 89.5]:
            step = Rotate(angle=float(angle), expand=True)
            image = Image.new("L", (width, height))
            assert step.size_after(width, height) == image.rotate(angle, expand=True).size
            grown = math.prod(step.size_after(width, height))
            assert step.shares(width, height) == pytest.approx((0, 1 - width * height / grown), abs=1e-6)


def test_normalisation_brings_numbers_to_its_range() -> None:
    pixels = np.array([[[0, 0, 0], [255, 255, 255], [100, 120, 140]]], np.uint8)
    assert Normalisation().apply(pixels).tolist() == pixels.tolist()
    assert Normalisation("0 to 1").apply(pixels)[0, :2, 0].tolist() == [0, 1]
    assert Normalisation("−1 to 1").apply(pixels)[0, :2, 0] == pytest.approx([-1, 1])
    standard = Normalisation("standardised", (100.0, 120.0, 140.0), (50.0, 60.0, 70.0))
    assert standard.apply(pixels)[0, 2] == pytest.approx([0, 0, 0], abs=1e-6)
    assert standard.apply(pixels)[0, 0] == pytest.approx([-2, -2, -2])
    assert standard.formula == "red: (v − 100.0) / 50.0 · green: (v − 120.0) / 60.0 · blue: (v − 140.0) / 70.0"
    assert Normalisation.from_json(json.loads(json.dumps(standard.to_json()))) == standard
    with pytest.raises(SettingError, match="do not fit gray"):
        standard.apply(pixels[..., :1])


@pytest.mark.parametrize(
    "data",
    [
        [],
        "0 to 1",
        {"how": "twice"},
        {"how": "standardised"},
        {"how": "0 to 1", "means": [1], "deviations": [1]},
        {"how": "standardised", "means": [1, 2], "deviations": [1, 2]},
        {"how": "standardised", "means": [1], "deviations": [0]},
        {"how": "standardised", "means": ["x"], "deviations": [1]},
        {"how": "standardised", "means": [float("nan")], "deviations": [1]},
        {"how": "standardised", "means": None, "deviations": [1]},
    ],
)
def test_a_normalisation_that_is_none_is_refused(data: object) -> None:
    with pytest.raises(SettingError, match="ormalization"):
        Normalisation.from_json(data)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_work_on_any_image_and_are_saved_and_loaded(name: str, data_home: object) -> None:
    preset = PRESETS[name]
    for image in (PHOTO, NOISE.convert("L")):
        assert preset.pipeline.apply(image).size == preset.pipeline.size_after(*image.size)
    save_preset("mine", preset)
    assert load_preset("mine") == replace(preset, good_for="")


@pytest.mark.parametrize(
    "content", [[], {}, {"steps": [{"kind": "Rezise"}], "normalisation": {}}, {"steps": 3, "normalisation": {}}]
)
def test_a_saved_pipeline_that_no_longer_fits_is_named(content: object, data_home: object) -> None:
    from core.storage import user_library

    user_library.save("pipeline", "mine", content)
    with pytest.raises(PixelwiseError, match="saved pipeline 'mine' cannot be used"):
        load_preset("mine")


def test_a_preset_keeps_what_is_switched_off(data_home: object) -> None:
    preset = PipelinePreset(Pipeline((Grayscale(on=False),)), Normalisation("0 to 1"))
    save_preset("off", preset)
    assert load_preset("off") == preset
