"""A drawing of a network as SVG: boxes as large as the pictures that pass through, bars for rows of numbers."""

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from core.figures import CLASS_COLOURS
from core.network import (
    Activation,
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPool2D,
    Normalization,
    Pretrained,
    Rescaling,
    ResidualBlock,
)
from core.shapes import LayerSize, Shape, shape_text

_CONVOLUTION, _POOLING, _DENSE, _REST, _BLOCK = "#0072B2", "#E69F00", "#CC79A7", "#8A939C", "#009E73"
_PROBLEM = "#D55E00"
_HIGH, _LOW = 112.0, 22.0
_MIDDLE, _LABEL_Y, _HEIGHT = 84.0, 172.0, 204
_SLANT = 0.32
_MOST_DOTS = 10


def layer_colour(layer: Layer) -> str:
    """Return the colour of a layer's kind, as CSS writes it."""
    match layer:
        case Conv2D():
            return _CONVOLUTION
        case ResidualBlock() | Pretrained():
            return _BLOCK
        case MaxPool2D() | AveragePool2D() | GlobalMaxPooling2D() | GlobalAveragePooling2D():
            return _POOLING
        case Dense():
            return _DENSE
    return _REST


def layer_details(layer: Layer) -> str:
    """Return a layer's settings for a person, in short, such as `32 filters of 3 × 3, same, relu`."""
    match layer:
        case Conv2D():
            parts = [f"{layer.filters} filters of {layer.kernel_size} × {layer.kernel_size}", layer.padding]
            parts += [f"stride {layer.strides}"] * (layer.strides > 1) + [layer.activation, *_penalties(layer)]
            return ", ".join(parts)
        case MaxPool2D() | AveragePool2D():
            return f"{layer.pool_size} × {layer.pool_size}"
        case Dense():
            return ", ".join([f"{layer.units:,} units", layer.activation, *_penalties(layer)])
        case Dropout():
            return f"{layer.rate:.0%}"
        case Activation():
            return layer.function
        case BatchNormalization():
            return f"momentum {layer.momentum:g}"
        case ResidualBlock():
            stride = f", stride {layer.strides}" if layer.strides > 1 else ""
            return f"{layer.filters} filters{stride}, {layer.activation}"
        case Pretrained():
            return f"{layer.application}, {'trained on' if layer.trainable else 'frozen'}"
        case Rescaling():
            return f"times {layer.scale:.4g}" + (f", plus {layer.offset:g}" if layer.offset else "")
    return ""


def _penalties(layer: Conv2D | Dense) -> list[str]:
    return [f"{name} {value:g}" for name, value in (("L1", layer.l1), ("L2", layer.l2)) if value]


def drawing(
    layers: Sequence[Layer],
    sizes: Sequence[LayerSize],
    input_shape: Shape,
    *,
    picture: bytes | None = None,
    chosen: int | None = None,
    dark: bool = False,
) -> str:
    """Draw a network from left to right; return SVG.

    Args:
        layers: from input to output.
        sizes: of each, as `core.shapes.layer_sizes` gives them.
        input_shape: height, width, channels.
        picture: one that goes in, a PNG; without one a box stands for it.
        chosen: the position of a layer to mark, from 0.
        dark: whether the page is dark.
    """
    sheet = _Sheet(dark, max(input_shape[:2]))
    sheet.input(input_shape, picture)
    before: Shape = input_shape
    for position, (layer, size) in enumerate(zip(layers, sizes, strict=True)):
        sheet.layer(layer, size, before, chosen=position == chosen, last=position == len(layers) - 1)
        if size.output is None:
            sheet.broken(len(layers) - position - 1)
            break
        before = size.output
    return sheet.finished()


def said(layers: Sequence[Layer], sizes: Sequence[LayerSize], input_shape: Shape) -> str:
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
        return "#E6EAEE" if self.dark else "#16202A"

    @property
    def _faint(self) -> str:
        return "#9AA3AC" if self.dark else "#5F6973"

    def _scaled(self, side: int) -> float:
        """Return how high a side of a picture is drawn: by its root, so that small ones still show."""
        return _LOW + (_HIGH - _LOW) * math.sqrt(min(side / self.side, 1.0))

    def input(self, shape: Shape, picture: bytes | None) -> None:
        """Draw what goes in."""
        if picture is None:
            self._box(shape, _REST, "input", shape_text(shape))
            return
        height = self._scaled(shape[0])
        width = height * shape[1] / shape[0]
        address = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        self.parts.append(
            f'<image x="{self.x:.1f}" y="{_MIDDLE - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'href="{address}" preserveAspectRatio="none" style="image-rendering:pixelated"/>'
        )
        self._label("input", shape_text(shape), self.x + width / 2)
        self.x += width + 22

    def layer(self, layer: Layer, size: LayerSize, before: Shape, *, chosen: bool, last: bool) -> None:
        """Draw a layer by what it makes."""
        colour = layer_colour(layer)
        if size.output is None:
            self._impossible(layer)
            return
        shape, start = size.output, self.x
        if isinstance(layer, Rescaling | Normalization | BatchNormalization | Activation | Dropout):
            self._plate(layer, before)
        elif len(shape) > 1:
            self._box(shape, colour, _short(layer), shape_text(shape), trained=size.trained > 0 or not size.parameters)
        elif last:
            self._dots(shape[0])
        else:
            self._bar(shape[0], colour, _short(layer))
        if chosen:
            self.parts.append(
                f'<rect x="{start - 4:.1f}" y="{_HEIGHT - 5}" width="{self.x - start - 6:.1f}" height="3" rx="1.5" '
                f'fill="{"#2E8BC9" if self.dark else "#0072B2"}"/>'
            )

    def broken(self, left: int) -> None:
        """Say how many layers are not reached."""
        self.end = self.x
        if left:
            self._text(f"{left} more not reached", self.x + 40, _MIDDLE + 4, 11, self._faint)
            self.x += 96

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
        """Draw a box: as high and deep as the picture, as thick as it has channels."""
        height, width, channels = shape
        high, deep = self._scaled(height), self._scaled(width) * _SLANT
        thick = 6 + 4 * math.log2(channels)
        space = max(thick + deep, 5.8 * len(name), 5.3 * len(below), 50.0)
        x, top = self.x + (space - thick - deep) / 2, _MIDDLE - high / 2 + deep / 2
        right, up = x + thick, top - deep
        style = f'stroke="{colour}" stroke-width="1" stroke-linejoin="round"'
        dashed = "" if trained else ' stroke-dasharray="3 2"'
        back = "#12161B" if self.dark else "#FFFFFF"
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

    def _plate(self, layer: Layer, shape: Shape) -> None:
        """Draw what leaves the shape as it is: a thin plate, dashed where values are dropped."""
        high = self._scaled(shape[0]) if len(shape) > 1 else self._bar_height(shape[0])
        dashed = ' stroke-dasharray="2 3"' if isinstance(layer, Dropout) else ""
        space = 34.0
        self.parts.append(
            f'<rect x="{self.x + space / 2 - 3:.1f}" y="{_MIDDLE - high / 2:.1f}" width="6" height="{high:.1f}" rx="2" '
            f'fill="{_REST}" fill-opacity="{0.15 if dashed else 0.55}" stroke="{_REST}"{dashed}/>'
        )
        self._label(_short(layer), "", self.x + space / 2)
        self.x += space + 12

    def _bar_height(self, units: int) -> float:
        return _LOW + (_HIGH - _LOW) * min(math.log2(units + 1) / 14, 1.0)

    def _bar(self, units: int, colour: str, name: str) -> None:
        high, space = self._bar_height(units), max(5.8 * len(name), 44.0)
        left, top = self.x + space / 2 - 6, _MIDDLE - high / 2
        self.parts.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="12" height="{high:.1f}" rx="3" fill="{colour}" '
            f'fill-opacity="0.75" stroke="{colour}"/>'
        )
        self._label(name, f"{units:,}", self.x + space / 2)
        self.x += space + 12

    def _dots(self, classes: int) -> None:
        """Draw the answer: a dot a class, in the classes' colours."""
        shown, space = min(classes, _MOST_DOTS), 58.0
        apart = min(13.0, _HIGH / shown)
        for index in range(shown):
            y = _MIDDLE + (index - (shown - 1) / 2) * apart
            colour = CLASS_COLOURS[index % len(CLASS_COLOURS)]
            self.parts.append(
                f'<circle cx="{self.x + space / 2:.1f}" cy="{y:.1f}" r="{apart * 0.38:.1f}" fill="{colour}"/>'
            )
        self._label("softmax", f"{classes:,} classes", self.x + space / 2)
        self.x += space + 14

    def _impossible(self, layer: Layer) -> None:
        space = 62.0
        self.parts.append(
            f'<rect x="{self.x + 8:.1f}" y="{_MIDDLE - 34}" width="{space - 16}" height="68" rx="4" fill="none" '
            f'stroke="{_PROBLEM}" stroke-width="1.5" stroke-dasharray="4 3"/>'
        )
        self._text("!", self.x + space / 2, _MIDDLE + 10, 28, _PROBLEM, bold=True)
        self._label(_short(layer), "does not fit", self.x + space / 2)
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


def _short(layer: Layer) -> str:
    """Return a layer's name as there is room for it under its box."""
    match layer:
        case Conv2D():
            return f"conv {layer.kernel_size} × {layer.kernel_size}" + (
                f" /{layer.strides}" if layer.strides > 1 else ""
            )
        case MaxPool2D():
            return f"max {layer.pool_size} × {layer.pool_size}"
        case AveragePool2D():
            return f"mean {layer.pool_size} × {layer.pool_size}"
        case GlobalMaxPooling2D():
            return "max"
        case GlobalAveragePooling2D():
            return "mean"
        case BatchNormalization():
            return "norm"
        case Dropout():
            return f"drop {layer.rate:.0%}"
        case Activation():
            return layer.function
        case Flatten():
            return "flatten"
        case Dense():
            return "dense" + (f", {layer.activation}" if layer.activation != "linear" else "")
        case ResidualBlock():
            return "residual" + (f" /{layer.strides}" if layer.strides > 1 else "")
        case Pretrained():
            return layer.application
    return "scale"
