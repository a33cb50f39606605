"""Normalization: pixel values 0–255 brought to a range in which networks learn well. Images stay as they are."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.settings import SettingError

NONE, UNIT, SIGNED, STANDARD = "none", "0 to 1", "−1 to 1", "standardised"
_HOW = (NONE, UNIT, SIGNED, STANDARD)
_CHANNELS = (1, 3)
_SMALLEST_DEVIATION = 1e-3


@dataclass(frozen=True)
class Normalisation:
    """What happens to each number: times `scale`, plus `offset`, as Keras's Rescaling layer does.

    Attributes:
        how: none, 0 to 1 (v / 255), −1 to 1 (v / 127.5 − 1), or standardised ((v − mean) / deviation, by channel).
        means: of the values 0–255, one a channel (1 or 3); only where it is standardised.
        deviations: standard deviations of the same, above 0.
    """

    how: str = NONE
    means: tuple[float, ...] = ()
    deviations: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Check it.

        Raises:
            SettingError: an unknown way, or means and deviations that do not fit it.
        """
        if self.how not in _HOW:
            raise SettingError(f"Normalization: how must be one of {', '.join(_HOW)}; received {self.how!r}.")
        if self.how != STANDARD:
            if self.means or self.deviations:
                raise SettingError(f"Normalization: {self.how} takes no means and deviations.")
            return
        if len(self.means) not in _CHANNELS or len(self.deviations) != len(self.means):
            raise SettingError("Normalization: one mean and one deviation a channel are needed, for 1 or 3 channels.")
        if not all(0 <= mean <= 255 for mean in self.means):
            raise SettingError(f"Normalization: means must be numbers from 0 to 255; received {list(self.means)}.")
        if not all(_SMALLEST_DEVIATION <= deviation <= 255 for deviation in self.deviations):
            raise SettingError(
                f"Normalization: deviations must be numbers from {_SMALLEST_DEVIATION} to 255; received "
                f"{list(self.deviations)}. A channel of one value only cannot be standardized."
            )

    @property
    def scale(self) -> tuple[float, ...]:
        """The factor: one for all channels, or one a channel."""
        if self.how == STANDARD:
            return tuple(1 / deviation for deviation in self.deviations)
        return ({NONE: 1.0, UNIT: 1 / 255, SIGNED: 1 / 127.5}[self.how],)

    @property
    def offset(self) -> tuple[float, ...]:
        """What is added after: one for all channels, or one a channel."""
        if self.how == STANDARD:
            return tuple(-mean / deviation for mean, deviation in zip(self.means, self.deviations, strict=True))
        return (-1.0 if self.how == SIGNED else 0.0,)

    def apply(self, pixels: np.ndarray) -> np.ndarray:
        """Return float32 of the same shape `(…, channels)`; one mean serves all channels, three one channel not.

        Raises:
            SettingError: there is a mean for each of three channels, and the images have one.
        """
        if len(self.means) > pixels.shape[-1]:
            raise SettingError("Normalization: means of three channels do not fit gray images. Work them out anew.")
        return pixels * np.array(self.scale, np.float32) + np.array(self.offset, np.float32)

    @property
    def formula(self) -> str:
        """What happens to a value v, for a person."""
        if self.how == STANDARD:
            each = [
                f"(v − {mean:.1f}) / {deviation:.1f}"
                for mean, deviation in zip(self.means, self.deviations, strict=True)
            ]
            names = ("",) if len(each) == 1 else ("red: ", "green: ", "blue: ")
            return " · ".join(name + one for name, one in zip(names, each, strict=True))
        return {NONE: "v", UNIT: "v / 255", SIGNED: "v / 127.5 − 1"}[self.how]

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {"how": self.how, "means": list(self.means), "deviations": list(self.deviations)}

    @classmethod
    def from_json(cls, data: Any) -> "Normalisation":
        """Make one from `to_json`'s object.

        Raises:
            SettingError: it is no such object.
        """
        try:
            means, deviations = (tuple(map(float, data.get(name, ()))) for name in ("means", "deviations"))
            return cls(str(data.get("how", NONE)), means, deviations)
        except (AttributeError, TypeError, ValueError) as error:
            raise SettingError(
                f"A normalization must be an object such as {{'how': '{UNIT}'}}; received {data!r}."
            ) from error
