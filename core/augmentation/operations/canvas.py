"""An image whose values change: what changes each value by itself folds into one look-up."""

import numpy as np

_VALUES = np.arange(256, dtype=np.float32)
_VALUES.setflags(write=False)


class Canvas:
    """An image while operations change its values, one after the other.

    Attributes:
        values: what becomes of each value from 0 to 255, float32 `(256,)`, not rounded yet; whoever only maps values
            sets it anew.
    """

    __slots__ = ("_pixels", "_values")

    def __init__(self, pixels: np.ndarray) -> None:
        """Take the pixels, uint8 `(height, width, channels)`; they are changed in place."""
        self._pixels, self._values = pixels, _VALUES

    @property
    def values(self) -> np.ndarray:
        """What becomes of each value."""
        return self._values

    @values.setter
    def values(self, values: np.ndarray) -> None:
        self._values = values

    @property
    def pixels(self) -> np.ndarray:
        """The pixels as they are by now, to be changed in place."""
        self.finish()
        return self._pixels

    def finish(self) -> None:
        """Do to the pixels what is still to be looked up."""
        import cv2

        if self._values is not _VALUES:
            cv2.LUT(self._pixels, np.rint(self._values).astype(np.uint8), self._pixels)
            self._values = _VALUES
