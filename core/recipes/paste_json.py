"""Settings pasted as JSON: alone, or as the part of a whole recipe."""

import json
from collections.abc import Mapping
from typing import Any

from core.augmentation import Augmentation
from core.preprocessing import Pipeline
from core.settings import SettingError


def augmentation(text: str) -> Augmentation:
    """Read an augmentation.

    Raises:
        SettingError: the text is no JSON, or what it says is no augmentation.
    """
    found = _part(text, "augmentation")
    if found is None:
        return Augmentation()
    if not isinstance(found, Mapping):
        raise SettingError('An augmentation is an object such as {"rotation_range": 20}, or a recipe with one.')
    return Augmentation.from_json(found)


def pipeline(text: str) -> Pipeline:
    """Read a pipeline of preprocessing steps.

    Raises:
        SettingError: the text is no JSON, or what it says is no list of steps.
    """
    found = _part(text, "steps")
    if not isinstance(found, list):
        raise SettingError('Steps are a list such as [{"kind": "Grayscale"}], or a recipe with one.')
    return Pipeline.from_json(found)


def _part(text: str, name: str) -> Any:
    """Return what the JSON says, or what a recipe among it has under a name."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingError(f"Not valid JSON: {error}.") from error
    return found[name] if isinstance(found, dict) and name in found else found
