"""What every step is: settings, a change to an image, and the same as Pillow code. No chance in it.

A new one is a class with these answers, and a line in `core.preprocessing.steps`.
"""

from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Self

import numpy as np
from PIL import Image

from core.images.image_io import MAX_PIXELS
from core.settings import SettingError, Specification, setting


class StepError(SettingError):
    """A step that cannot be applied to an image. The message names the step and says why.

    Attributes:
        position: the step's place in its pipeline, from 0.
    """

    position: int = 0


@dataclass(frozen=True)
class Step(Specification):
    """The base of all steps. Points are measured in pixels from the upper left corner of the upper left pixel."""

    # Whether it matters to it how many pixels an image has.
    counts_pixels: ClassVar[bool] = True

    _: KW_ONLY
    on: bool = setting(True, help="A step that is switched off stays in its pipeline and does nothing.")

    def apply(self, image: Image.Image) -> Image.Image:
        """Return the changed image, mode L or RGB; the given one stays as it is.

        Raises:
            StepError: the step cannot be applied to this image.
        """
        width, height = self.size_after(*image.size)
        if not width or not height:
            raise self._refused(f"nothing would be left of an image of {_size(*image.size)}.")
        if width * height > MAX_PIXELS:
            limit = f"{MAX_PIXELS / 1e6:.0f} megapixels"
            raise self._refused(f"the image would have {_size(width, height)}; at most {limit} are made.")
        return self._changed(image)

    def code(self) -> str:
        """Return Pillow code that does the same to a variable `image`, one statement a line."""
        raise NotImplementedError

    def size_after(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height of the image after the step, of those before; a side may be 0.

        Raises:
            StepError: the step cannot be applied to an image of this size.
        """
        return width, height

    def origin(self, width: int, height: int) -> np.ndarray:  # noqa: ARG002 sizes matter to most steps
        """Return where the points of the image after the step come from.

        Args:
            width: of the image before, and `height`.

        Returns:
            Float64 `(2, 3)`: times (x, y, 1) after the step, it gives (x, y) before.
        """
        return np.eye(2, 3)

    @property
    def sufficient_side(self) -> int:
        """To how many pixels a side a larger image may be reduced before it; 0: it may not."""
        return 0

    @property
    def idle(self) -> frozenset[str]:
        """The settings that have no effect as the others are."""
        return frozenset()

    @property
    def wraps(self) -> bool:
        """Whether what leaves the image at one side comes in at the other."""
        return False

    def shares(self, width: int, height: int) -> tuple[float, float]:
        """Return the shares of area lost and made up, each 0–1.

        Lost is the share of the image before the step that is no longer in the image after it: what was cut off or
        moved out. Made up is the share of the image after the step that shows nothing of the image before: bands,
        corners and gaps, whatever fills them. Resampling in itself loses and makes up no area, only pixels.

        Args:
            width: of the image before, and `height`.
        """
        import cv2

        if self.wraps:
            return 0.0, 0.0
        right, bottom = self.size_after(width, height)
        corners = np.array([(0, 0, 1), (right, 0, 1), (right, bottom, 1), (0, bottom, 1)], np.float64)
        origin = self.origin(width, height)
        before = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
        common, _ = cv2.intersectConvexConvex((corners @ origin.T).astype(np.float32), before)
        area = abs(np.linalg.det(origin[:, :2])) * right * bottom
        return _share(1 - common / (width * height)), _share(1 - common / area)

    @classmethod
    def suited(cls, width: int, height: int) -> Self:  # noqa: ARG003 sizes matter to some steps
        """Return the step with settings that show what it does to an image of this size."""
        return cls()

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object; `on` stands in it only where the step is switched off."""
        data = super().to_json()
        if self.on:
            del data["on"]
        return data

    def _changed(self, image: Image.Image) -> Image.Image:
        raise NotImplementedError

    def _refused(self, why: str) -> StepError:
        return StepError(f"{self.title}: {why}")


def _size(width: int, height: int) -> str:
    return f"{width:,}×{height:,} pixels"


def _share(value: float) -> float:
    """Take away what rounding left, far below the area of a pixel."""
    return min(max(0.0, round(value, 6)), 1.0)
