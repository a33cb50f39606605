"""Augmentation: draw by chance how each image is turned, shifted, bent and coloured, then do exactly that."""

from core.augmentation.applying import FILL_MODES
from core.augmentation.augmentation import CONTROLS, FIELDS, Augmentation
from core.augmentation.chances import CHANCES
from core.augmentation.draw import describe
from core.augmentation.operations import GEOMETRY, OPERATIONS, Draw, Field, Operation
from core.augmentation.ranges import extremes, strip

__all__ = [
    "CHANCES",
    "CONTROLS",
    "FIELDS",
    "FILL_MODES",
    "GEOMETRY",
    "OPERATIONS",
    "Augmentation",
    "Draw",
    "Field",
    "Operation",
    "describe",
    "extremes",
    "strip",
]
