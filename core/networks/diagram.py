"""A drawing of a network as SVG: boxes as large as the images that pass through, bars for rows of numbers."""

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from core.charts import palette
from core.networks.layer_sizes import LayerSize, shape_text
from core.networks.layers import Layer, Shape
from core.networks.layers.base import REST
from core.storage.progress import counted

_PROBLEM = palette.VERMILION
_HIGH, _LOW = 112.0, 22.0
_MIDDLE, _LABEL_Y, _HEIGHT = 84.0, 172.0, 204
# How wide a letter of a name, and of what stands below it, is at most on the whole, in pixels.
_NAME_LETTER, _BELOW_LETTER = 6.4, 5.9
_SLANT = 0.32
_MOST_DOTS = 10


def drawing(
    layers: Sequence[Layer],
    sizes: Sequence[LayerSize],
    input_shape: Shape,
    *,
    image: bytes | None = None,
    chosen: int | None = None,
    dark: bool = False,
) -> str:
    """Draw a network from left to right; return SVG.

    Args:
        layers: from input to output.
        sizes: of each, as `core.networks.layer_sizes` gives them.
        input_shape: height, width, channels.
        image: one that goes in, a PNG; without one a box stands for it.
        chosen: the position of a layer to mark, from 0.
        dark: whether the page is dark.
    """
    sheet = _Sheet(dark, max(input_shape[:2]))
    sheet.input(input_shape, image)
    before: Shape = input_shape
    for position, (layer, size) in enumerate(zip(layers, sizes, strict=True)):
        sheet.layer(layer, size, before, chosen=position == chosen, last=position == len(layers) - 1)
        if size.output is None:
            sheet.broken(len(layers) - position - 1)
            break
        before = size.output
    return sheet.finished()


def description(layers: Sequence[Layer], sizes: Sequence[LayerSize], input_shape: Shape) -> str:
    """Return what a network's drawing shows, in words."""
    parts = [
        f"{layer.title} {shape_text(size.output) if size.output else 'impossible'}"
        for layer, size in zip(layers, sizes, strict=True)
    ]
    return f"A network: input {shape_text(input_shape)}, " + ", ".join(parts)


@dataclass
class _Sheet:
    """What is drawn so far; `x` is where the next part begins.

    Attributes:
        dark: whether the page is dark.
        side: the input's longer side: it is drawn as high as there is room.
        end: where the way through the network ends; 0: with the last part.
    """

    dark: bool
    side: int
    x: float = 14.0
    end: float = 0.0
    parts: list[str] = field(default_factory=list)

    @property
    def _ink(self) -> str:
        return palette.TEXT.on(self.dark)

    @property
    def _faint(self) -> str:
        return palette.FAINT_TEXT.on(self.dark)

    def _scaled(self, side: int) -> float:
        """Return how high a side of an image is drawn: by its root, so that small ones still show."""
        return _LOW + (_HIGH - _LOW) * math.sqrt(min(side / self.side, 1.0))

    def input(self, shape: Shape, image: bytes | None) -> None:
        """Draw what goes in."""
        if image is None:
            self._box(shape, REST, "input", shape_text(shape))
            return
        height = self._scaled(shape[0])
        width = height * shape[1] / shape[0]
        address = f"data:image/png;base64,{base64.b64encode(image).decode()}"
        space = _room("input", shape_text(shape), width)
        left = self.x + (space - width) / 2
        self.parts.append(
            f'<image x="{left:.1f}" y="{_MIDDLE - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'href="{address}" preserveAspectRatio="none" style="image-rendering:pixelated"/>'
        )
        self._label("input", shape_text(shape), self.x + space / 2)
        self.x += space + 22

    def layer(self, layer: Layer, size: LayerSize, before: Shape, *, chosen: bool, last: bool) -> None:
        """Draw a layer by what it makes."""
        drawn = layer.drawing()
        if size.output is None:
            self._impossible(drawn.label)
            return
        shape, start = size.output, self.x
        if drawn.plate:
            self._plate(drawn.label, before, dashed=drawn.dashed)
        elif len(shape) > 1:
            trained = size.trained > 0 or not size.parameters
            self._box(shape, drawn.colour, drawn.label, shape_text(shape), trained=trained)
        elif last:
            self._dots(shape[0])
        else:
            self._bar(shape[0], drawn.colour, drawn.label)
        if chosen:
            self.parts.append(
                f'<rect x="{start - 4:.1f}" y="{_HEIGHT - 5}" width="{self.x - start - 6:.1f}" height="3" rx="1.5" '
                f'fill="{palette.PRIMARY.on(self.dark)}"/>'
            )

    def broken(self, left: int) -> None:
        """Say how many layers are not reached."""
        self.end = self.x
        if left:
            said = f"{left} more not reached"
            space = _room(said, "", 80.0)
            self._text(said, self.x + space / 2, _MIDDLE + 4, 11, self._faint)
            self.x += space + 16

    def finished(self) -> str:
        """Return the drawing."""
        axis = (
            f'<line x1="10" x2="{(self.end or self.x) - 14:.1f}" y1="{_MIDDLE}" y2="{_MIDDLE}" stroke="{self._faint}" '
            f'stroke-opacity="0.5"/>'
        )
        width = math.ceil(self.x)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" '
            f'viewBox="0 0 {width} {_HEIGHT}" '
            f'font-family="system-ui, sans-serif">{axis}{"".join(self.parts)}</svg>'
        )

    def _box(self, shape: Shape, colour: str, name: str, below: str, *, trained: bool = True) -> None:
        """Draw a box: as high and deep as the image, as thick as it has channels."""
        height, width, channels = shape
        high, deep = self._scaled(height), self._scaled(width) * _SLANT
        thick = 6 + 4 * math.log2(channels)
        space = _room(name, below, max(thick + deep, 50.0))
        x, top = self.x + (space - thick - deep) / 2, _MIDDLE - high / 2 + deep / 2
        right, up = x + thick, top - deep
        style = f'stroke="{colour}" stroke-width="1" stroke-linejoin="round"'
        dashed = "" if trained else ' stroke-dasharray="3 2"'
        back = palette.BACKGROUND.on(self.dark)
        faces = (
            (f"{x},{top} {right},{top} {right},{top + high} {x},{top + high}", 0.55),
            (f"{x},{top} {x + deep},{up} {right + deep},{up} {right},{top}", 0.30),
            (f"{right},{top} {right + deep},{up} {right + deep},{up + high} {right},{top + high}", 0.80),
        )
        for points, strength in faces:
            rounded = " ".join(",".join(f"{float(each):.1f}" for each in pair.split(",")) for pair in points.split())
            self.parts.append(f'<polygon points="{rounded}" fill="{back}"/>')
            self.parts.append(
                f'<polygon points="{rounded}" fill="{colour}" fill-opacity="{strength}" {style}{dashed}/>'
            )
        self._label(name, below, self.x + space / 2)
        self.x += space + 16

    def _plate(self, name: str, shape: Shape, *, dashed: bool) -> None:
        """Draw what leaves the shape as it is: a thin plate, dashed where values are dropped."""
        high = self._scaled(shape[0]) if len(shape) > 1 else self._bar_height(shape[0])
        edge = ' stroke-dasharray="2 3"' if dashed else ""
        space = _room(name, "", 34.0)
        self.parts.append(
            f'<rect x="{self.x + space / 2 - 3:.1f}" y="{_MIDDLE - high / 2:.1f}" width="6" height="{high:.1f}" rx="2" '
            f'fill="{REST}" fill-opacity="{0.15 if dashed else 0.55}" stroke="{REST}"{edge}/>'
        )
        self._label(name, "", self.x + space / 2)
        self.x += space + 12

    def _bar_height(self, units: int) -> float:
        return _LOW + (_HIGH - _LOW) * min(math.log2(units + 1) / 14, 1.0)

    def _bar(self, units: int, colour: str, name: str) -> None:
        high, space = self._bar_height(units), _room(name, f"{units:,}", 44.0)
        left, top = self.x + space / 2 - 6, _MIDDLE - high / 2
        self.parts.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="12" height="{high:.1f}" rx="3" fill="{colour}" '
            f'fill-opacity="0.75" stroke="{colour}"/>'
        )
        self._label(name, f"{units:,}", self.x + space / 2)
        self.x += space + 12

    def _dots(self, classes: int) -> None:
        """Draw the answer: a dot a class, in the classes' colours."""
        below = counted(classes, "class", "classes")
        shown, space = min(classes, _MOST_DOTS), _room("softmax", below, 58.0)
        apart = min(13.0, _HIGH / shown)
        for index in range(shown):
            y = _MIDDLE + (index - (shown - 1) / 2) * apart
            colour = palette.CLASS_COLOURS[index % len(palette.CLASS_COLOURS)]
            self.parts.append(
                f'<circle cx="{self.x + space / 2:.1f}" cy="{y:.1f}" r="{apart * 0.38:.1f}" fill="{colour}"/>'
            )
        self._label("softmax", below, self.x + space / 2)
        self.x += space + 14

    def _impossible(self, name: str) -> None:
        space = _room(name, "does not fit", 62.0)
        self.parts.append(
            f'<rect x="{self.x + 8:.1f}" y="{_MIDDLE - 34}" width="{space - 16}" height="68" rx="4" fill="none" '
            f'stroke="{_PROBLEM}" stroke-width="1.5" stroke-dasharray="4 3"/>'
        )
        self._text("!", self.x + space / 2, _MIDDLE + 10, 28, _PROBLEM, bold=True)
        self._label(name, "does not fit", self.x + space / 2)
        self.x += space + 14

    def _label(self, name: str, below: str, x: float) -> None:
        self._text(name, x, _LABEL_Y, 11, self._ink)
        self._text(below, x, _LABEL_Y + 16, 10, self._faint)

    def _text(self, text: str, x: float, y: float, size: int, colour: str, *, bold: bool = False) -> None:
        weight = ' font-weight="700"' if bold else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="middle" fill="{colour}"{weight}>'
            f"{escape(text)}</text>"
        )


def _room(name: str, below: str, least: float) -> float:
    """Return how wide a part is with its name and what stands below: browsers have other letters, so with some more."""
    return max(least, _NAME_LETTER * len(name), _BELOW_LETTER * len(below))
