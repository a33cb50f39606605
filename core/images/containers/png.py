"""PNG: the chunks that a decoder needs, and those that tell colours, transparency and how the image is turned."""

import struct
import zlib
from collections.abc import Iterator

from core.images import color_profiles
from core.images.containers import exif
from core.images.containers.container import MOST_PARTS, Buffer, Container, damaged, joined, too_many, truncated

MAGIC = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB, _PALETTE, _GRAY_ALPHA, _RGB_ALPHA = 0, 2, 3, 4, 6
_DEPTHS = {
    _GRAY: (1, 2, 4, 8, 16),
    _RGB: (8, 16),
    _PALETTE: (1, 2, 4, 8),
    _GRAY_ALPHA: (8, 16),
    _RGB_ALPHA: (8, 16),
}
_MODES = {_GRAY: "L", _RGB: "RGB"}
# Bytes that Pillow has a pixel in, and those of the RGB that is made of it where it is no such already.
_COST = {_GRAY: 1 + 4, _RGB: 4, _PALETTE: 1 + 4, _GRAY_ALPHA: 4 + 4, _RGB_ALPHA: 4 + 4}
_COST_OF_GRAY_16 = 2 + 4
_TEXTS = (b"Raw profile type exif", b"Raw profile type APP1")
_LONGEST_TEXT = 200_000
_SMALL_BYTES = 65_536
_COLOURS = {b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM"}
_INTENTS = {b"\0", b"\1", b"\2", b"\3"}
_CHECKED = {b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"tEXt", b"zTXt", *_COLOURS}


def read(data: bytes) -> Container:
    """Look into a file that begins with `MAGIC`.

    Raises:
        ImageError: it holds no image, or has more chunks than any has.
    """
    header, palette, transparency = b"", b"", b""
    told: dict[bytes, bytes] = {}
    pixels: list[Buffer] = []
    orientation, over = 1, False
    for number, (kind, body, sound) in enumerate(_chunks(data)):
        if number == MOST_PARTS and not over:
            raise too_many(f"more than {MOST_PARTS:,} parts")
        if number == MOST_PARTS or kind == b"IEND":
            break
        over = over or (len(pixels) > 0 and kind != b"IDAT")
        if kind == b"IDAT":
            if not over:
                pixels.append(body)
        elif kind in (b"eXIf", b"tEXt", b"zTXt"):
            # It may stand behind the pixels, too.
            if orientation == 1 and sound:
                orientation = exif.orientation(body) if kind == b"eXIf" else _from_text(kind, body)
        elif pixels:
            continue
        elif kind == b"IHDR":
            header = header or bytes(body)
        elif kind == b"PLTE":
            palette = palette or bytes(body)
        elif kind == b"tRNS" and sound and (palette or header[9:10] != bytes([_PALETTE])):
            transparency = transparency or bytes(body)
        elif kind in _COLOURS and sound:
            told.setdefault(kind, bytes(body))
    if not pixels:
        raise truncated()
    return _container(header, palette, transparency, pixels, told, orientation)


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview, bool]]:
    """Yield each chunk's kind, its content, and whether that is sound as far as its checksum tells.

    The checksums of pixels are left to the decoder, which has one of its own.

    Raises:
        ImageError: a chunk without which there is no image is not sound.
    """
    whole, at = memoryview(data), len(MAGIC)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = whole[at + 8 : at + 8 + length]
        at += 8 + length
        sound = kind not in _CHECKED or data[at : at + 4] == struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
        if not sound and kind in (b"IHDR", b"PLTE"):
            raise truncated() if at + 4 > len(data) else damaged()
        at += 4
        yield kind, body, sound


def _container(
    header: bytes,
    palette: bytes,
    transparency: bytes,
    pixels: list[Buffer],
    told: dict[bytes, bytes],
    orientation: int,
) -> Container:
    if len(header) != 13:
        raise damaged()
    width, height, depth, kind, compression, filters, interlace = struct.unpack(">IIBBBBB", header)
    if depth not in _DEPTHS.get(kind, ()) or compression or filters or interlace > 1 or not width or not height:
        raise damaged()
    pieces: list[Buffer] = [MAGIC, _chunk(b"IHDR", header)]
    if kind == _PALETTE:
        entries = min(len(palette) // 3, 2**depth)
        if not entries:
            raise damaged()
        # Where pixels name colours beyond the palette's end, browsers show its last.
        colour_table = palette[: 3 * entries] + palette[3 * entries - 3 : 3 * entries] * (2**depth - entries)
        pieces.append(_chunk(b"PLTE", colour_table))
        if transparency:
            pieces.append(_chunk(b"tRNS", transparency[:entries]))
    length = sum(map(len, pixels))
    pieces += [struct.pack(">I4s", length, b"IDAT"), *pixels, bytes(4), _chunk(b"IEND", b"")]
    cost = _COST_OF_GRAY_16 if (kind, depth) == (_GRAY, 16) else _COST[kind]
    if orientation != 1 and kind == _RGB:
        cost += 4
    is_plain = depth == 8 and kind in _MODES and not interlace and length <= _SMALL_BYTES
    return Container(
        "PNG",
        joined(pieces),
        (width, height),
        cost * width * height,
        photo=kind == _RGB,
        orientation=orientation,
        profile=_profile(told, "L" if kind in (_GRAY, _GRAY_ALPHA) else "RGB"),
        key=_key(kind, depth, transparency),
        packed=(_MODES[kind], b"".join(pixels)) if is_plain else None,
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


def _key(kind: int, depth: int, transparency: bytes) -> tuple[tuple[int, ...], int] | None:
    """Return the one value that means transparent; decoders compare it with what they scaled it to, or not at all."""
    channels = {_GRAY: 1, _RGB: 3}.get(kind)
    if channels is None or len(transparency) < 2 * channels:
        return None
    return struct.unpack_from(f">{channels}H", transparency), 2**depth - 1


def _profile(told: dict[bytes, bytes], mode: str) -> bytes:
    """Return the profile of what the file tells of its colours, of several in the order in which browsers ask."""
    if len(code_points := told.get(b"cICP", b"")) == 4:
        found = color_profiles.from_code_points(*code_points)
        if found is not None:
            return found
    embedded = _embedded(told.get(b"iCCP", b""))
    if color_profiles.usable(embedded, mode):
        return embedded
    if told.get(b"sRGB") in _INTENTS or len(gamma := told.get(b"gAMA", b"")) != 4:
        return b""
    points = told.get(b"cHRM", b"")
    places = struct.unpack(">8I", points) if len(points) == 32 else ()
    return color_profiles.from_gamma(int.from_bytes(gamma) / 100_000, tuple(each / 100_000 for each in places))


def _embedded(body: bytes) -> bytes:
    _, _, rest = body.partition(b"\0")
    return _inflated(rest[1:], color_profiles.MOST_BYTES) if rest[:1] == b"\0" else b""


def _from_text(kind: bytes, body: memoryview) -> int:
    """Return the orientation that a text tells, if it is one that holds EXIF."""
    name, _, text = bytes(body[:_LONGEST_TEXT]).partition(b"\0")
    if name not in _TEXTS:
        return 1
    return exif.from_text(_inflated(text[1:], _LONGEST_TEXT) if kind == b"zTXt" else text)


def _inflated(packed: bytes, most: int) -> bytes:
    """Return unpacked bytes, or none where they are damaged or more than `most`."""
    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(packed, most)
    except zlib.error:
        return b""
    return b"" if unpacking.unconsumed_tail else found
