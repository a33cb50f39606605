"""The one door for images: bytes → upright RGB; contact sheets; handwriting.

Other programs call `core.images.read_image(data, at_least=0)`, which raises `ImageError` with a `reason`.
"""

from core.images.containers import ImageError
from core.images.image_io import read_image

__all__ = ["ImageError", "read_image"]
