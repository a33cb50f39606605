"""JSON files: read with limits, and with a checksum that tells a flipped bit from a decision.

The checksum is the last field of the object, `"checksum": "1f2e3d4c"`, the CRC-32 of every byte before it: the file
stays JSON for any program, and any changed byte is seen. A file or a line without one is read all the same: earlier
versions and people write none.
"""

import json
import re
import zlib
from pathlib import Path
from typing import Any, TypeVar, cast

from core.storage import data_home
from core.storage.checked.damage import DamagedError, unreadable
from core.storage.checked.shapes import DEEPEST, UnfitError, parse_as

__all__ = ["DEEPEST", "parse", "parsed", "read_bytes", "read_json", "read_object", "text", "write"]

# What is small by nature; what grows with the images has limits of its own.
SMALL = 1_000_000
_CHECKSUM = re.compile(rb'(?:,\s*|(?<=\{)\s*)"checksum": "([0-9a-f]{8})"\s*\}\s*\Z')
_CHECKSUM_BYTES = 64

T = TypeVar("T")


_decode = json.JSONDecoder().decode


def text(data: dict[str, Any], *, indent: int | None = None) -> str:
    """Return an object as JSON with its checksum; `indent` as `json.dumps` takes it."""
    plain = json.dumps(data, indent=indent)
    head = plain[:-1].rstrip("\n")
    space, end = ("", "") if indent is None else ("\n" + " " * indent, "\n")
    between = ("," if data else "") + (space or (" " if data else ""))
    return f'{head}{between}"checksum": "{zlib.crc32(head.encode()):08x}"{end}}}'


def write(path: Path, data: dict[str, Any], *, indent: int | None = None, lasting: bool = True) -> None:
    """Replace a file by an object as JSON with its checksum, whole or not at all.

    Args:
        path: the file.
        data: what it is to say.
        indent: as `json.dumps` takes it.
        lasting: as `home.replacing` takes it; not needed in a new folder, which is made to last as a whole.

    Raises:
        OSError: the disk is full or may not be written.
    """
    data_home.replace_text(path, text(data, indent=indent), lasting=lasting)


def parse(data: bytes, path: Path, *, verified: bool = True) -> Any:
    """Return what a file's bytes, or a line of them, say; the checksum is verified and taken away.

    Args:
        data: JSON in UTF-8.
        path: the file that they are of, for the sentence.
        verified: whether the checksum must fit: that of a copy that a person changed need not.

    Raises:
        DamagedError: it is no JSON, or has another checksum.
    """
    found = _CHECKSUM.search(data, max(0, len(data) - _CHECKSUM_BYTES))
    if found and verified and zlib.crc32(data[: found.start()]) != int(found[1], 16):
        raise DamagedError(
            path,
            "was changed since it was written: its checksum does not fit. If you changed it yourself, take the "
            "checksum out of it",
        )
    try:
        made = _decode(data.decode())
    except RecursionError:
        raise DamagedError(path, f"is nested more than {DEEPEST} levels deep") from None
    except UnicodeDecodeError:
        raise DamagedError(path, "is not UTF-8 text") from None
    except ValueError as error:
        raise DamagedError(path, "is empty" if not data.strip() else f"cannot be read as JSON: {error}") from None
    if found:
        del made["checksum"]
    return made


def parsed(kind: type[T], data: bytes, path: Path) -> T:
    """Return what a file's bytes, or a line of them, say, as the dataclass (or other hint) that declares it.

    Raises:
        DamagedError: they are no JSON, have another checksum, or say something else than what is declared.
    """
    return cast(T, _fitted(kind, parse(data, path), path))


def read_bytes(path: Path, most: int) -> bytes:
    """Return a file's bytes.

    Raises:
        DamagedError: it cannot be read, or has more than `most` bytes.
    """
    try:
        # Unbuffered: pages read many small files, several times a second.
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            data = file.read(most + 1) or b""
            while len(data) <= most and (more := file.read(most + 1 - len(data))):
                data += more
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError:  # A name with NUL.
        raise DamagedError(path, "has a name that cannot be") from None
    if len(data) > most:
        raise DamagedError(path, f"is too large: more than {most / 1e6:,.0f} MB")
    return data


def read_json(path: Path, *, most: int = SMALL, verified: bool = True) -> Any:
    """Return what a JSON file says; what it should be is checked elsewhere, as a recipe's fields are.

    Args:
        path: the file.
        most: how many bytes it may have.
        verified: as `parse` takes it.

    Raises:
        DamagedError: it cannot be read, is too large, no JSON, too deep, has numbers that are none or half letters.
    """
    return _fitted(Any, parse(read_bytes(path, most), path, verified=verified), path)


def read_object(path: Path, kind: type[T], *, most: int = SMALL) -> T:
    """Return what a JSON file says, as the dataclass (or other hint) that declares it.

    Raises:
        DamagedError: it cannot be read, is too large, no JSON, or something else than what is declared.
    """
    return parsed(kind, read_bytes(path, most), path)


def _fitted(kind: Any, value: Any, path: Path) -> Any:
    try:
        return parse_as(kind, value)
    except UnfitError as misfit:
        raise DamagedError(path, f"is not what it should be: {misfit}") from None
