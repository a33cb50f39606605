"""Of all that EXIF tells, the one thing that changes an image: how it is turned."""

import struct
from contextlib import suppress

from core.images.containers.container import Buffer

_ORIENTATION = 0x0112
_ENTRY_BYTES = 12
# The types that hold one whole number: bytes, shorts and longs, with and without a sign.
_NUMBERS = {1: "B", 6: "b", 7: "B", 3: "H", 8: "h", 4: "I", 9: "i", 13: "I"}
_PREFIX = b"Exif\0\0"


def orientation(exif: Buffer) -> int:
    """Return the orientation, 1 to 8, that an EXIF block tells; 1 where it tells none.

    Only this tag of the first directory is looked at, so that whatever is wrong with others changes nothing.
    """
    exif = bytes(exif)
    block = exif[len(_PREFIX) :] if exif.startswith(_PREFIX) else exif
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return 1
    with suppress(struct.error):
        (begin,) = struct.unpack_from(f"{order}I", block, 4)
        (entries,) = struct.unpack_from(f"{order}H", block, begin)
        for number in range(entries):
            at = begin + 2 + _ENTRY_BYTES * number
            tag, kind, _ = struct.unpack_from(f"{order}HHI", block, at)
            if tag == _ORIENTATION and kind in _NUMBERS:
                (value,) = struct.unpack_from(order + _NUMBERS[kind], block, at + 8)
                if 1 <= value <= 8:
                    return int(value)
    return 1


def from_text(profile: bytes) -> int:
    """Return the orientation told by a PNG's text that holds EXIF in hexadecimal, as ImageMagick writes it."""
    # A line end, a name and a length come before.
    lines = profile.split(b"\n", 3)
    with suppress(ValueError, IndexError):
        return orientation(bytes.fromhex(lines[3].decode("ascii")))
    return 1
