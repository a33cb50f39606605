"""Arrays in `.npz` and `.npy` files: their headers are read before anything of what they claim is made room for."""

import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import numpy as np

from core.storage.checked.damage import DamagedError, unreadable

_LONGEST_HEADER = 10_000
_ERRORS = (OSError, ValueError, KeyError, EOFError, TypeError, NotImplementedError, RuntimeError, MemoryError)


@dataclass(frozen=True)
class Array:
    """What an array must be.

    Attributes:
        dtype: its kind; another width of the same kind (an int64 for an int16) is taken where every value fits.
        dims: its axes: a length, or a name; the same name stands for the same length in all arrays of the file.
        low: the smallest value; `None`: any. NaN is in every range, unless it must be finite.
        high: the largest value; a text: less than the length of that name.
        finite: whether NaN and infinity are refused.
    """

    dtype: Any
    dims: tuple[int | str, ...]
    low: float | None = None
    high: float | str | None = None
    finite: bool = False


def read_arrays(
    path: Path, wanted: Mapping[str, Array] | None, *, sizes: Mapping[str, int] | None = None
) -> dict[str, np.ndarray]:
    """Return the arrays of an `.npz` file.

    Args:
        path: the file.
        wanted: what each array must be, by name; others are left aside. `None`: all there are, as they are.
        sizes: lengths that are known already, by name.

    Raises:
        DamagedError: it cannot be read, an array is missing or another than wanted, or claims more than there is.
    """
    found, lengths = {}, dict(sizes or {})
    try:
        with ZipFile(path) as archive:
            names = wanted if wanted is not None else [name.removesuffix(".npy") for name in archive.namelist()]
            for name in names:
                found[name] = _member(archive, name)
    except BadZipFile as error:
        raise DamagedError(path, f"is no archive of arrays: {error}") from None
    except zlib.error as error:
        raise DamagedError(path, f"cannot be unpacked: {error}") from None
    except OSError as error:
        raise unreadable(path, error) from error
    except _ERRORS as error:
        raise DamagedError(path, f"cannot be read: {str(error) or type(error).__name__}") from None
    if wanted is None:
        return found
    # A range may be a length that another array tells.
    shaped = {name: _shaped(path, name, found[name], each, lengths) for name, each in wanted.items()}
    return {name: _in_range(path, name, shaped[name], each, lengths) for name, each in wanted.items()}


def names_of(path: Path) -> list[str]:
    """Return the names of the arrays in an `.npz` file.

    Raises:
        DamagedError: it cannot be read.
    """
    try:
        with ZipFile(path) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist()]
    except OSError as error:
        raise unreadable(path, error) from error
    except (BadZipFile, *_ERRORS) as error:
        raise DamagedError(path, f"is no archive of arrays: {error}") from None


def read_array(path: Path, wanted: Array, *, sizes: Mapping[str, int] | None = None) -> np.ndarray:
    """Return the array of an `.npy` file, memory-mapped. Arguments and errors are those of `read_arrays`."""
    try:
        found: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise unreadable(path, error) from error
    except (*_ERRORS, SyntaxError) as error:
        said = (str(error).splitlines() or ["it is no array"])[0]
        raise DamagedError(path, f"cannot be read: {said}") from None
    if not isinstance(found, np.ndarray):
        raise DamagedError(path, "is no array")
    lengths = dict(sizes or {})
    return _in_range(path, "", _shaped(path, "", found, wanted, lengths), wanted, lengths)


def _member(archive: ZipFile, name: str) -> np.ndarray:
    try:
        about = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise ValueError(f"there is no {name} in it") from None
    if about.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is compressed")
    with archive.open(about) as file:
        shape, in_columns, dtype = _header(file)
        if dtype.hasobject:
            raise ValueError(f"{name} holds objects")
        room = math.prod(shape) * dtype.itemsize
        if room > about.file_size:
            raise ValueError(f"{name} claims {room:,} bytes and has {about.file_size:,}")
        data = file.read(room)
        # At its end the archive's own checksum is verified.
        if len(data) != room or file.read(1):
            raise ValueError(f"{name} has another length than it says")
    made = np.frombuffer(data, dtype)
    return made.reshape(shape[::-1]).T if in_columns else made.reshape(shape)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, in_columns, dtype = read(file, max_header_size=_LONGEST_HEADER)
    if any(length < 0 for length in shape):
        raise ValueError("a length is negative")
    return shape, in_columns, dtype


def _shaped(path: Path, name: str, found: np.ndarray, wanted: Array, lengths: dict[str, int]) -> np.ndarray:
    what, dtype = name or "the array", np.dtype(wanted.dtype)
    alike = found.dtype == dtype or (found.dtype.kind in _ALIKE.get(dtype.kind, ""))
    if not alike:
        raise DamagedError(path, f"is not what it should be: {what} must be {dtype}; it is {found.dtype}")
    fits = found.ndim == len(wanted.dims)
    for length, dim in zip(found.shape, wanted.dims, strict=False):
        fits = fits and length == (dim if isinstance(dim, int) else lengths.setdefault(dim, length))
    if not fits:
        shape = " × ".join(f"{lengths.get(dim, dim) if isinstance(dim, str) else dim}" for dim in wanted.dims)
        is_now = " × ".join(map(str, found.shape)) or "one number"
        raise DamagedError(path, f"is not what it should be: {what} must be {shape or 'one number'}; it is {is_now}")
    return found


def _in_range(path: Path, name: str, found: np.ndarray, wanted: Array, lengths: dict[str, int]) -> np.ndarray:
    what = name or "the array"
    high = lengths[wanted.high] - 1 if isinstance(wanted.high, str) else wanted.high
    if found.size and (wanted.low is not None or high is not None):
        # Without the warning of nanmin where all are NaN.
        least, most = np.fmin.reduce(found, axis=None), np.fmax.reduce(found, axis=None)
        if (wanted.low is not None and least < wanted.low) or (high is not None and most > high):
            raise DamagedError(path, f"is not what it should be: {what} has {least:g} to {most:g}")
    if found.dtype != (dtype := np.dtype(wanted.dtype)) and dtype.kind != "U":
        if found.size and dtype.kind in "iu":
            bounds, least, most = np.iinfo(dtype), int(found.min()), int(found.max())
            if least < bounds.min or most > bounds.max:
                raise DamagedError(path, f"is not what it should be: {what} has {least:g} to {most:g}")
        with np.errstate(over="ignore"):
            found = found.astype(dtype)
    # A narrower float makes infinity of what is too large.
    if found.size and wanted.finite and not np.isfinite(found).all():
        raise DamagedError(path, f"is not what it should be: {what} has numbers that are none")
    return found


# A wider or narrower number of the same kind is the same thing.
_ALIKE = {"i": "iu", "u": "iu", "f": "f", "U": "U"}
