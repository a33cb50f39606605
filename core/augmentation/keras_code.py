"""An augmentation as Keras code to copy: an `ImageDataGenerator` call, and preprocessing layers.

The operations say what they are in Keras; here it is put together.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.augmentation.operations import Operation

_FILLING = {"fill_mode": "nearest", "cval": 0.0}


def generator_code(operations: Iterable[Operation], filling: Mapping[str, Any]) -> str:
    """Return code that makes the `ImageDataGenerator` of the same settings, called `generator`.

    Args:
        operations: all of them.
        filling: `fill_mode` and `cval`.
    """
    given, notes = [], []
    for operation in operations:
        off = type(operation)()
        given += [
            f"    {name}={value!r},"
            for name, value in operation.generator_arguments().items()
            if value != getattr(off, name)
        ]
        notes += operation.generator_notes() if operation.moving else []
    given += [f"    {name}={value!r}," for name, value in filling.items() if value != _FILLING[name]]
    lines = ["from tensorflow.keras.preprocessing.image import ImageDataGenerator", "", *notes]
    return "\n".join([*lines, "generator = ImageDataGenerator(", *given, ")"])


def layers_code(operations: Sequence[Operation], fill: str) -> str:
    """Return code that makes Keras 3 layers which change images within the same ranges, as far as there are such.

    The code makes a model called `augmentation`, for images with values 0–255.

    Args:
        operations: those that are on, in the order of the layers.
        fill: the arguments of layers that look beyond an image's edges.
    """
    layers = [layer for operation in operations for layer in operation.layers(fill)] or ["Identity()"]
    notes = ["# Each layer resamples the image once more; Pixelwise resamples it once."]
    notes += [note for operation in operations for note in operation.layer_notes()]
    # What the layers need stands after all that is only said.
    notes.sort(key=lambda note: not note.startswith("#"))
    made = (f"        layers.{layer}," for layer in layers)
    imports = ["import keras", "from keras import layers", ""]
    return "\n".join([*imports, *notes, "augmentation = keras.Sequential(", "    [", *made, "    ]", ")"])
