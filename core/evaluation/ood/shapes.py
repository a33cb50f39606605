"""Images that show no thing: plain colours, noise, gradients, shapes, strokes and characters. No class knows them."""

import string
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

_SIDE = 180
# Sides at which noise and shapes are made, before they are enlarged.
_COARSE = (4, 8, 12, 16, 28, 45, 90, _SIDE)
_RESAMPLINGS = (Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)


def random_shape(rng: np.random.Generator, *, written: bool = True) -> Image.Image:
    """Return an image that chance made, RGB, 180×180.

    Args:
        rng: draws it.
        written: whether it may be strokes or a character, which some datasets are of.
    """
    kinds: list[Callable[[np.random.Generator], Image.Image]] = [_plain, _noise, _gradient, _shapes]
    if written:
        kinds += [_strokes, _character]
    image = kinds[rng.integers(len(kinds))](rng)
    if rng.random() < 1 / 3:
        image = image.convert("L").convert("RGB")
    return image.resize((_SIDE, _SIDE), _RESAMPLINGS[rng.integers(len(_RESAMPLINGS))])


def _colour(rng: np.random.Generator) -> tuple[int, ...]:
    return tuple(rng.integers(0, 256, 3).tolist())


def _coarse(rng: np.random.Generator) -> int:
    return int(rng.choice(_COARSE))


def _plain(rng: np.random.Generator) -> Image.Image:
    return Image.new("RGB", (_SIDE, _SIDE), _colour(rng))


def _noise(rng: np.random.Generator) -> Image.Image:
    side = _coarse(rng)
    low, high = np.sort(rng.integers(0, 256, 2))
    return Image.fromarray(rng.integers(low, high + 1, (side, side, 3)).astype(np.uint8))


def _gradient(rng: np.random.Generator) -> Image.Image:
    share = np.linspace(0, 1, _SIDE)[:, np.newaxis, np.newaxis]
    first, last = np.array(_colour(rng)), np.array(_colour(rng))
    made = np.broadcast_to(first * (1 - share) + last * share, (_SIDE, _SIDE, 3))
    return Image.fromarray(made.astype(np.uint8)).rotate(90 * int(rng.integers(4)))


def _shapes(rng: np.random.Generator) -> Image.Image:
    side = _coarse(rng)
    image = Image.new("RGB", (side, side), _colour(rng))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(1, 8)):
        corners = rng.integers(0, side, (rng.integers(3, 6), 2))
        if rng.random() < 1 / 2:
            draw.polygon([*map(tuple, corners.tolist())], fill=_colour(rng))
        else:
            draw.ellipse([*np.sort(corners[:2], axis=0).flatten().tolist()], fill=_colour(rng))
    return image.filter(ImageFilter.GaussianBlur(side / 30 * rng.random()))


def _strokes(rng: np.random.Generator) -> Image.Image:
    """Lines on a ground, as of a pen: something like a character."""
    side = max(8, _coarse(rng))
    ground, ink = _colour(rng), _colour(rng)
    image = Image.new("RGB", (side, side), ground)
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(1, 4)):
        points = rng.integers(side // 6, side - side // 6, (rng.integers(2, 6), 2))
        draw.line(
            [*map(tuple, points.tolist())], fill=ink, width=max(1, side // int(rng.integers(6, 16))), joint="curve"
        )
    return image.filter(ImageFilter.GaussianBlur(side / 40 * rng.random()))


def _character(rng: np.random.Generator) -> Image.Image:
    """A letter or digit, light on dark or dark on light, as scanned characters are, or in colours."""
    side = max(8, _coarse(rng))
    dark, light = int(rng.integers(0, 60)), int(rng.integers(160, 256))
    ground, ink = ((dark,) * 3, (light,) * 3) if rng.random() < 1 / 2 else (_colour(rng), _colour(rng))
    image = Image.new("RGB", (side, side), ground)
    font = ImageFont.load_default(side * float(rng.uniform(0.6, 1.2)))
    character = str(rng.choice(list(string.ascii_letters + string.digits)))
    middle = (side * float(rng.uniform(0.4, 0.6)), side * float(rng.uniform(0.4, 0.6)))
    ImageDraw.Draw(image).text(middle, character, fill=ink, font=font, anchor="mm")
    return image.filter(ImageFilter.GaussianBlur(side / 40 * rng.random()))
