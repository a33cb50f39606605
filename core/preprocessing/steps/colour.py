"""Steps on the colours of an image."""

from dataclasses import dataclass
from typing import ClassVar

from PIL import Image, ImageChops

from core.preprocessing.steps.base import Step
from core.settings import setting

_BT601, _LIGHTNESS = "BT.601", "lightness"
_MATRICES = {"BT.709": (0.2126, 0.7152, 0.0722, 0), "average": (1 / 3, 1 / 3, 1 / 3, 0)}
_CHANNELS = {"red": "R", "green": "G", "blue": "B"}


@dataclass(frozen=True)
class Grayscale(Step):
    """One channel in place of three."""

    title: ClassVar[str] = "Grayscale"
    counts_pixels: ClassVar[bool] = False

    weights: str = setting(
        _BT601,
        choices=(_BT601, *_MATRICES, _LIGHTNESS, *_CHANNELS),
        help="BT.601: 0.299 red + 0.587 green + 0.114 blue, Pillow's own. BT.709: 0.2126, 0.7152 and 0.0722, as in "
        "HDTV. average: a third of each. lightness: halfway between the largest and the smallest of the three. "
        "red, green, blue: that channel alone.",
    )

    def _changed(self, image: Image.Image) -> Image.Image:
        if image.mode == "L":
            return image
        if self.weights in _CHANNELS:
            return image.getchannel(_CHANNELS[self.weights])
        if self.weights in _MATRICES:
            return image.convert("L", _MATRICES[self.weights])
        if self.weights == _BT601:
            return image.convert("L")
        red, green, blue = image.split()
        lightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
        return ImageChops.add(lightest, darkest, scale=2)

    def code(self) -> str:
        """Return the Pillow code."""
        if self.weights in _CHANNELS:
            return f'image = image.convert("RGB").getchannel("{_CHANNELS[self.weights]}")'
        if self.weights in _MATRICES:
            return f'image = image.convert("RGB").convert("L", {_MATRICES[self.weights]})'
        if self.weights == _BT601:
            return 'image = image.convert("L")'
        return """red, green, blue = image.convert("RGB").split()
lightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
image = ImageChops.add(lightest, darkest, scale=2)"""
