"""A live slider's value in the address."""

import math

from pages.common.address import AddressError, Parameter
from pages.components.live_slider import Slider

_LONGEST_SAID = 40


def slider_parameter(name: str, slider: Slider) -> Parameter:
    """Return the parameter of a slider of one thumb.

    Args:
        name: in the address.
        slider: whose value it is, kept under the slider's key.
    """
    kind = type(slider.step)

    def read(texts: list[str]) -> float:
        try:
            value = float(texts[0])
        except ValueError:
            value = math.nan
        if not slider.minimum <= value <= slider.maximum:
            raise AddressError(
                f"“{texts[0][:_LONGEST_SAID]}” is no number from {slider.minimum:g} to {slider.maximum:g}."
            )
        return kind(value)

    return Parameter(name, slider.key, read, lambda value: [f"{value:g}"], slider.value)
