"""A network as the sequence of all its layers, those of networks within it too, with what each looks at."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.networks.receptive_field import Field, padding_before
from core.nn.inference.layers import LayerMaps, Layers, Products
from core.runs import kept_epochs
from core.runs.kept_epochs import KeptEpochError

MOST_LAYERS, MOST_MAPS = 24, 16
_MAP_PX, _MOST_NUMBERS = 64, 256
_Fields = tuple[Field, Field] | None
_L = keras.layers
_POOLING = (_L.MaxPooling2D, _L.AveragePooling2D)
# What follows a layer closely, and is left out of a long list.
_FOLLOWERS = (_L.BatchNormalization, _L.Activation, _L.ReLU, _L.ZeroPadding2D, _L.GroupNormalization)
# What hands on each place as it comes, or changes it by itself.
_BY_PLACE = (*_FOLLOWERS[:3], _L.Rescaling, _L.Normalization, _L.Dropout, _L.SpatialDropout2D, _L.GaussianNoise)
_JOINING = (_L.Add, _L.Multiply, _L.Average, _L.Concatenate, _L.Subtract, _L.Maximum)
_UNSEEN = (_L.InputLayer, _L.Dropout, _L.SpatialDropout2D, _L.GaussianNoise, _L.Flatten)


@dataclass(eq=False)
class _Stage:
    """A layer: the stages that it is given the outputs of (−1: the image), and what its output looks at."""

    layer: Any
    sources: tuple[int, ...]
    shape: tuple[int, ...]
    fields: _Fields


class LayerGraph:
    """A model whose layers can be looked at, with the weights of any kept epoch."""

    def __init__(self, model: keras.Model, folder: Path) -> None:
        """Look into a run's model."""
        if isinstance(model, keras.Sequential):
            model = keras.Model(model.inputs[0], model.outputs[0])
        self._model, self._folder = model, folder
        spread, self._stages = _spread(model, (Field(), Field()))
        self._shape = tuple(model.input_shape[1:])
        self._graph = tf.function(
            lambda images: spread(images, training=False),
            input_signature=[tf.TensorSpec((1, *self._shape), tf.float32)],
        )
        self._last = [np.asarray(each) for each in model.weights]
        self._epoch: int | None = None
        self._seen: tuple[bytes, int | None] | None = None
        self._outputs: list[np.ndarray] = []

    def maps(self, image: np.ndarray, epoch: int | None) -> Layers:
        """As `core.nn.inference.layers.maps`."""
        self._look(image, epoch)
        probabilities = self._outputs[-1][0]
        return Layers([self._drawn(place) for place in self._shown()], self._logits(probabilities), probabilities)

    def products(
        self, image: np.ndarray, epoch: int | None, stage: int, channel: int, row: int, column: int
    ) -> Products | None:
        """As `core.nn.inference.layers.products`."""
        self._look(image, epoch)
        if not 0 <= stage < len(self._stages):
            raise ValueError("there is no such layer")
        found = self._stages[stage]
        output = self._outputs[stage][0]
        place = (row, column, channel) if output.ndim > 1 else (channel,)
        if any(not 0 <= at < side for at, side in zip(place, output.shape, strict=True)):
            raise ValueError("there is no such place in the layer")
        value = float(output[place])
        if isinstance(found.layer, _L.Dense) and output.ndim == 1:
            return _dense(found.layer, self._given(found), channel, value)
        if isinstance(found.layer, _L.Conv2D | _L.DepthwiseConv2D) and not isinstance(found.layer, _L.SeparableConv2D):
            return _convolved(found.layer, self._given(found), channel, row, column, value)
        if isinstance(found.layer, _POOLING):
            given = _patch(found.layer, self._given(found)[..., channel : channel + 1], row, column, np.nan)
            how = "max" if isinstance(found.layer, _L.MaxPooling2D) else "average"
            return Products(np.nan_to_num(given), None, 0.0, value, value, "linear", how)
        return None

    def _look(self, image: np.ndarray, epoch: int | None) -> None:
        """Compute what all layers make of an image, unless that was done just before."""
        if image.shape != self._shape:
            raise ValueError("the network takes images of another shape")
        asked = (image.tobytes(), epoch)
        if asked == self._seen:
            return
        self._seen = None
        if epoch != self._epoch:
            self._take(self._last if epoch is None else kept_epochs.read(self._folder, epoch))
            self._epoch = epoch
        self._image = image.astype(np.float32)
        self._outputs = [np.asarray(tf.cast(each, tf.float32)) for each in self._graph(self._image[np.newaxis])]
        self._seen = asked

    def _take(self, weights: list[np.ndarray]) -> None:
        """Give the model weights; where only what follows a frozen network trained, they are those of its last layers.

        Raises:
            KeptEpochError: they are another network's.
        """
        variables = self._model.weights[-len(weights) :] if weights else []
        if not weights or [tuple(each.shape) for each in variables] != [each.shape for each in weights]:
            raise KeptEpochError("The weights of this epoch are those of another network. Choose another epoch.")
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    def _given(self, stage: _Stage) -> np.ndarray:
        source = stage.sources[0]
        return self._image if source < 0 else np.asarray(self._outputs[source][0])

    def _shown(self) -> list[int]:
        """Return the stages that have something of their own to show; of very many, some along the way."""
        found = [place for place, each in enumerate(self._stages) if not isinstance(each.layer, _UNSEEN)]
        if len(found) > MOST_LAYERS:
            found = [place for place in found if not isinstance(self._stages[place].layer, _FOLLOWERS)]
        if len(found) > MOST_LAYERS:
            # The first ones are the easiest to understand.
            rest = np.linspace(3, len(found) - 1, MOST_LAYERS - 3).round().astype(int)
            found = [*found[:3], *(found[at] for at in rest)]
        return found

    def _drawn(self, place: int) -> LayerMaps:
        stage, output = self._stages[place], self._outputs[place][0]
        shrink = 1
        if output.ndim == 3:
            shrink = -(-max(output.shape[:2]) // _MAP_PX)
            channels = np.moveaxis(output[::shrink, ::shrink, :MOST_MAPS], 2, 0)
        else:
            channels = output.reshape(1, 1, -1)[..., :_MOST_NUMBERS]
        lows, highs = channels.min(axis=(1, 2)), channels.max(axis=(1, 2))
        return LayerMaps(
            place,
            type(stage.layer).__name__,
            _settings(stage.layer),
            tuple(output.shape),
            _grays(channels, lows, highs),
            np.nan_to_num(lows).tolist(),
            np.nan_to_num(highs).tolist(),
            shrink,
            stage.fields if output.ndim == 3 else None,
            _filters(stage.layer),
        )

    def _logits(self, probabilities: np.ndarray) -> np.ndarray:
        last = self._stages[-1]
        if isinstance(last.layer, _L.Dense):
            found = self._given(last) @ np.asarray(last.layer.kernel)
            return np.asarray(found + (np.asarray(last.layer.bias) if last.layer.use_bias else 0))
        return np.asarray(np.log(np.maximum(probabilities, 1e-7)))


def _spread(model: keras.Model, fields: _Fields) -> tuple[keras.Model, list[_Stage]]:
    """Return a model that gives the outputs of all layers, and what they are.

    Args:
        model: functional, perhaps with others in it.
        fields: what the places of its input look at.
    """
    stages: list[_Stage] = []
    outputs: list[Any] = []
    places: dict[int, int] = {}
    around = tuple(model.input_shape[1:])

    def source_of(tensor: Any) -> int:
        return places.get(id(tensor), -1)

    def fields_of(tensor: Any) -> _Fields:
        if id(tensor) in places:
            return stages[places[id(tensor)]].fields
        # Views of an image are put together by operations that are no layers: the first view is the image.
        return fields if tuple(tensor.shape[1:]) == around else None

    def call(layer: Any, *arguments: Any, **options: Any) -> Any:
        tensors = [each for each in keras.tree.flatten(arguments) if isinstance(each, keras.KerasTensor)]
        if isinstance(layer, keras.Model):
            inner, within = _spread(layer, fields_of(tensors[0]))
            given, offset, begin = inner(*arguments), len(stages), source_of(tensors[0])
            for each in within:
                sources = tuple(begin if at < 0 else at + offset for at in each.sources)
                stages.append(_Stage(each.layer, sources, each.shape, each.fields))
            outputs.extend(given)
            places[id(given[-1])] = len(stages) - 1
            return given[-1]
        given = layer(*arguments, **options)
        looks = _fields_after(layer, [tuple(each.shape[1:]) for each in tensors], [fields_of(each) for each in tensors])
        stages.append(_Stage(layer, tuple(source_of(each) for each in tensors), tuple(given.shape[1:]), looks))
        outputs.append(given)
        places[id(given)] = len(stages) - 1
        return given

    copy = keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)
    return keras.Model(copy.inputs[0], outputs), stages


def _fields_after(layer: Any, shapes: list[tuple[int, ...]], fields: list[_Fields]) -> _Fields:
    """Return what the places of a layer's output look at; `None` where that is all of the image, or not known."""
    known = [each for each in fields if each is not None]
    if not known or len(known) != len(fields) or len(shapes[0]) != 3:
        return None
    rows, columns = known[0]
    if isinstance(layer, _BY_PLACE):
        return rows, columns
    if isinstance(layer, _JOINING):
        for other in known[1:]:
            rows, columns = rows.joined(other[0]), columns.joined(other[1])
        return rows, columns
    if isinstance(layer, _L.ZeroPadding2D):
        (top, _), (left, _) = layer.padding
        return rows.through(1, 1, top), columns.through(1, 1, left)
    window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if window is None or "Transpose" in type(layer).__name__:
        return None
    dilation = getattr(layer, "dilation_rate", (1, 1))
    made = [
        field.through(
            window[axis],
            layer.strides[axis],
            padding_before(shapes[0][axis], window[axis], layer.strides[axis], layer.padding, dilation[axis]),
            dilation[axis],
        )
        for axis, field in enumerate((rows, columns))
    ]
    return made[0], made[1]


def _patch(layer: Any, given: np.ndarray, row: int, column: int, outside: float) -> np.ndarray:
    """Return what a window sees, float `(height, width, channels)`; `outside` where it reaches over the edge."""
    window = getattr(layer, "kernel_size", None) or layer.pool_size
    dilation = getattr(layer, "dilation_rate", (1, 1))
    found = np.full((*window, given.shape[2]), outside, np.float32)
    at = []
    for axis, place in enumerate((row, column)):
        before = padding_before(given.shape[axis], window[axis], layer.strides[axis], layer.padding, dilation[axis])
        at.append(place * layer.strides[axis] - before + np.arange(window[axis]) * dilation[axis])
    inside = [(each >= 0) & (each < given.shape[axis]) for axis, each in enumerate(at)]
    found[np.ix_(*inside)] = given[np.ix_(at[0][inside[0]], at[1][inside[1]])]
    return found


def _convolved(layer: Any, given: np.ndarray, channel: int, row: int, column: int, value: float) -> Products | None:
    if getattr(layer, "groups", 1) != 1:
        return None
    seen, kernel = _patch(layer, given, row, column, 0.0), np.asarray(layer.kernel)
    if isinstance(layer, _L.DepthwiseConv2D):
        source, multiple = divmod(channel, layer.depth_multiplier)
        seen, weights = seen[..., source : source + 1], kernel[:, :, source : source + 1, multiple]
    else:
        weights = kernel[..., channel]
    bias = float(layer.bias[channel]) if layer.use_bias else 0.0
    total = float((seen.astype(np.float64) * weights).sum()) + bias
    return Products(seen, weights, bias, total, value, layer.activation.__name__, "")


def _dense(layer: Any, given: np.ndarray, channel: int, value: float) -> Products:
    weights = np.asarray(layer.kernel)[:, channel]
    bias = float(layer.bias[channel]) if layer.use_bias else 0.0
    total = float(given.astype(np.float64) @ weights) + bias
    shape = (1, 1, len(weights))
    return Products(given.reshape(shape), weights.reshape(shape), bias, total, value, layer.activation.__name__, "")


def _settings(layer: Any) -> str:
    window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    parts = [f"{window[0]}×{window[1]}"] if window else []
    if window and max(layer.strides) > 1:
        parts.append(f"stride {layer.strides[0]}")
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return ", ".join([*parts, *([activation] if activation != "linear" else [])])


def _grays(channels: np.ndarray, lows: np.ndarray, highs: np.ndarray) -> np.ndarray:
    spread = np.where(highs > lows, highs - lows, 1)[:, None, None]
    return np.asarray(np.nan_to_num(255 * (channels - lows[:, None, None]) / spread).round(), np.uint8)


def _filters(layer: Any) -> np.ndarray:
    """Return the kernels of a convolution of the image itself, 128 for a weight of 0."""
    kernel = np.asarray(layer.kernel) if isinstance(layer, _L.Conv2D) else np.zeros((0, 0, 0, 0))
    if kernel.ndim != 4 or kernel.shape[2] not in (1, 3) or kernel.shape[0] < 2:
        return np.zeros((0, 0, 0, 1), np.uint8)
    shown = np.moveaxis(kernel[..., :MOST_MAPS], 3, 0)
    largest = np.abs(shown).max(axis=(1, 2, 3), keepdims=True)
    return np.asarray(np.nan_to_num(128 + 127 * shown / np.where(largest > 0, largest, 1)).round(), np.uint8)
