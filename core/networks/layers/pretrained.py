"""A pretrained network as a layer: feature extraction, or fine-tuning."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from core.networks.layers.base import BLOCK, ImageLayer, KerasContext, LayerDrawing, Shape
from core.networks.pretrained import BLOCKS, PRETRAINED, PretrainedNetwork
from core.settings import setting

_SCALE, _OFFSET = 1 / 127.5, -1.0
_LARGEST_SIDE = 320
_USUAL_SIDE = 224


@dataclass(frozen=True)
class Pretrained(ImageLayer):
    """A network trained on ImageNet, without its last layer; it scales its own input."""

    title: ClassVar[str] = "Pretrained network"
    calms: ClassVar[bool] = True
    advice: ClassVar[str] = "It takes images, gray or in color, of at least 32 × 32 pixels: put it first."
    function_code: ClassVar[str] = '''\
def pretrained(tensor, application, trainable, scaled, trainable_from="", size=0):
    """Return what a network trained on ImageNet, without its last layer, sees in images."""
    if tensor.shape[-1] == 1:
        tensor = layers.Concatenate()([tensor] * 3)
    if size and tensor.shape[1:3] != (size, size):
        tensor = layers.Resizing(size, size)(tensor)
    network = application(include_top=False, weights="imagenet", input_shape=tensor.shape[1:])
    learns = False
    for layer in network.layers:
        learns = learns or (trainable and layer.name.startswith(trainable_from))
        # Small batches would spoil the statistics of batch normalisation.
        layer.trainable = learns and not isinstance(layer, layers.BatchNormalization)
    if scaled:
        tensor = layers.Rescaling(1 / 127.5, -1.0)(tensor)
    return network(tensor)


'''

    application: str = setting(
        "MobileNetV2",
        choices=tuple(PRETRAINED),
        help="EfficientNetLite0 comes with Pixelwise; the weights of the others are downloaded once.",
    )
    trainable: bool = setting(False, help="Train its weights too (fine-tuning), or only the layers after it.")
    trainable_from: str = setting(
        "", choices=("", *BLOCKS), help="Where its weights are trained: from which of its blocks on; empty: all of it."
    )
    size: int = setting(
        0,
        minimum=0,
        maximum=_LARGEST_SIDE,
        step=32,
        unit="px",
        help="Images are resized to so many pixels a side first; 0: they stay as they come. "
        "It has learned from images of 224 × 224.",
    )

    @property
    def network(self) -> PretrainedNetwork:
        """What it is made of."""
        return PRETRAINED[self.application]

    @property
    def extracts_features(self) -> bool:
        """Whether its weights stay as they came."""
        return not self.trainable

    def problem(self, shape: Shape) -> str:
        """Say that it takes images of a least size, gray or in colour."""
        if problem := super().problem(shape):
            return problem
        try:
            self.network.block(self.trainable_from)
        except ValueError as error:
            return str(error)
        least = self.network.stride
        if 0 < self.size < least:
            return f"{self.application} needs images of at least {least} × {least}: choose a larger size, or 0."
        if min(self._inside(shape)) >= least and shape[-1] in (1, 3):
            return ""
        gets = " × ".join(f"{side:,}" for side in shape)
        return (
            f"{self.application} needs gray or color images of at least {least} × {least}, and gets {gets}. Put it "
            "first, and enlarge the images: choose a size."
        )

    def _inside(self, shape: Shape) -> tuple[int, int]:
        """Return height and width as the network gets them."""
        return (self.size, self.size) if self.size else (shape[0], shape[1])

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape of its last layer but the one left out."""
        return (*(math.ceil(side / self.network.stride) for side in self._inside(shape)), self.network.channels)

    def parameters(self, shape: Shape) -> int:  # noqa: ARG002 as all layers are asked
        """Return those of the network."""
        return self.network.parameters

    def trained(self, shape: Shape) -> int:  # noqa: ARG002 as all layers are asked
        """Return those of the network but for its batch normalisations; none where it stays as it came."""
        return self.network.trained_from(self.trainable_from) if self.trainable else 0

    def values(self, shape: Shape) -> int:
        """Return what its pass makes; nothing is kept for the way back through weights that do not train."""
        if self.trainable:
            return self.network.values * math.prod(self._inside(shape))
        return math.prod(self.output_shape(shape))

    def keras(self, context: KerasContext, tensor: Any) -> Any:
        """Return the features that it sees: height, width and channels of its last layer.

        Its batch normalisation keeps the statistics it came with, also when its weights are trained: batches of a small
        dataset would spoil them.
        """
        tensor = self._prepared(context, tensor)
        model = self.network.keras(context.keras, tensor.shape[1:])
        begins, learns = self.network.block(self.trainable_from), False
        for each in model.layers:
            learns = learns or (self.trainable and each.name.startswith(begins))
            each.trainable = learns and not isinstance(each, context.keras.layers.BatchNormalization)
        return model(self._scaled(context, tensor))

    def keras_for_features(self, context: KerasContext, tensor: Any) -> Any:
        """Return what `keras` returns, from a network that cannot be trained and may be faster."""
        tensor = self._prepared(context, tensor)
        model = self.network.for_features(context.keras, tensor.shape[1:])
        return model(self._scaled(context, tensor))

    def _prepared(self, context: KerasContext, tensor: Any) -> Any:
        """Return images in colour and of the size that is set."""
        if tensor.shape[-1] == 1:
            tensor = context.layers.Concatenate()([tensor] * 3)
        if self.size and tensor.shape[1:3] != (self.size, self.size):
            tensor = context.layers.Resizing(self.size, self.size)(tensor)
        return tensor

    def _scaled(self, context: KerasContext, tensor: Any) -> Any:
        return context.layers.Rescaling(_SCALE, _OFFSET)(tensor) if self.network.scaled else tensor

    def code(self, *, mixed: bool) -> str:  # noqa: ARG002 as all layers are asked
        """Return a call of the script's own function."""
        given = [f"pretrained(tensor, {self.network.code()}, {self.trainable}, scaled={self.network.scaled}"]
        if self.trainable and self.trainable_from:
            given.append(f'trainable_from="{self.network.block(self.trainable_from)}"')
        if self.size:
            given.append(f"size={self.size}")
        return ", ".join(given) + ")"

    def functions_code(self) -> str:
        """Return what makes the network, too."""
        return self.network.functions_code() + self.function_code

    def to_json(self) -> dict[str, Any]:
        """Return it as before it could be told a block or a size, where it is told none: a recipe stays the same."""
        new = {"trainable_from": "", "size": 0}
        return {name: value for name, value in super().to_json().items() if name not in new or value != new[name]}

    @classmethod
    def added(cls) -> "Pretrained":
        """Return the one that needs no download, for images of any size."""
        return cls("EfficientNetLite0", size=_USUAL_SIDE)

    def details(self) -> str:
        """Return which it is, and whether it learns."""
        learns = f"trained on{f' from {self.trainable_from}' if self.trainable_from else ''}"
        side = f", {self.size} × {self.size}" if self.size else ""
        return f"{self.application}, {learns if self.trainable else 'frozen'}{side}"

    def drawing(self) -> LayerDrawing:
        """Return a box with its name."""
        return LayerDrawing(self.application, BLOCK)
