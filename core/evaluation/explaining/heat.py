"""Where a network looked: heatmaps, and images with one laid over them."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.images import image_io

GRAD_CAM, SALIENCY = "grad-cam", "saliency"
# The share of the image that the hottest place covers.
_OPACITY = 0.75


@dataclass(frozen=True, eq=False)
class HeatMaps:
    """For each of some classes, how much each place of an image speaks for it.

    Attributes:
        method: `GRAD_CAM`, or `SALIENCY` for a network without convolution.
        maps: float32 `(k, rows, columns)`, ≥ 0, without a unit; the places are the network's, coarser than pixels.
    """

    method: str
    maps: np.ndarray

    @property
    def said(self) -> str:
        """How the maps were made, and what to know when reading one."""
        _, rows, columns = self.maps.shape
        if self.method == GRAD_CAM:
            return (
                f"Bright regions support the class (Grad-CAM, {columns}×{rows} grid of the last "
                "convolution). It shows where the network looked, not why."
            )
        return (
            "This network has no convolutional feature map, so Grad-CAM is not available. Bright "
            "pixels have the largest gradient × input for the class score."
        )


def laid_over(image: np.ndarray, heat: np.ndarray, side: int) -> Image.Image:
    """Return an image, enlarged, with a heatmap laid over it: gray where nothing speaks for the class, else bright.

    Args:
        image: uint8 `(height, width, 1 or 3)`.
        heat: float32 `(rows, columns)`, ≥ 0; the largest hundredth of it becomes the brightest.
        side: the longer side of what is returned, in pixels; a smaller image is enlarged by a whole number.
    """
    import cv2

    height, width = image.shape[:2]
    longest = max(height, width)
    scale = max(1, side // longest) if longest <= side else side / longest
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_NEAREST if scale >= 1 else cv2.INTER_AREA
    gray = np.asarray(image_io.from_array(image).convert("L"))
    below = np.repeat(cv2.resize(gray, size, interpolation=how)[..., np.newaxis], 3, axis=2)
    # One hot corner must not leave all else cold.
    hottest = float(np.percentile(heat, 99)) or float(heat.max())
    strength = heat / max(hottest, np.finfo(np.float32).tiny)
    strength = np.clip(cv2.resize(strength.astype(np.float32), size, interpolation=cv2.INTER_LINEAR), 0, 1)
    colours = cv2.applyColorMap((255 * strength).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    share = (_OPACITY * strength)[..., np.newaxis]
    return Image.fromarray(np.rint((1 - share) * below + share * colours).astype(np.uint8))
