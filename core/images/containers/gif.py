"""GIF: the first image of it, and where on its screen it stands."""

import re
import struct

from core.images.containers.container import MOST_PARTS, Buffer, Container, damaged, joined, too_many, truncated

MAGICS = (b"GIF87a", b"GIF89a")
_SCREEN_BYTES = 13
_BLOCK = re.compile(rb"[!,;]")
_EXTENSION, _IMAGE = b"!", b","
_CONTROL = 0xF9
_HAS_PALETTE, _PALETTE_BITS = 0x80, 0x07


def read(data: bytes) -> Container:
    """Look into a file that begins with one of `MAGICS`.

    Raises:
        ImageError: it holds no image, or has more blocks before it than any has.
    """
    if len(data) < _SCREEN_BYTES:
        raise truncated()
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    palette, at = _palette(data, _SCREEN_BYTES, flags)
    control, blocks = b"", 0
    while True:
        found = _BLOCK.search(data, at)
        if found is None:
            raise truncated()
        at = found.end()
        if found[0] == _IMAGE:
            return _container(data, at, (width, height), palette, control)
        if found[0] != _EXTENSION:
            raise damaged()
        label, body = data[at : at + 1], data[at + 1 : at + 6]
        if label == bytes([_CONTROL]) and len(body) == 5 and body[0] == 4:
            control = b"!\xf9" + body + b"\0"
        at += 1
        while at < len(data) and data[at]:
            at += 1 + data[at]
            blocks += 1
            if blocks > MOST_PARTS:
                raise too_many(f"more than {MOST_PARTS:,} blocks before its image")
        at += 1


def _container(data: bytes, at: int, screen: tuple[int, int], palette: bytes, control: bytes) -> Container:
    if at + 9 > len(data):
        raise truncated()
    left, top, width, height, flags = struct.unpack_from("<HHHHB", data, at)
    if not width or not height:
        raise damaged()
    own, at = _palette(data, at + 9, flags)
    table = own or palette
    # As browsers do: what stands out of the screen makes it larger, and where it does not reach is nothing.
    whole = max(screen[0], left + width), max(screen[1], top + height)
    bits = max(0, (len(table) // 3).bit_length() - 2)
    pieces: list[Buffer] = [
        b"GIF89a" + struct.pack("<HHBBB", width, height, (_HAS_PALETTE if table else 0) | bits, 0, 0),
        table,
        control,
        _IMAGE + struct.pack("<HHHHB", 0, 0, width, height, flags & ~_HAS_PALETTE & ~_PALETTE_BITS),
        memoryview(data)[at:],
    ]
    place = None if whole == (width, height) else (left, top)
    cost = 5 * width * height + (0 if place is None else 4 * whole[0] * whole[1])
    return Container("GIF", joined(pieces), whole, cost, place=place)


def _palette(data: bytes, at: int, flags: int) -> tuple[bytes, int]:
    """Return the colour table that the flags tell of, and where it ends."""
    if not flags & _HAS_PALETTE:
        return b"", at
    end = at + (6 << (flags & _PALETTE_BITS))
    if end > len(data):
        raise truncated()
    return data[at:end], end
