"""The ways in which chance can change an image, one file and one line here each.

The lines' order is that of the fields on the page, in JSON and in Keras code. Geometric operations fold into one
matrix in this order; those that change values follow by their own `order`.
"""

# ruff: noqa: I001 they are not in the order of the alphabet
from core.augmentation.operations.operation import GEOMETRY as GEOMETRY
from core.augmentation.operations.operation import Draw as Draw
from core.augmentation.operations.operation import Field as Field
from core.augmentation.operations.operation import Geometric as Geometric
from core.augmentation.operations.operation import Operation as Operation
from core.augmentation.operations.operation import PixelOperation as PixelOperation
from core.augmentation.operations.rotation import Rotation as Rotation
from core.augmentation.operations.shift import Shift as Shift
from core.augmentation.operations.shear import Shear as Shear
from core.augmentation.operations.zoom import Zoom as Zoom
from core.augmentation.operations.flip import Flip as Flip
from core.augmentation.operations.brightness import Brightness as Brightness
from core.augmentation.operations.contrast import Contrast as Contrast
from core.augmentation.operations.channel_shift import ChannelShift as ChannelShift
from core.augmentation.operations.erasing import Erasing as Erasing
from core.augmentation.operations.blur import Blur as Blur
from core.augmentation.operations.sharpness import Sharpness as Sharpness
from core.settings import registry

OPERATIONS: tuple[type[Operation], ...] = tuple(registry(Operation, globals()).values())
