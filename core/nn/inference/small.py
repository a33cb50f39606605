"""A network's file in about half the bytes: weights rounded to a few bits, and packed."""

import tempfile
import zipfile
from pathlib import Path

import keras
import numpy as np

from core.storage import data_home

# Of the 23 that a float32 has after its leading one: as exact as 1 in 512, twice as exact as bfloat16.
MANTISSA_BITS = 8
_FLOAT32_BITS = 23


def rounded(weights: np.ndarray, bits: int = MANTISSA_BITS) -> np.ndarray:
    """Return weights rounded to the nearest with so many bits of mantissa, halves to the even one.

    Args:
        weights: float32, finite, of any shape.
        bits: 1–22.
    """
    dropped = _FLOAT32_BITS - bits
    raw = np.ascontiguousarray(weights, np.float32).view(np.uint32)
    odd = (raw >> dropped) & np.uint32(1)
    nearest = raw + np.uint32((1 << (dropped - 1)) - 1) + odd
    return (nearest & np.uint32(0xFFFFFFFF << dropped & 0xFFFFFFFF)).view(np.float32)


def save_small(model: keras.Model, path: Path) -> None:
    """Round a model's weights, and save it in Keras's own format, packed.

    Args:
        model: its weights are changed.
        path: ends in `.keras`; put in place whole.

    Raises:
        OSError: the disk is full or may not be written.
    """
    for variable in model.weights:
        if keras.backend.standardize_dtype(variable.dtype) == "float32":
            variable.assign(rounded(np.asarray(variable)))
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "model.keras"
        model.save(stored)
        with data_home.replacing(path) as beside:
            _pack(stored, beside)


def _pack(stored: Path, packed: Path) -> None:
    """Write a zip's members into another, compressed."""
    with zipfile.ZipFile(stored) as given, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for member in given.infolist():
            made.writestr(member.filename, given.read(member))
