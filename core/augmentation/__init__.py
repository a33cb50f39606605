"""Augmentation: draw by chance how each picture is turned, shifted, bent and coloured, then do exactly that."""

from core.augmentation.applying import FILL_MODES
from core.augmentation.augmentation import CHANCES, FIELDS, Augmentation, Field
from core.augmentation.draw import Draw, describe
from core.augmentation.ranges import extremes, strip

__all__ = ["CHANCES", "FIELDS", "FILL_MODES", "Augmentation", "Draw", "Field", "describe", "extremes", "strip"]
