"""A value of every field of an augmentation in which it is not off, made of what the field says of itself."""

from dataclasses import fields
from typing import Any

from core.augmentation import CONTROLS, OPERATIONS, Augmentation


def example(name: str) -> Any:
    """Return a value in which the field is not off."""
    off, about = getattr(Augmentation(), name), Augmentation.setting_of(name)
    if isinstance(off, bool):
        return not off
    if about.choices:
        return next(choice for choice in about.choices if choice != off)
    low, high, step = about.minimum, about.maximum, about.step
    assert low is not None and high is not None and step is not None, f"{name} needs a range"
    high = min(high, 0.4) if CONTROLS.get(name) and CONTROLS[name].side else high
    third, half = (round(low + round((high - low) / parts / step) * step, 6) for parts in (3, 2))
    if isinstance(off, int):
        return int(third)
    return third if isinstance(off, float) else (third, half)


EXAMPLES = {each.name: example(each.name) for each in fields(Augmentation)}


def alone(operation: type) -> Augmentation:
    """Return an augmentation in which one operation is on."""
    (names,) = [each.names() for each in OPERATIONS if each is operation]
    return Augmentation(**{name: EXAMPLES[name] for name in names})
