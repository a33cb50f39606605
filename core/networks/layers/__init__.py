"""All layers: a class each, in a file a family, and a line each here, in the order in which they are offered."""

# ruff: noqa: I001 they are not in the order of the alphabet
from core.networks.layers.base import ACTIVATIONS as ACTIVATIONS
from core.networks.layers.base import HIDDEN_ACTIVATIONS as HIDDEN_ACTIVATIONS
from core.networks.layers.base import KerasContext as KerasContext
from core.networks.layers.base import Layer as Layer
from core.networks.layers.base import LayerDrawing as LayerDrawing
from core.networks.layers.base import Shape as Shape
from core.networks.layers.scaling import Rescaling as Rescaling
from core.networks.layers.scaling import Normalization as Normalization
from core.networks.layers.convolution import Conv2D as Conv2D
from core.networks.layers.convolution import SeparableConv2D as SeparableConv2D
from core.networks.layers.pooling import MaxPool2D as MaxPool2D
from core.networks.layers.pooling import AveragePool2D as AveragePool2D
from core.networks.layers.pooling import GlobalMaxPooling2D as GlobalMaxPooling2D
from core.networks.layers.pooling import GlobalAveragePooling2D as GlobalAveragePooling2D
from core.networks.layers.normalization import BatchNormalization as BatchNormalization
from core.networks.layers.normalization import GroupNormalization as GroupNormalization
from core.networks.layers.normalization import UnitNormalization as UnitNormalization
from core.networks.layers.activation import Activation as Activation
from core.networks.layers.regularization import Dropout as Dropout
from core.networks.layers.dense import Flatten as Flatten
from core.networks.layers.dense import Dense as Dense
from core.networks.layers.residual import ResidualBlock as ResidualBlock
from core.networks.layers.pretrained import Pretrained as Pretrained
from core.settings import registry

LAYERS: dict[str, type[Layer]] = registry(Layer, globals())
