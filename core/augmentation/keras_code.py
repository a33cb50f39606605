"""An augmentation as Keras code to copy: an `ImageDataGenerator` call, and preprocessing layers.

Both functions take the fields of `Augmentation` by name.
"""

import math
from collections.abc import Mapping
from typing import Any

_SHIFTS = """\
# Keras 3 exchanges the two shifts when it draws them: in Keras 3.15 height_shift_range moves a picture sideways and
# width_shift_range up and down. Pixelwise does what the names say; exchange the two values here to get the same."""


def generator_code(settings: Mapping[str, Any]) -> str:
    """Return code that makes the `ImageDataGenerator` of the same settings, called `generator`."""
    # From a whole number of pixels Keras would draw whole pixels.
    taken = {**settings, **{name: float(settings[name]) for name in ("width_shift_range", "height_shift_range")}}
    off = {"zoom_range": (1, 1), "fill_mode": "nearest"}
    missing = {"contrast_range", "erasing", "erasing_scale", "erasing_ratio", "erasing_value"}
    given = [
        f"    {name}={value!r},"
        for name, value in taken.items()
        if name not in missing and (value != off[name] if name in off else value)
    ]
    notes = [_SHIFTS] if taken["width_shift_range"] or taken["height_shift_range"] else []
    notes += [f"# ImageDataGenerator has no {name}." for name in ("contrast_range", "erasing") if settings[name]]
    lines = ["from tensorflow.keras.preprocessing.image import ImageDataGenerator", "", *notes]
    return "\n".join([*lines, "generator = ImageDataGenerator(", *given, ")"])


def layers_code(settings: Mapping[str, Any]) -> str:
    """Return code that makes Keras 3 layers which change pictures within the same ranges, as far as there are such.

    The code makes a model called `augmentation`, for pictures with values 0–255.
    """
    fill = f"fill_mode={settings['fill_mode']!r}, fill_value={settings['cval']!r}"
    layers, notes = [], ["# Each layer resamples the picture once more; Pixelwise resamples it once."]
    if settings["rotation_range"]:
        layers.append(f"RandomRotation({settings['rotation_range']!r} / 360, {fill})")
    shifts = {side: settings[f"{side}_shift_range"] for side in ("height", "width")}
    if any(shifts.values()):
        shares = (f"{side}_factor={_share(shift, side)}" for side, shift in shifts.items())
        layers.append(f"RandomTranslation({', '.join(shares)}, {fill})")
    if settings["shear_range"]:
        notes.append("# RandomShear slants about a corner, and by 45° at most.")
        share = min(math.tan(math.radians(settings["shear_range"])), 1.0)
        layers.append(f"RandomShear(x_factor=(0.0, {share:.4f}), {fill})")
    if settings["zoom_range"] != (1, 1):
        low, high = settings["zoom_range"]
        if high > 2:
            notes.append("# RandomZoom sees twice the picture's size at most.")
        factor = (round(min(low, 2) - 1, 6), round(min(high, 2) - 1, 6))
        layers.append(f"RandomZoom(height_factor={factor}, width_factor={factor}, {fill})")
    if settings["channel_shift_range"]:
        layers.append(f"RandomBrightness({settings['channel_shift_range']!r} / 255)")
    flips = [name for name in ("horizontal", "vertical") if settings[f"{name}_flip"]]
    if flips:
        layers.append(f"RandomFlip({'_and_'.join(flips)!r})")
    if settings["brightness_range"]:
        notes.append("# No layer multiplies values as brightness_range does: RandomBrightness adds to them.")
    if settings["contrast_range"]:
        low, high = settings["contrast_range"]
        below, above = round(1 - low, 6), round(high - 1, 6)
        if below <= above:
            layers.append(f"RandomContrast(({below}, {above}))")
        else:
            notes.append(
                f"# No RandomContrast draws from {low} to {high}: it exchanges the two where {below} > {above}."
            )
    if settings["erasing"]:
        notes.append("# RandomErasing draws width and height of the box apart: there is no erasing_ratio.")
        share, scale, value = settings["erasing"], settings["erasing_scale"], settings["erasing_value"]
        layers.append(f"RandomErasing(({share!r}, {share!r}), scale={scale!r}, fill_value={value!r})")
    if any(shift >= 1 for shift in shifts.values()):
        notes.append("height, width = 32, 32  # of your pictures, for the shifts in pixels")
    made = (f"        layers.{layer}," for layer in layers or ["Identity()"])
    imports = ["import keras", "from keras import layers", ""]
    return "\n".join([*imports, *notes, "augmentation = keras.Sequential(", "    [", *made, "    ]", ")"])


def _share(shift: float, side: str) -> str:
    """Return a shift as a share of a side, in Python."""
    return repr(shift) if shift < 1 else f"min({shift!r} / {side}, 1.0)"
