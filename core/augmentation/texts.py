"""The values of an augmentation as short texts, as an address has them."""

from dataclasses import fields
from typing import Any

from core.augmentation.augmentation import Augmentation

NAMES = tuple(each.name for each in fields(Augmentation))
_TRUTH = {"true": True, "false": False}


def text_of(value: Any) -> str:
    """Return a field's value as a text: `45`, `0.8,1.2`, `true`, `reflect`, or nothing for `None`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(map(text_of, value))
    return "" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value)


def value_of(field: str, text: str) -> Any:
    """Return the value of a field of `Augmentation` that a text stands for.

    Raises:
        SettingError: the field does not take it.
    """
    return getattr(Augmentation(**{field: _read(field, text)}), field)


def _read(field: str, text: str) -> Any:
    """Return what the text looks like; one that looks like nothing is handed on, to be refused."""
    if text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    if not text:
        return None
    kind = int if isinstance(getattr(Augmentation(), field), int) else float
    try:
        numbers = [kind(part) for part in text.split(",")]
    except ValueError:
        return text
    return numbers[0] if len(numbers) == 1 else tuple(numbers)
